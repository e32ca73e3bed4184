from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.urls import NoReverseMatch, reverse

from crmplus.phonebook.find import find
from crmplus.records.fields import KeyField
from crmplus.records.models import Contact, Lead, Organisation, Partner, Record
from crmplus.records.numbers import numbers, with_main_numbers
from crmplus.records.types import TYPES, RecordType, type_of

pytestmark = pytest.mark.django_db


def test_a_person_is_sorted_by_the_last_name_and_found_by_either() -> None:
    contact = Contact.objects.create(first_name="Anna", last_name="Müller")
    assert (contact.name_key, contact.turned_key) == ("muller anna", "anna muller")
    assert str(contact) == "Anna Müller"


def test_bulk_create_makes_keys_too() -> None:
    Organisation.objects.bulk_create([Organisation(name="Bäckerei Öz")])
    organisation = Organisation.objects.get()
    assert (organisation.name_key, organisation.turned_key) == ("backerei oz", "oz")


def test_saving_only_the_name_saves_the_keys() -> None:
    lead = Lead.objects.create(last_name="Alt", company="Alt AG")
    lead.last_name, lead.company = "Neu", "Neu AG"
    lead.save(update_fields=["last_name", "company"])
    lead.refresh_from_db()
    assert (lead.name_key, lead.company_key) == ("neu", "neu ag")


def test_saving_other_fields_leaves_the_keys_alone() -> None:
    partner = Partner.objects.create(name="Alt")
    partner.name = "Neu"
    partner.save(update_fields=["phone"])
    partner.refresh_from_db()
    assert (partner.name, partner.name_key) == ("Alt", "alt")


def test_hostile_texts_are_stored_as_people_see_them() -> None:
    partner = Partner.objects.create(
        name="Evil\u202egnp.exe\x00\n<b>", phone="030\u200b 1234567"
    )
    assert partner.name == "Evilgnp.exe <b>"
    assert partner.phone == "030 1234567"


@pytest.mark.parametrize("name", ["", "  ", "\u200b\u202e"])
def test_a_person_needs_a_name(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Contact(first_name=name, last_name=name).full_clean()
    assert "last_name" in refused.value.message_dict


@pytest.mark.parametrize("name", ["", "  ", "\u200b\u202e"])
def test_an_organisation_needs_a_name(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Organisation(name=name).full_clean()
    assert "name" in refused.value.message_dict


@pytest.mark.parametrize("country", ["D", "de", "DEU", "1A"])
def test_a_country_is_two_capital_letters(country: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Partner(name="X", country=country).full_clean()
    assert "country" in refused.value.message_dict


def test_an_email_is_stored_in_lower_case() -> None:
    partner = Partner.objects.create(name="X", email=" Info@Example.ORG ")
    assert partner.email == "info@example.org"


def test_every_type_says_what_it_is() -> None:
    for kind in TYPES.values():
        assert type_of(kind.model()) is kind
        assert kind.model.named_by()


@pytest.mark.parametrize(
    "ask",
    [
        Record.named_by,
        lambda: Record.title.fget(None),
        lambda: Record.make_name_key(None),
        lambda: Record.make_turned_key(None),
    ],
)
def test_each_kind_must_say_how_it_is_named(ask: Callable[[], object]) -> None:
    with pytest.raises(NotImplementedError):
        ask()


@pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)
def test_each_kind_is_found_by_its_numbers_until_it_is_deleted(
    kind: RecordType,
) -> None:
    record = kind.model(mobile="0171 5550123")
    for name in record.named_by():
        setattr(record, name, "Muster")
    record.save()
    (match,) = find("+491715550123")
    assert (match.source, match.object_id, match.field) == (
        record.type_key,
        record.pk,
        "mobile",
    )
    record.move_to_bin(job="test")
    assert find("+491715550123") == []
    record.restore()
    assert len(find("+491715550123")) == 1


def test_a_head_number_makes_a_company_match() -> None:
    Organisation.objects.create(name="Muster GmbH", phone="030 123456")
    (match,) = find("+493012345678")
    assert (match.kind, match.title) == ("company", "Muster GmbH")


def test_a_migration_keeps_the_keys_it_finds() -> None:
    partner = Partner(name="New", name_key="old")
    field = KeyField()
    field.set_attributes_from_name("name_key")
    assert field.pre_save(partner, add=False) == "old"


@pytest.mark.parametrize("kind", ["nobody", "", "contacts/x"])
def test_other_kinds_have_no_address(kind: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse("records:list", args=[kind])


def test_numbers_are_read_as_of_the_country_of_the_record() -> None:
    partner = Partner.objects.create(name="X", country="AT", phone="01 7101234")
    (number,) = numbers(partner)
    assert (number.e164, number.region, number.warning) == ("+4317101234", "AT", "")
    assert number.region_name == "Austria"


def test_what_is_no_number_is_kept_with_a_warning() -> None:
    partner = Partner(name="X", phone="see note", fax="030 1234567")
    first, second = numbers(partner)
    assert (first.value, first.e164, first.region_name) == ("see note", "", "")
    assert first.warning
    assert not second.warning


def test_the_main_number_is_the_first_there_is() -> None:
    mobile = Partner(name="X", mobile="0171 5550123", fax="030 1234567")
    ((_, number), (_, none)) = with_main_numbers([mobile, Partner(name="Y")])
    assert number is not None
    assert number.e164 == "+491715550123"
    assert none is None
