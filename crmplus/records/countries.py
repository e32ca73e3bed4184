"""Countries to choose from."""

from __future__ import annotations

from functools import cache

from django.utils.translation import get_language

from crmplus.phonebook.places import country_names
from crmplus.records.keys import fold


def countries() -> list[tuple[str, str]]:
    """ISO 3166-1 codes with their names in the active language, by name."""
    return _countries((get_language() or "en")[:2])


def country_name(code: str) -> str:
    """The country's name in the active language; the code itself if unknown."""
    return dict(countries()).get(code, code)


@cache
def _countries(language: str) -> list[tuple[str, str]]:
    names = country_names(language).items()
    return sorted(names, key=lambda country: fold(country[1]))
