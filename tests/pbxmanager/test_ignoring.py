"""Ignored numbers: their events are kept, and no call comes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from crmplus.accounts.models import User
from crmplus.phonebook.models import NumberSettings
from pbxmanager.housekeeping import expire_events
from pbxmanager.ignoring import IgnoredReport, is_ignored
from pbxmanager.models import Call, Event
from pbxmanager.recorder import record
from tests.pbxmanager.cast import (
    CONNECTED,
    CUSTOMER,
    ENDED,
    OTHER_CUSTOMER,
    RINGING,
    at,
    click,
    event,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plan() -> None:
    NumberSettings.objects.create(pk=1, ignored_numbers="030 23125*\n77")


def test_an_ignored_number_logs_no_call_and_keeps_what_came() -> None:
    for kind, seconds in ((RINGING, 0), (CONNECTED, 5), (ENDED, 9)):
        done = record(event(kind, seconds, number=OTHER_CUSTOMER))
        assert (done.call, done.changed) == (None, False)
    record(event(RINGING, 20, number="77", call_id="door"))
    assert not Call.all_objects.exists()
    assert Event.objects.filter(refused="").count() == 4


def test_its_later_events_may_lack_the_number() -> None:
    record(event(RINGING, 0, number=OTHER_CUSTOMER))
    assert record(event(ENDED, 9, number=None)).call is None
    late = event(ENDED, 13 * 3600, number=None)
    assert not is_ignored(late)
    assert str(IgnoredReport.objects.get()) == "key:anna anna-1"


def test_without_call_id_only_the_number_counts() -> None:
    record(event(RINGING, 0, number=OTHER_CUSTOMER, call_id=""))
    assert not IgnoredReport.objects.exists()
    assert not is_ignored(event(ENDED, 9, number=None, call_id=""))


def test_other_numbers_are_logged() -> None:
    assert record(event(RINGING, 0, number=CUSTOMER)).call


def test_what_somebody_dials_in_the_crm_is_logged(people: dict[str, User]) -> None:
    dialled = click(0, user=people["anna"].pk, number=OTHER_CUSTOMER)
    assert record(dialled).call


def test_what_was_ignored_is_forgotten_with_the_events() -> None:
    record(event(RINGING, 0, number=OTHER_CUSTOMER))
    expire_events(at(0) + timedelta(days=13))
    assert IgnoredReport.objects.exists()
    expire_events(at(1) + timedelta(days=14))
    assert not IgnoredReport.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_without_ignored_numbers_it_costs_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    NumberSettings.objects.all().delete()
    NumberSettings.objects.create(pk=1)
    is_ignored(event(RINGING, 0))
    with django_assert_num_queries(0):
        assert not is_ignored(event(ENDED, 0, number=None))
