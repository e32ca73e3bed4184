"""Calls whose end nobody told, and raw events that were kept long enough."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks

from pbxmanager import housekeeping, models
from pbxmanager.events import CallEvent
from pbxmanager.housekeeping import expire_events, give_up_overdue
from pbxmanager.recorder import recompute, record
from pbxmanager.rules import RuleSettings
from pbxmanager.signals import call_changed
from tests.pbxmanager.cast import (
    CONNECTED,
    ENDED,
    MISSED,
    OTHER_CUSTOMER,
    OUT,
    RINGING,
    at,
    click,
    event,
    people,
)

pytestmark = pytest.mark.django_db


def call_of(*events: CallEvent) -> models.Call:
    for one in events:
        call = record(one).call
    assert call
    return call


@pytest.mark.parametrize(
    ("events", "overdue"),
    [
        ([event(RINGING, 0)], 300),
        ([event(RINGING, 0, direction=OUT)], 300),
        ([event(RINGING, 0), event(CONNECTED, 5)], 5 + 12 * 3600),
    ],
)
def test_a_call_without_an_end_gets_lost(events: list[CallEvent], overdue: int) -> None:
    call = call_of(*events)

    assert give_up_overdue(at(overdue - 1)) == 0
    assert give_up_overdue(at(overdue)) == 1
    call.refresh_from_db()
    assert (call.status, call.duration, call.ended_at) == ("lost", None, None)
    assert call.legs.get().outcome == "lost"
    assert give_up_overdue(at(overdue)) == 0


def test_a_click_that_nobody_tells_of_is_not_lost() -> None:
    call = call_of(click(0, user=people()["anna"].pk))

    assert give_up_overdue(at(10**6)) == 0
    call.refresh_from_db()
    assert call.status == "initial"


def test_a_late_end_repairs_a_lost_call() -> None:
    call = call_of(event(RINGING, 0))
    give_up_overdue(at(300))
    record(event(MISSED, 400))

    call.refresh_from_db()
    assert (call.status, call.wait, call.duration) == ("missed", 400, 0)


def test_a_leg_that_got_lost_does_not_keep_a_talk_on_the_list() -> None:
    """Else such talks would crowd out the calls that are to be given up."""
    call = call_of(
        event(RINGING, 0, by="pbx"),
        event(RINGING, 0, by="pbx", ext="202"),
        event(CONNECTED, 5, by="pbx"),
    )

    assert give_up_overdue(at(300)) == 1
    call.refresh_from_db()
    assert call.status == "connected"
    assert call.legs.get(extension="202").outcome == "lost"
    assert call.overdue_at == at(5 + 12 * 3600)


def test_whoever_listens_hears_of_lost_calls(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    call = call_of(event(RINGING, 0))
    heard = []

    def listen(call: models.Call, **sent: object) -> None:
        heard.append((call.pk, call.status))

    call_changed.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        give_up_overdue(at(300))
    call_changed.disconnect(listen)

    assert heard == [(call.pk, "lost")]


def test_calls_are_given_up_in_batches_the_oldest_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    for number in range(3):
        record(event(RINGING, 2 - number, call_id=str(number), number="anonymous"))

    assert give_up_overdue(at(400)) == 2
    assert models.Call.objects.get(status="ringing").started_at == at(2)
    assert give_up_overdue(at(400)) == 1


@time_machine.travel(at(300), tick=False)
def test_the_present_counts_where_no_time_is_given() -> None:
    record(event(RINGING, 0))

    assert give_up_overdue() == 1


def test_nothing_to_give_up_is_one_query() -> None:
    record(event(RINGING, 0))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        give_up_overdue(at(1))

    assert len(queries) == 1


def test_a_call_that_is_gone_is_not_computed() -> None:
    assert recompute([4711], at(0)) == 0


def kept() -> list[datetime]:
    found = models.Event.objects.order_by("received_at")
    return list(found.values_list("received_at", flat=True))


def test_events_expire_after_two_weeks() -> None:
    record(event(MISSED, 0))
    record(event(MISSED, 60, call_id="other"))
    now = at(30) + timedelta(days=14)

    assert expire_events(now) == 1
    assert kept() == [at(60)]
    assert models.Call.objects.count() == 2
    assert expire_events(now) == 0


def test_events_expire_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    for number in range(5):
        record(event(MISSED, number))

    assert expire_events(at(0) + timedelta(days=15)) == 5
    assert kept() == []


@pytest.mark.parametrize(("days", "expires"), [(3, 3), (0, 2)])
def test_events_stay_as_long_as_their_call_may_change(days: int, expires: int) -> None:
    RuleSettings.objects.create(pk=1, keep_events_days=days)
    record(event(MISSED, 0))

    assert expire_events(at(0) + timedelta(days=expires)) == 0
    assert expire_events(at(1) + timedelta(days=expires)) == 1


def test_overdue_calls_are_given_up_before_their_events_go() -> None:
    """As after a long stop of the server."""
    call = call_of(event(RINGING, 0))
    expire_events(at(0) + timedelta(days=30))

    call.refresh_from_db()
    assert (call.status, call.overdue_at) == ("lost", None)


def test_what_has_expired_takes_no_part_in_new_calls() -> None:
    old = call_of(event(RINGING, 0), event(MISSED, 5))
    models.Event.objects.all().delete()
    new = call_of(event(RINGING, 6, by="pbx"), event(MISSED, 9, by="pbx"))

    old.refresh_from_db()
    assert (old.status, old.wait) == ("missed", 5)
    assert new != old
    assert record(event(ENDED, 5, number=OTHER_CUSTOMER)).call == old
