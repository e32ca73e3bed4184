"""Which field a column is likely to be, by its head, in three languages.

The fields' own labels count in every language, so that an export can be imported; the
words below are those of Outlook, Google Contacts, HubSpot, and of people. Pure but for
the labels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache

from django.conf import settings
from django.utils import translation

from crmplus.exchange.fields import FULL_NAME, ORGANISATION, OWNER, taken
from crmplus.records.keys import fold
from crmplus.records.types import LEADS, RecordType

WORDS: dict[str, tuple[str, ...]] = {
    "first_name": ("given name", "firstname", "forename", "vorname", "imie"),
    "last_name": (
        "family name",
        "lastname",
        "surname",
        "nachname",
        "familienname",
        "nazwisko",
    ),
    FULL_NAME: (
        "name",
        "full name",
        "display name",
        "contact",
        "contact name",
        "anzeigename",
        "ansprechpartner",
        "kontakt",
        "voller name",
        "imie i nazwisko",
        "nazwa wyswietlana",
    ),
    "name": (
        "company",
        "company name",
        "organization",
        "organisation",
        "organization name",
        "account name",
        "firma",
        "firmenname",
        "unternehmen",
        "unternehmensname",
        "nazwa",
        "nazwa firmy",
        "display name",
        "anzeigename",
    ),
    ORGANISATION: (
        "company",
        "company name",
        "organization",
        "organization name",
        "organization 1 name",
        "associated company",
        "primary associated company",
        "account",
        "account name",
        "firma",
        "firmenname",
        "unternehmen",
        "unternehmensname",
        "nazwa firmy",
        "organizacja",
    ),
    "position": (
        "job title",
        "title",
        "organization title",
        "organization 1 title",
        "funktion",
        "beruf",
        "jobtitel",
        "stelle",
        "stanowisko",
    ),
    "phone": (
        "phone number",
        "telephone",
        "telephone number",
        "phone 1 value",
        "primary phone",
        "business phone",
        "company main phone",
        "work phone",
        "telefon",
        "telefonnummer",
        "rufnummer",
        "telefon geschaftlich",
        "firmentelefon",
        "hauptrufnummer",
        "numer telefonu",
        "telefon sluzbowy",
    ),
    "mobile": (
        "mobile phone",
        "mobile phone number",
        "mobile number",
        "cell",
        "cell phone",
        "phone 2 value",
        "handy",
        "handynummer",
        "mobil",
        "mobiltelefon",
        "mobilnummer",
        "mobiltelefonnummer",
        "komorka",
        "telefon komorkowy",
    ),
    "other_phone": (
        "other phone",
        "home phone",
        "business phone 2",
        "phone 2",
        "phone 3 value",
        "telefon privat",
        "telefon geschaftlich 2",
        "weiteres telefon",
        "telefon 2",
        "telefon domowy",
        "inny telefon",
    ),
    "fax": (
        "fax number",
        "business fax",
        "faxnummer",
        "telefax",
        "fax geschaftlich",
        "faks",
        "numer faksu",
    ),
    "email": (
        "e mail",
        "email",
        "email address",
        "e mail address",
        "e mail 1 value",
        "mail",
        "e mail adresse",
        "mailadresse",
        "adres e mail",
        "adres email",
    ),
    "website": (
        "web page",
        "website url",
        "website 1 value",
        "homepage",
        "url",
        "company domain name",
        "webseite",
        "internetadresse",
        "internetseite",
        "strona internetowa",
        "strona www",
        "www",
    ),
    "street": (
        "street address",
        "address",
        "address 1 street",
        "business street",
        "strasse",
        "strasse geschaftlich",
        "anschrift",
        "adresse",
        "ulica",
        "adres",
    ),
    "postcode": (
        "postal code",
        "zip",
        "zip code",
        "zip postal code",
        "address 1 postal code",
        "business postal code",
        "plz",
        "postleitzahl",
        "postleitzahl geschaftlich",
        "kod pocztowy",
    ),
    "city": (
        "town",
        "address 1 city",
        "business city",
        "ort",
        "stadt",
        "wohnort",
        "ort geschaftlich",
        "miasto",
        "miejscowosc",
    ),
    "country": (
        "country region",
        "country code",
        "address 1 country",
        "business country region",
        "business country",
        "land",
        "land region",
        "land region geschaftlich",
        "staat",
        "kraj",
        "kraj region",
    ),
    OWNER: (
        "contact owner",
        "company owner",
        "lead owner",
        "record owner",
        "account manager",
        "besitzer",
        "zustandig",
        "zustandiger mitarbeiter",
        "betreuer",
        "wlasciciel",
        "opiekun",
    ),
}


def guess(kind: RecordType, columns: Iterable[str]) -> list[str]:
    """The key of the field for each column, "" for none; no field comes twice."""
    known, used = _known(kind), set[str]()
    found = []
    for column in columns:
        keys = (key for key in known.get(_key(column), ()) if key not in used)
        key = next(keys, "")
        used.add(key)
        found.append(key)
    # Where first and last name have columns of their own, the name in one is spare.
    if {"first_name", "last_name"} <= used:
        found = ["" if key == FULL_NAME else key for key in found]
    return found


def digest(columns: Sequence[str]) -> str:
    """What stands for the heads of a file, to know its like again."""
    text = "\n".join(_key(column) for column in columns)
    return hashlib.sha256(text.encode()).hexdigest()


def _key(head: str) -> str:
    """A head as heads are compared: "Straße (geschäftl.)" is "strasse geschaftl"."""
    return fold(head)


@cache
def _known(kind: RecordType) -> dict[str, list[str]]:
    """The keys of fields by head, the likeliest first: labels before other words."""
    found: dict[str, list[str]] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for field in taken(kind):
                _add(found, str(field.label), field.key)
    for field in taken(kind):
        words = WORDS.get(field.key, ())
        if field.key == "company" and kind is LEADS:
            words = WORDS[ORGANISATION]
        for word in words:
            _add(found, word, field.key)
    return found


def _add(found: dict[str, list[str]], word: str, key: str) -> None:
    keys = found.setdefault(fold(word), [])
    if key not in keys:
        keys.append(key)
