"""Names of countries, from the data that comes with phonenumbers."""

from __future__ import annotations

from functools import cache

from django.utils.translation import get_language

from crmplus.records.keys import fold


def countries() -> list[tuple[str, str]]:
    """ISO 3166-1 codes with their names in the active language, by name."""
    return _countries((get_language() or "en")[:2])


def country_name(code: str) -> str:
    """The country's name in the active language; the code itself if unknown."""
    return dict(countries()).get(code, code)


@cache
def _countries(language: str) -> list[tuple[str, str]]:
    # Large, and needed by the pages of records alone.
    from phonenumbers.geodata.locale import LOCALE_DATA

    names = ((code, _name(names, language)) for code, names in LOCALE_DATA.items())
    return sorted(names, key=lambda country: fold(country[1]))


def _name(names: dict[str, str], language: str) -> str:
    # "*en" stands for "as in English".
    name = names.get(language) or names["en"]
    while name.startswith("*"):
        name = names[name[1:]]
    return name
