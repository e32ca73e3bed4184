"""Numbers for people."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import phonenumbers
import pytest

from crmplus.phonebook import display, places
from crmplus.phonebook.display import place, pretty, region

TOWNS = {
    "4930": {"en": "Berlin", "pl": "Berlin"},
    "4989": {"en": "Munich", "de": "München"},
    "48": {"pl": "Polska"},
    "4822": {"en": "Warsaw", "pl": "Warszawa"},
    "48223": {"fr": "Varsovie"},
    "5411": {"en": "Buenos Aires"},
}


@pytest.fixture
def towns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "towns.sqlite3"
    monkeypatch.setattr(places, "towns_file", lambda folder: file)
    return file


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+493023125123", "+49 30 23125123"),
        ("+12125550123", "+1 212-555-0123"),
        ("201", "201"),
        ("**610", "**610"),
        ("030 23125", "030 23125"),
        ("+", "+"),
        ("+999123456", "+999123456"),
        ("+491", "+491"),
        ("\u202eabc\x00\u200b", "abc"),
        ("", ""),
    ],
)
def test_numbers_are_well_formatted_and_texts_harmless(number: str, shown: str) -> None:
    assert pretty(number) == shown


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+493023125123", "DE"),
        ("+48223456789", "PL"),
        ("+80012345678", ""),
        ("201", ""),
        ("", ""),
    ],
)
def test_the_country_of_a_number(number: str, code: str) -> None:
    assert region(number) == code


@pytest.mark.parametrize(
    ("number", "language", "shown"),
    [
        ("+493023125123", "en", "Berlin, Germany"),
        ("+493023125123", "de", "Berlin, Deutschland"),
        ("+498923125123", "de", "München, Deutschland"),
        ("+498923125123", "pl", "Munich, Niemcy"),
        ("+498923125123", "fr", "Munich, Allemagne"),
        ("+48223456789", "pl", "Warszawa, Polska"),
        ("+48223456789", "de-at", "Warsaw, Polen"),
        ("+48123456789", "pl", "Polska"),
        ("+5491123456789", "en", "Buenos Aires, Argentina"),
        ("+491713920012", "de", "Deutschland"),
        ("+80012345678", "de", ""),
        ("201", "de", ""),
    ],
)
def test_where_a_number_is(number: str, language: str, shown: str, towns: Path) -> None:
    places.build(towns, TOWNS)
    assert place(number, language) == shown


def test_before_the_towns_are_known_there_is_the_country(towns: Path) -> None:
    assert place("+493023125123", "de") == "Deutschland"


def test_another_release_of_the_data_has_another_file(tmp_path: Path) -> None:
    assert phonenumbers.__version__ in places.towns_file(tmp_path).name


def test_countries_have_names_in_each_language() -> None:
    assert places.country_names("de")["AT"] == "Österreich"
    assert places.country_names("pl")["DE"] == "Niemcy"
    assert places.country_names("xx")["DE"] == "Germany"
    assert not [name for name in places.country_names("pl").values() if "*" in name]


def test_the_towns_are_written_once(
    towns: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[list[str]] = []

    def run(command: list[str], **options: object) -> None:
        runs.append(command)
        places.build(Path(command[-1]), TOWNS)

    monkeypatch.setattr(subprocess, "run", run)
    display.warm_up()
    display.warm_up()
    assert runs == [[sys.executable, "-m", "crmplus.phonebook.places", str(towns)]]
    assert place("+493023125123", "en") == "Berlin, Germany"


@pytest.mark.slow
def test_all_the_towns_of_the_library(towns: Path) -> None:
    from phonenumbers import geocoder
    from phonenumbers.geodata import GEOCODE_DATA, GEOCODE_LONGEST_PREFIX

    assert GEOCODE_LONGEST_PREFIX <= places.LONGEST
    places.main(str(towns))
    for prefix in sorted(GEOCODE_DATA)[::997]:
        number = phonenumbers.parse(f"+{prefix}{'2345678'[: 12 - len(prefix)]}")
        for language in places.LANGUAGES:
            expected = geocoder.description_for_number(number, language)
            country = geocoder.country_name_for_number(number, language)
            found = places.town(number, language, towns)
            assert found == (expected if expected != country else found)
