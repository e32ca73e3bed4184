"""A select of hundreds: written as Django writes it, in less time."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.test.html import parse_html

from crmplus.formfields import QuickSelect

GROUPED = [("", "All"), ("Team", [("1", "Anna"), ("2", "Ben")])]


@pytest.mark.parametrize(
    "choices",
    [
        [],
        [("", "All"), ("1", 'A <b> & "c"'), ("2", "Ben")],
        [(None, "All"), (2, "Ben"), ('"><i>', "x")],
        GROUPED,
    ],
)
@pytest.mark.parametrize("value", [None, "", "2", 2, '"><i>'])
@pytest.mark.parametrize("attrs", [{}, {"id": "x", "class": "a b", "required": True}])
def test_it_is_what_django_writes(choices: Any, value: Any, attrs: Any) -> None:
    quick = QuickSelect(choices=choices).render("who", value, attrs)
    usual = forms.Select(choices=choices).render("who", value, attrs)
    assert parse_html(quick) == parse_html(usual)
