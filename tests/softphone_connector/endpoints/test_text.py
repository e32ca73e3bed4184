"""Texts from phones are made harmless, and extensions are found in them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softphone_connector.endpoints.text import (
    clean,
    extension_in,
    is_placeholder,
    storable,
)

SURROGATES = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anna Schmidt", "Anna Schmidt"),
        ("Łukasz Müller", "Łukasz Müller"),
        (" 493012345", " 493012345"),
        ("a\x00b\x1bc", "abc"),
        ("one\r\ntwo\tthree", "one two three"),
        ("\u202eevil\u202c", "evil"),
        ("\u2066a\u2069\u200f\u061c", "a"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("\ud800lone", "lone"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("x" * 40, "x" * 10),
    ],
)
def test_a_text_loses_what_hides_or_reorders_it(text: str, expected: str) -> None:
    assert clean(text, 10 if text.startswith("xx") else 100) == expected


@given(SURROGATES, st.integers(0, 50))
def test_a_clean_text_is_short_and_harmless(text: str, length: int) -> None:
    cleaned = clean(text, length)
    assert len(cleaned) <= length
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in cleaned)
    assert cleaned.encode().decode() == cleaned


@given(SURROGATES, SURROGATES)
def test_what_is_kept_can_be_stored(name: str, text: str) -> None:
    kept = storable(name, text, 20)
    assert "\x00" not in kept
    assert len(kept.encode().decode()) <= 20


@pytest.mark.parametrize("name", ["password", "api_key", "Token", "client-secret"])
def test_secrets_are_not_kept(name: str) -> None:
    assert storable(name, "hunter2", 100) == "…"


def test_a_key_in_a_value_is_masked() -> None:
    assert storable("name", "sk_abcd" + "x" * 39, 100) == "sk_abcd…"


@pytest.mark.parametrize(
    "text",
    [
        "$remote",
        "$call_id",
        "$call-id",
        "$LocalParty",
        "$$REMOTENUMBER$$",
        "${caller.address}",
        "${URIENCODE(${CALLERID(num)})}",
        "{CALLERNUM}",
        "{CALLERNUM:1}",
        "[Number]",
        "[CallStartTimeUTC]",
        "<Call.NumberSC>",
        "%CallerNumber%",
        "%%CallerNumber%%",
        "\ufffdllerNumber%",
        " $remote ",
    ],
)
def test_an_unfilled_variable_is_known(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "201",
        "+493012345",
        "$",
        "5 $",
        "Anna [Sales]",
        "<unknown>",
        "100%",
        "{",
        "a$b",
    ],
)
def test_what_is_no_variable_stays(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.parametrize(
    ("text", "extension"),
    [
        ("201", "201"),
        (" 201 ", "201"),
        ("sip:201@pbx.example.com", "201"),
        ("sips:201@pbx.example.com;transport=tls", "201"),
        ("SIP:201", "201"),
        ("201@192.168.1.1", "201"),
        ('"Anna" <sip:201@pbx.example.com>;tag=abc', "201"),
        ("sip:anna%2Eb@pbx", "anna.b"),
        ("tel:201", "201"),
        ("**610", "**610"),
        ("7777abc@fpbx.example", "7777abc"),
        (" 4930123450", "+4930123450"),
        ("+4930123450", "+4930123450"),
        ("sip:$active_user@pbx", "$active_user"),
        ("<unknown>", "<unknown>"),
        ("", ""),
    ],
)
def test_the_extension_is_found(text: str, extension: str) -> None:
    assert extension_in(text) == extension


@given(st.text())
def test_no_text_breaks_the_search_for_an_extension(text: str) -> None:
    assert len(extension_in(text)) <= len(text) + 1
