"""Mistakes in registering phone sources are told at start-up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crmplus import hooks
from crmplus.phonebook.checks import phone_sources
from tests.crmplus.phonebook.people import COMPANIES, PEOPLE


def found(*sources: hooks.PhoneSource) -> list[str | None]:
    before = [error.id for error in phone_sources()]
    for source in sources:
        hooks.register(source)
    try:
        return [error.id for error in phone_sources()][len(before) :]
    finally:
        for source in sources:
            hooks._hooks.remove(source)


def test_sources_that_are_right_say_nothing() -> None:
    assert found(PEOPLE, COMPANIES) == []


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (replace(COMPANIES, key="people"), "phonebook.E001"),
        (replace(COMPANIES, fields={"fax": "Fax"}, trunk_fields=()), "phonebook.E002"),
        (replace(COMPANIES, trunk_fields=["fax"]), "phonebook.E003"),
    ],
)
def test_every_mistake_has_its_own_check(
    source: hooks.PhoneSource, problem: str
) -> None:
    assert found(PEOPLE, source) == [problem]
