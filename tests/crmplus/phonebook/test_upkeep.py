"""Rebuilding the index, and finding drift."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import models

from crmplus.phonebook import upkeep
from crmplus.phonebook.find import find
from crmplus.phonebook.models import NumberSettings, PhoneIndex, PhoneSlot, pack
from tests.crmplus.phonebook.people import Alive, Company, Person

pytestmark = pytest.mark.usefixtures("sources")


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "CHUNK", 3)


def phonebook(*args: str) -> str:
    out = io.StringIO()
    call_command("phonebook", *args, stdout=out)
    return out.getvalue()


def rows() -> set[Any]:
    return set(PhoneIndex.objects.values_list("ref", "e164", "value"))


def test_a_rebuild_gives_the_index_that_saving_gives() -> None:
    for number in range(7):
        Person.objects.create(name=f"P{number}", phone=f"030 23125-{number}")
        Company.objects.create(
            name=f"C{number}", phone=f"030 555{number}-0", mobile="2"
        )
    saved = rows()
    PhoneIndex.objects.filter(e164__isnull=False).update(e164=1)
    assert upkeep.rebuild() == len(saved)
    assert rows() == saved
    PhoneIndex.objects.all().delete()
    upkeep.rebuild()
    assert rows() == saved


def test_a_rebuild_reads_each_record_in_its_own_region() -> None:
    for model in (Person, Company):
        model.objects.create(name="Here", phone="01 5331000")
        model.objects.create(name="There", phone="01 5331000", country="AT")
    saved = rows()
    PhoneIndex.objects.all().delete()
    upkeep.rebuild()
    assert rows() == saved
    assert [match.title for match in find("+4315331000")] == ["There", "There"]


def test_a_rebuild_leaves_out_the_recycle_bin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = datetime(2025, 3, 1, tzinfo=UTC)
    for model in (Person, Company):
        model.objects.create(name="Gone", phone="030 23125-123")
        model.objects.update(deleted_at=now)
    monkeypatch.setattr(Alive, "get_queryset", models.Manager.get_queryset)
    upkeep.rebuild()
    assert rows() == set()


def test_a_rebuild_removes_what_belongs_to_nobody() -> None:
    anna = Person.objects.create(name="Anna", phone="030 23125-123")
    right = rows()
    slot = PhoneSlot.objects.get(source="people", field="phone").pk
    stray = PhoneSlot.objects.create(source="martians", field="phone").pk
    for ref in (pack(anna.pk + 1, slot), pack(anna.pk + 99, slot), pack(1, stray)):
        PhoneIndex.objects.create(ref=ref, e164=1)
    upkeep.rebuild()
    assert rows() == right


def test_a_rebuild_of_nothing_leaves_nothing() -> None:
    slot = PhoneSlot.objects.create(source="martians", field="phone").pk
    PhoneIndex.objects.create(ref=pack(1, slot), e164=1)
    assert upkeep.rebuild() == 0
    assert rows() == set()


def test_new_settings_need_a_rebuild_and_the_check_tells() -> None:
    Person.objects.create(name="Anna", phone="23125123")
    assert not upkeep.check()
    NumberSettings.objects.create(pk=1, area_code="030")
    assert upkeep.check().wrong == 1
    upkeep.rebuild()
    assert not upkeep.check()
    assert [match.title for match in find("+493023125123")] == ["Anna"]


def test_the_check_tells_missing_stale_and_wrong_rows() -> None:
    people = [
        Person.objects.create(name=f"P{n}", phone=f"03023125{n}") for n in range(8)
    ]
    assert upkeep.check() == upkeep.Drift()
    slot = PhoneSlot.objects.get(source="people", field="phone").pk
    Person.objects.filter(pk=people[0].pk).update(phone="0171 3920012")
    Person.objects.filter(pk=people[1].pk).update(phone="")
    PhoneIndex.objects.filter(ref=pack(people[2].pk, slot)).delete()
    PhoneIndex.objects.create(ref=pack(5, 32_000), e164=1)
    drift = upkeep.check()
    assert (drift.missing, drift.stale, drift.wrong) == (1, 2, 1)
    assert sorted(drift.examples) == [
        f"missing: people {people[2].pk} phone",
        "stale: ? 5 ?",
        f"stale: people {people[1].pk} phone",
        f"wrong: people {people[0].pk} phone",
    ]


def test_of_much_drift_only_some_examples_are_kept() -> None:
    for number in range(20):
        Person.objects.create(name="P", phone=f"030 23125-{number:02}")
    PhoneIndex.objects.all().delete()
    drift = upkeep.check()
    assert drift.missing == 20
    assert len(drift.examples) == upkeep.EXAMPLES


def test_the_command_rebuilds_and_checks() -> None:
    Person.objects.create(name="Anna", phone="030 23125-123")
    PhoneIndex.objects.all().delete()
    with pytest.raises(CommandError, match=r"1 missing, 0 stale, 0 wrong.*rebuild"):
        phonebook("check")
    assert "1 rows" in phonebook("rebuild")
    assert phonebook("check") == "The phone index is right.\n"


def test_the_command_says_what_differs(capsys: pytest.CaptureFixture[str]) -> None:
    anna = Person.objects.create(name="Anna", phone="030 23125-123")
    PhoneIndex.objects.all().delete()
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("phonebook", "check", stdout=out)
    assert out.getvalue() == f"  missing: people {anna.pk} phone\n"


def test_the_command_finds_who_has_a_number() -> None:
    anna = Person.objects.create(name="Anna", phone="030 23125-123")
    assert phonebook("find", "0049 30 23125123").splitlines() == [
        "e164: +493023125123",
        f"  exact: Anna (Person {anna.pk}, phone)",
    ]
    assert phonebook("find", "anonymous") == "anonymous: anonymous\n"
