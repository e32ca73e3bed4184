"""Every fault and every note has its words."""

from __future__ import annotations

import pytest

from pbxmanager.recorder import Refusal
from softphone_connector.endpoints.faults import Code
from softphone_connector.endpoints.remedies import REMARKS, REMEDIES, remark, remedy

FACTS = {
    "parameter": "dir",
    "value": "sideways",
    "known": "ringing, ended",
    "allowed": "POST",
    "admin": "Karin",
}


@pytest.mark.parametrize("code", [*Code, *Refusal])
def test_every_fault_says_what_to_do(code: str) -> None:
    text = remedy(code, FACTS)
    assert code in REMEDIES
    assert "%" not in text
    assert len(text) > 20


@pytest.mark.parametrize("code", REMARKS)
def test_every_note_has_words(code: str) -> None:
    text = remark({"code": code, "parameter": "number", "value": "$remote"})
    assert ("number" in text) or ("$remote" in text)


def test_a_code_of_later_or_of_before_has_words_too() -> None:
    assert "quota" in remedy("quota", {})
    assert "quota" in remark({"code": "quota"})


def test_without_an_admin_it_says_an_administrator() -> None:
    assert "an administrator" in remedy(Code.EXTENSION_NONE, {})


def test_a_percent_sign_in_a_value_stays() -> None:
    assert "100%s" in remedy(Code.DIRECTION, {**FACTS, "value": "100%s"})
