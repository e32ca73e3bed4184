"""Our reading of the numbering plans beside the library's."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from crmplus.phonebook import numbering
from crmplus.phonebook.patterns import home_of
from tests.support.examples import examples

KINDS = sorted(PhoneNumberType.values())
EXAMPLES = sorted(
    {
        (region, phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:])
        for region in phonenumbers.SUPPORTED_REGIONS
        for kind in KINDS
        if (number := phonenumbers.example_number_for_type(region, kind))
    }
    | {
        ("001", phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:])
        for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS
        if (number := phonenumbers.example_number_for_non_geo_entity(code))
    }
)
digit = st.sampled_from("0123456789")


@st.composite
def nearly_valid(draw: st.DrawFn) -> tuple[str, str]:
    """A region, and international digits that are an example or close to one."""
    region, digits = draw(st.sampled_from(EXAMPLES))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(1, len(digits) - 1))
        digits = digits[:place] + draw(digit) + digits[place + 1 :]
    return region, digits[: draw(st.integers(len(digits) - 1, 15))] + draw(
        st.sampled_from(["", "", "0", "7"])
    )


def by_library(text: str, region: str | None = None) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    whole = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    fits = len(whole) <= 16
    return whole if fits and phonenumbers.is_valid_number(number) else None


def test_every_example_of_the_library_is_a_number() -> None:
    numbers = [digits for _, digits in EXAMPLES]
    assert len(numbers) > 1000
    assert [numbering.international(digits) for digits in numbers] == [
        f"+{digits}" for digits in numbers
    ]


@settings(max_examples=examples(2000))
@given(nearly_valid())
def test_international_digits_are_what_the_library_says(case: tuple[str, str]) -> None:
    _, digits = case
    expected = by_library(f"+{digits}")
    found = numbering.international(digits)
    code = numbering.country_code(digits)
    if expected is None and digits[len(code) : len(code) + 1] == "0":
        # A trunk prefix that the library does not know of is taken away, too.
        expected = found and by_library(f"+{code}{digits[len(code) + 1 :]}")
    assert found == expected


@settings(max_examples=examples(2000))
@given(nearly_valid())
@example(("RU", "7001123456"))  # +7 800 112-34-56: the 8 is no trunk prefix
def test_national_digits_are_what_the_library_says(case: tuple[str, str]) -> None:
    region, digits = case
    home = home_of(region)
    if home is None:
        assert numbering.national(digits, region) is None
        return
    dialled = home.trunk + digits[len(home.code) :]
    found = numbering.national(dialled, region)
    expected = by_library(dialled, region)
    if found != expected:
        stripped = by_library(f"+{home.code}{dialled[1:]}")
        bare = by_library(f"+{dialled}")
        abroad = by_library(f"+{dialled[2:]}")
        # Where we differ: an unknown trunk zero is dropped, 00 is understood
        # everywhere, and a country code without plus is not guessed.
        assert (expected is None and found in {stripped, abroad}) or (
            found is None and expected == bare
        )


def test_trunk_prefixes_that_people_write() -> None:
    written = {
        "DE": "0",
        "GB": "0",
        "HU": "06",
        "RU": "8",
        "US": "",
        "IT": "",
        "PL": "",
    }
    homes = {region: home_of(region) for region in written}
    assert {region: home and home.trunk for region, home in homes.items()} == written


@pytest.mark.parametrize("digits", ["", "0", "999", "00", "210"])
def test_digits_without_a_country_are_none(digits: str) -> None:
    assert numbering.international(digits) is None
    assert numbering.country_code(digits) == ""
    assert numbering.region_of(digits) == ""


def test_unknown_regions_have_no_numbers() -> None:
    assert home_of("XX") is None
    assert numbering.national("03023125123", "XX") is None
    assert numbering.local("23125123", "XX", "030") is None
    assert not numbering.is_complete("030", "XX")


def test_a_local_number_needs_an_area_of_the_same_country() -> None:
    assert numbering.local("23125123", "DE", "") is None
    assert numbering.local("03023125123", "DE", "030") is None
    assert numbering.local("23125123", "DE", "+4822") is None
    assert numbering.local("3023125123", "DE", "030") is None  # longer than any
    assert numbering.local("23125123", "DE", "030") == "+493023125123"


def test_possible_numbers_are_long_enough_and_fit() -> None:
    assert numbering.possible("0158 1234567", "DE") == "+491581234567"
    assert numbering.possible("01581", "DE") is None
    assert numbering.possible("+4930231251231234", "DE") is None
    assert numbering.possible("abc", "DE") is None
