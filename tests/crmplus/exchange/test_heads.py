"""Heads of the programs that people come from are taken for the right fields."""

from __future__ import annotations

import pytest
from django.utils import translation

from crmplus.exchange.fields import taken
from crmplus.exchange.heads import digest, guess
from crmplus.records.types import CONTACTS, LEADS, ORGANISATIONS, TYPES, RecordType


@pytest.mark.parametrize(
    ("kind", "heads", "keys"),
    [
        (  # Outlook, English
            CONTACTS,
            "First Name,Last Name,Company,Job Title,Business Phone,Mobile Phone,"
            "Business Fax,E-mail Address,Web Page,Business Street,Business City,"
            "Business Postal Code,Business Country/Region,Notes",
            "first_name,last_name,organisation,position,phone,mobile,fax,email,"
            "website,street,city,postcode,country,",
        ),
        (  # Outlook, German
            CONTACTS,
            "Vorname,Nachname,Firma,Position,Telefon geschäftlich,Mobiltelefon,"
            "Fax geschäftlich,E-Mail-Adresse,Webseite,Straße geschäftlich,"
            "Ort geschäftlich,Postleitzahl geschäftlich,Land/Region geschäftlich",
            "first_name,last_name,organisation,position,phone,mobile,fax,email,"
            "website,street,city,postcode,country",
        ),
        (  # Google Contacts
            CONTACTS,
            "First Name,Last Name,Organization Name,Organization Title,"
            "E-mail 1 - Value,Phone 1 - Value,Phone 2 - Value,Website 1 - Value",
            "first_name,last_name,organisation,position,email,phone,mobile,website",
        ),
        (  # HubSpot
            CONTACTS,
            "Record ID,First Name,Last Name,Email,Phone Number,"
            "Mobile Phone Number,Contact owner,Associated Company,Postal Code",
            ",first_name,last_name,email,phone,mobile,owner,organisation,postcode",
        ),
        (
            ORGANISATIONS,
            "Company name,Phone Number,Company Domain Name,City",
            "name,phone,website,city",
        ),
        (  # Polish
            CONTACTS,
            "Imię,Nazwisko,Nazwa firmy,Telefon komórkowy,Adres e-mail,Kod pocztowy",
            "first_name,last_name,organisation,mobile,email,postcode",
        ),
        (LEADS, "Ansprechpartner,Firma,Telefon", "full_name,company,phone"),
        (CONTACTS, "Name,Phone,Phone", "full_name,phone,"),
        (CONTACTS, "Name,Vorname,Nachname", ",first_name,last_name"),
    ],
)
def test_heads_are_understood(kind: RecordType, heads: str, keys: str) -> None:
    assert guess(kind, heads.split(",")) == keys.split(",")


@pytest.mark.parametrize("language", ["de", "en", "pl"])
@pytest.mark.parametrize("kind", TYPES.values(), ids=str)
def test_an_export_in_any_language_is_understood(
    language: str, kind: RecordType
) -> None:
    exported = [field for field in taken(kind) if field.written]
    with translation.override(language):
        heads = [field.head for field in exported]

    assert guess(kind, heads) == [field.key for field in exported]


def test_the_same_heads_are_known_again_in_any_spelling() -> None:
    assert digest(["E-Mail", "Straße"]) == digest(["e mail", "STRASSE "])
    assert digest(["E-Mail"]) != digest(["Mail"])
