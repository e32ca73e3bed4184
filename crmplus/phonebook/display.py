"""Numbers for people: well formatted, with their country and place."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers

from crmplus.conf import env
from crmplus.phonebook import places
from crmplus.phonebook.notation import cleaned

INTERNATIONAL = phonenumbers.PhoneNumberFormat.INTERNATIONAL


@lru_cache(maxsize=16_384)
def pretty(number: str) -> str:
    """ "+49 30 1234567" for an E.164 number; other texts without control characters."""
    parsed = _parsed(number)
    if parsed is None:
        return cleaned(number).strip()
    return phonenumbers.format_number(parsed, INTERNATIONAL)


@lru_cache(maxsize=16_384)
def region(e164: str) -> str:
    """The country of an E.164 number (ISO 3166-1 alpha-2), "" for none.

    It is shown as a badge of two letters: flags do not render everywhere.
    """
    parsed = _parsed(e164)
    code = phonenumbers.region_code_for_number(parsed) if parsed else None
    return code if code and code.isalpha() else ""


def place(e164: str, language: str) -> str:
    """Where an E.164 number is: "Berlin, Germany", or the country, or "".

    ``language`` is a code such as ``de``; towns have English names where the data
    has no others.
    """
    parsed = _parsed(e164)
    if parsed is None:
        return ""
    short = language.partition("-")[0]
    country = places.country(parsed, short)
    town = places.town(parsed, short, places.towns_file(env.data_dir))
    return f"{town}, {country}" if town and town != country else country


def warm_up() -> None:
    """Make the file that names the towns, if it is not there."""
    env.data_dir.mkdir(parents=True, exist_ok=True)
    places.ensure(places.towns_file(env.data_dir))


def _parsed(number: str) -> phonenumbers.PhoneNumber | None:
    if not number.startswith("+"):
        return None
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) else None
