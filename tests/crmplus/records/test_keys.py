from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmplus.records.keys import KEY_LENGTH, fold, one_line, spellings, turned


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Müller & Söhne GmbH", "muller sohne gmbh"),
        ("ŁÓDŹ-Świnoujście", "lodz swinoujscie"),
        ("Straße", "strasse"),
        ("O'Brien, Seán", "o brien sean"),
        ("Ærø  Øst", "aero ost"),
        ("Ａｎｎａ", "anna"),
        ("Ann\u200ba \u202eX", "anna x"),
        ("Иванов", "иванов"),
        ("  ", ""),
        ("&&&", ""),
    ],
)
def test_names_are_compared_without_case_accents_and_punctuation(
    text: str, key: str
) -> None:
    assert fold(text) == key


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(min_size=KEY_LENGTH))
def test_a_key_fits_its_column(text: str) -> None:
    assert len(fold(text)) <= KEY_LENGTH


@given(st.text())
def test_a_line_has_no_unseen_characters(text: str) -> None:
    line = one_line(text)
    assert line == line.strip()
    assert not set(line) & set("\x00\n\r\t\u200b\u202e\u2028")


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Müller", ["muller", "mueller"]),
        ("Mueller", ["mueller", "muller"]),
        ("Mu\u0308ller", ["muller", "mueller"]),
        ("Anna", ["anna"]),
        ("", []),
        ("--", []),
    ],
)
def test_umlauts_are_looked_for_in_both_spellings(text: str, keys: list[str]) -> None:
    assert spellings(text) == keys


@pytest.mark.parametrize(
    ("text", "key"), [("Bäckerei Schmidt", "schmidt"), ("Siemens", ""), ("", "")]
)
def test_a_name_is_turned_to_its_second_word(text: str, key: str) -> None:
    assert turned(text) == key
