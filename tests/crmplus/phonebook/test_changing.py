"""Changing the number settings, and the index that follows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from crmplus.administration.models import SettingsChange
from crmplus.phonebook import changing
from crmplus.phonebook.changing import (
    SETTLED,
    examples,
    reads_anew,
    rebuild_if_due,
    records_concerned,
    save_settings,
)
from crmplus.phonebook.find import find
from crmplus.phonebook.models import NumberSettings
from crmplus.phonebook.normalise import NumberPlan, normalise
from crmplus.phonebook.plan import is_ignored, number_plan
from crmplus.records.models import Contact

LATER = SETTLED + timedelta(seconds=1)


@pytest.mark.django_db
def test_stored_numbers_follow_a_change_of_the_area_code() -> None:
    contact = Contact.objects.create(last_name="Brandt", phone="23125123")
    assert find(normalise("+493023125123", number_plan())) == []
    assert records_concerned() == 1
    save_settings(None, NumberSettings.load(), NumberSettings(pk=1, area_code="030"))
    assert SettingsChange.objects.get().changes == [
        {"field": "area_code", "before": "", "after": "030"}
    ]
    now = timezone.now()
    assert not rebuild_if_due(now)
    assert rebuild_if_due(now + LATER)
    assert not rebuild_if_due(now + LATER)
    (match,) = find(normalise("+493023125123", number_plan()))
    assert match.object_id == contact.pk


@pytest.mark.django_db
def test_a_change_during_the_rebuild_is_due_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    save_settings(None, NumberSettings.load(), NumberSettings(pk=1, area_code="030"))
    later = timezone.now() + LATER

    def meanwhile() -> None:
        NumberSettings.objects.update(index_due_at=later)

    monkeypatch.setattr(changing.upkeep, "rebuild", meanwhile)
    assert rebuild_if_due(later)
    assert NumberSettings.load().index_due_at == later


@pytest.mark.django_db
def test_what_does_not_change_the_reading_rebuilds_nothing() -> None:
    after = NumberSettings(pk=1, outside_prefix="0", own_numbers="030 1234567")
    assert not reads_anew(NumberSettings(pk=1), after)
    save_settings(None, NumberSettings.load(), after)
    assert NumberSettings.load().index_due_at is None
    assert not rebuild_if_due()


def test_examples_show_how_numbers_are_read() -> None:
    plan = NumberPlan(area_code="030", outside_prefix="0", bare_international=True)
    shown = [(one.sent, one.read, one.is_number) for one in examples(plan)]
    assert shown == [
        ("0030 123456", "+49 30 123456", True),
        ("2312512", "+49 30 2312512", True),
        ("4930123456", "+49 30 123456", True),
    ]
    assert not any(one.is_number for one in examples(NumberPlan())[1:])


@pytest.mark.parametrize(
    ("tried", "words"),
    [
        ("201", "An extension"),
        ("112", "An emergency, short or star code: nobody's number"),
        ("2312512", "Not clear: compared digit for digit"),
        ("anonymous", "A withheld number"),
        ("$remote", "A variable that the phone did not fill in"),
        ("Karin", "No number: compared letter for letter"),
    ],
)
def test_what_is_no_number_is_said_in_words(tried: str, words: str) -> None:
    assert examples(NumberPlan(), tried)[-1].read == words


def test_a_region_without_example_shows_another_one() -> None:
    assert len(examples(NumberPlan(region="XX"))) == 3


@pytest.mark.parametrize(
    ("digits", "internal"),
    [("20", False), ("201", True), ("2011", True), ("20111", False), ("301", False)],
)
def test_extensions_have_a_length_and_a_beginning(digits: str, internal: bool) -> None:
    plan = NumberPlan(min_internal=3, max_internal=4, internal_prefixes=("2", "31"))
    assert plan.is_extension(digits) is internal
    assert (normalise(digits, plan).kind == "internal") is internal


@pytest.mark.parametrize(
    ("number", "ignored"),
    [
        ("77", True),
        ("030 2312 55", True),
        ("030 23125-123", True),
        ("030 23226", False),
        ("anonymous", False),
    ],
)
def test_ignored_numbers_and_blocks_of_them(number: str, ignored: bool) -> None:
    plan = NumberPlan(ignored_numbers=("77", "030 2312*"))
    assert is_ignored(normalise(number, plan), plan) is ignored
    assert not is_ignored(normalise(number, plan), NumberPlan())
