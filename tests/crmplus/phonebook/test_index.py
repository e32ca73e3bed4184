"""The index follows the records."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from crmplus.phonebook.find import find
from crmplus.phonebook.index import index_records, remove_records, source_of
from crmplus.phonebook.models import NumberSettings, PhoneIndex, PhoneSlot, pack, unpack
from crmplus.phonebook.records import records_for
from crmplus.phonebook.slots import create_all, forget, name_of, slots_of
from tests.crmplus.phonebook.people import PEOPLE, Company, Person

pytestmark = pytest.mark.usefixtures("sources")

NOW = datetime(2025, 3, 1, tzinfo=UTC)


def who(number: str) -> list[str]:
    return [match.title for match in find(number)]


def index() -> list[tuple[str, bool, int | str | None]]:
    rows = PhoneIndex.objects.order_by("ref")
    return [
        (
            (name_of(unpack(row.ref)[1]) or ("", "?"))[1],
            bool(row.ref & 1),
            row.e164 or row.value,
        )
        for row in rows
    ]


def test_a_saved_record_is_found_by_each_of_its_numbers() -> None:
    Person.objects.create(name="Anna", phone="030/23125-123", mobile="0171 3920012")
    assert who("+493023125123") == who("00491713920012") == ["Anna"]


def test_a_changed_number_is_found_and_the_old_one_is_not() -> None:
    anna = Person.objects.create(name="Anna", phone="030/23125-123", mobile="201")
    anna.phone, anna.mobile = "030/23125-124", ""
    anna.save()
    assert who("+493023125124") == ["Anna"]
    assert who("+493023125123") == who("201") == []


def test_a_deleted_record_leaves_the_index() -> None:
    anna = Person.objects.create(name="Anna", phone="030/23125-123")
    anna.delete()
    assert index() == []


def test_a_record_in_the_recycle_bin_leaves_the_index_until_it_is_restored() -> None:
    anna = Person.objects.create(name="Anna", phone="030/23125-123")
    anna.deleted_at = NOW
    anna.save()
    assert index() == []
    anna.deleted_at = None
    anna.save()
    assert who("+493023125123") == ["Anna"]


def test_a_record_that_moves_abroad_has_another_number() -> None:
    anna = Person.objects.create(name="Anna", phone="01 5331000")
    anna.country = "AT"
    anna.save()
    assert records_for("people", anna.pk) == {"+4315331000"}


def test_a_trunk_field_and_a_head_number_have_a_row_for_the_numbers_behind() -> None:
    Company.objects.create(name="Muster", phone="030 23125", mobile="030 1234-0")
    assert index() == [
        ("phone", False, 493023125),
        ("phone", True, 493023125),
        ("mobile", False, 493012340),
        ("mobile", True, 49301234),
    ]


def test_what_is_no_number_is_kept_and_nobodys_number_is_not() -> None:
    Person.objects.create(name="Anna", phone="siehe Notiz", mobile="unbekannt")
    assert index() == [("phone", False, "siehe Notiz")]


def test_a_save_that_changes_no_number_writes_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    anna = Person.objects.create(name="Anna", phone="030/23125-123")
    with django_assert_num_queries(2) as queries:  # the record, its rows
        anna.save()
    assert not [
        q for q in queries if "phoneindex" in q["sql"] and "SELECT" not in q["sql"]
    ]


def test_an_import_indexes_what_it_wrote_in_bulk(
    django_assert_max_num_queries: Any,
) -> None:
    people = [Person(name=f"P{n}", phone=f"030 23125-{n:03}") for n in range(1200)]
    made = Person.objects.bulk_create(people)
    assert index() == []
    with django_assert_max_num_queries(40):
        index_records("people", made)
    assert PhoneIndex.objects.count() == 1200
    assert who("030 23125-777") == ["P777"]
    remove_records("people", [made[777].pk])
    assert who("030 23125-777") == []
    remove_records(PEOPLE, [one.pk for one in made])
    assert index() == []


def test_two_saves_of_the_same_record_at_once_do_not_clash() -> None:
    anna = Person.objects.create(name="Anna", phone="030/23125-123")
    row = PhoneIndex.objects.get()
    with transaction.atomic():
        PhoneIndex.objects.filter(pk=row.pk).update(e164=1)
        index_records(PEOPLE, [anna])
    assert PhoneIndex.objects.get().e164 == 493023125123


def test_own_settings_count_for_records_here_but_not_abroad() -> None:
    NumberSettings.objects.create(pk=1, area_code="030", outside_prefix="0")
    here = Person.objects.create(name="Here", phone="23125123")
    there = Person.objects.create(name="There", phone="23125123", country="AT")
    assert records_for("people", here.pk) == {"+493023125123"}
    assert records_for("people", there.pk) == set()


def test_a_source_that_is_not_registered_is_named() -> None:
    with pytest.raises(LookupError, match="'martians'"):
        source_of("martians")


def test_refs_say_record_slot_and_trunk() -> None:
    for case in ((1, 1, False), (2**40, 32_767, True), (7, 3, True)):
        assert unpack(pack(case[0], case[1], trunk=case[2])) == case


def test_every_registered_field_gets_its_slot_once() -> None:
    PhoneSlot.objects.all().delete()
    create_all()
    slots = slots_of(PEOPLE)
    forget()
    create_all()
    assert slots_of(PEOPLE) == slots
    assert sorted(PhoneSlot.objects.values_list("source", "field")) == [
        ("companies", "mobile"),
        ("companies", "phone"),
        ("people", "mobile"),
        ("people", "phone"),
    ]
    assert name_of(slots["phone"]) == ("people", "phone")
    assert name_of(32_000) is None
    assert str(PhoneSlot.objects.get(pk=slots["phone"])) == "people.phone"


def test_rows_name_themselves() -> None:
    Person.objects.create(name="Anna", phone="030/23125-123", mobile="201")
    texts = [str(row).partition(": ")[2] for row in PhoneIndex.objects.order_by("ref")]
    assert texts == ["493023125123", "201"]
