"""Numbering plans of the world: digits in, E.164 out. Pure: knows no Django.

The plans are libphonenumber's. Most digits are read beside ``phonenumbers.parse``,
with patterns compiled from the same metadata, because that takes a tenth of the
time; whatever has a trunk prefix to be removed in a way of its own goes through the
library. The tests show that both say the same.
"""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from phonenumbers import shortnumberinfo as short_numbers

from crmplus.phonebook.patterns import (
    Home,
    country_of,
    described,
    home_of,
    metadata_of,
)

MAX_DIGITS = 15  # ITU-T E.164, 6.1
# With its area code, a German number has at most 11 digits (Bundesnetzagentur,
# Nummernplan Ortsnetzrufnummern). libphonenumber allows more, so that every national
# number would also pass for a local one.
MAX_LOCAL = 11
MIN_POSSIBLE = 6
SERVICE_TYPES = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.UAN,
    }
)


def international(digits: str) -> str | None:
    """E.164 ("+493023125123") of digits that begin with a country code, or None.

    A trunk prefix after the country code ("+49 (0)30", "+48 (0)22") is taken away,
    but not where numbers may begin with zero, as in Italy.
    """
    found = _international(digits)
    if found is None:
        code = country_code(digits)
        significant = digits[len(code) :]
        if code and significant[:1] == "0" and not _may_be(significant, code):
            found = _international(code + significant[1:])
    return found


def national(digits: str, region: str) -> str | None:
    """E.164 of digits as dialled within a region, area code included, or None."""
    home = home_of(region)
    if home is None:
        return None
    abroad = home.international_prefix.match(digits)
    if abroad and digits[abroad.end() : abroad.end() + 1] != "0":
        found = international(digits[abroad.end() :])
        if found:
            return found
    return _within(digits, region, home) or _from_abroad(digits)


def local(digits: str, region: str, area_code: str) -> str | None:
    """E.164 of a number written without its area code, or None.

    ``area_code`` may be written "030", "30" or "+4930".
    """
    home = home_of(region)
    if home is None or not area_code or (home.trunk and digits.startswith(home.trunk)):
        return None
    area = _area_digits(area_code, home)
    if not area.startswith(home.code):
        return None
    whole = area + digits
    return _international(whole) if len(whole) <= len(home.code) + MAX_LOCAL else None


def is_complete(digits: str, region: str) -> bool:
    """Whether the notation itself says which number is meant (trunk or 00 prefix)."""
    home = home_of(region)
    if home is None:
        return False
    dialled_abroad = digits.startswith("00") or home.international_prefix.match(digits)
    return bool(dialled_abroad or (home.trunk and digits.startswith(home.trunk)))


def possible(text: str, region: str) -> str | None:
    """The E.164 form of a number that is not in use as far as is known, or None.

    Numbering plans grow before our data does: two notations of such a number should
    meet all the same.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    national_digits = phonenumbers.national_significant_number(number)
    whole = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if len(national_digits) < MIN_POSSIBLE or len(whole) > MAX_DIGITS + 1:
        return None
    return whole if phonenumbers.is_possible_number(number) else None


def is_emergency(digits: str, region: str) -> bool:
    """Whether these are exactly an emergency number of a region (112, 110, 999)."""
    return short_numbers.is_emergency_number(digits, region)


def is_short_code(digits: str, region: str) -> bool:
    """Whether these are a public short number of a region (116117, 11833)."""
    if not digits:
        return False
    number = phonenumbers.PhoneNumber(
        country_code=phonenumbers.country_code_for_region(region),
        national_number=int(digits),
    )
    return short_numbers.is_valid_short_number_for_region(number, region)


def is_service_number(e164: str) -> bool:
    """Whether a number is free of charge or of another service that sells by words."""
    number = phonenumbers.parse(e164)
    return phonenumbers.number_type(number) in SERVICE_TYPES


@lru_cache(maxsize=4096)
def country_code_of(head: str) -> str:
    """The country code that the first three digits hold, "" for none."""
    for length in (1, 2, 3):
        code = head[:length]
        if code[:1] != "0" and code in COUNTRY_CODES:
            return code
    return ""


def country_code(digits: str) -> str:
    """The country code that international digits begin with, "" for none."""
    return country_code_of(digits[:3])


def region_of(digits: str) -> str:
    """The main region of international digits, "" for none ("49…": DE)."""
    code = country_code(digits)
    return phonenumbers.region_code_for_country_code(int(code)) if code else ""


COUNTRY_CODES = frozenset(map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE))


def _international(digits: str) -> str | None:
    code = country_code_of(digits[:3])
    if not code:
        return None
    country = country_of(code)
    significant = digits[len(code) :]
    if country.prefix and country.prefix.match(significant):
        rest = significant[len(country.trunk) :]
        if not country.trunk or rest.startswith(country.trunk) or not country.has(rest):
            return _by_library(f"+{digits}", None)
        digits, significant = code + rest, rest
    if len(digits) <= MAX_DIGITS and country.has(significant):
        return f"+{digits}"
    return None


def _may_be(significant: str, code: str) -> bool:
    """Whether a calling code has numbers of such a form, in use or not."""
    name = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[int(code)][0]
    general = described(metadata_of(name, code).general_desc)
    return re.match(general, significant) is not None


def _within(digits: str, region: str, home: Home) -> str | None:
    if home.trunk and not digits.startswith(home.trunk):
        return None
    if home.prefix is None:
        return international(home.code + digits)
    if not home.prefix.match(digits):
        return _international(home.code + digits)
    significant = digits[len(home.trunk) :]
    if home.plain and not home.prefix.match(significant):
        quick = _international(home.code + significant)
        if quick:
            return quick
    found = _by_library(digits, region)
    # The library also takes a country code without plus for one. That is a question
    # of the installation's settings, not to be guessed.
    return None if found == f"+{digits}" and home.code != "1" else found


def _from_abroad(digits: str) -> str | None:
    """ITU-T E.123 and E.164 recommend 00; no national number begins with it."""
    return international(digits[2:]) if digits.startswith("00") else None


def _by_library(text: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    whole = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    usable = len(whole) <= MAX_DIGITS + 1 and phonenumbers.is_valid_number(number)
    return whole if usable else None


def _area_digits(area_code: str, home: Home) -> str:
    digits = re.sub(r"[^0-9]", "", area_code)
    if area_code.lstrip().startswith("+"):
        return digits
    abroad = home.international_prefix.match(digits)
    if abroad:
        return digits[abroad.end() :]
    if home.trunk and digits.startswith(home.trunk):
        digits = digits[len(home.trunk) :]
    return home.code + digits
