"""The way of an event into the log."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
from django.db import IntegrityError, connection
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from crmplus.accounts.models import User
from crmplus.timeline.services import add_comment, comments
from pbxmanager import identity, models
from pbxmanager.events import CallEvent, EventKind
from pbxmanager.privacy import set_private
from pbxmanager.recorder import Recorded, Refused, record, refuse
from pbxmanager.saving import CALL
from pbxmanager.signals import call_changed, touch
from tests.pbxmanager.cast import (
    CONNECTED,
    CUSTOMER,
    ENDED,
    IN,
    MISSED,
    OTHER_CUSTOMER,
    OUT,
    RINGING,
    START,
    at,
    click,
    event,
)

pytestmark = pytest.mark.django_db


def ben(kind: EventKind, seconds: float, **given: Any) -> CallEvent:
    return event(kind, seconds, **{"ext": "202", "by": "ben", **given})


def call_of(one: Recorded) -> models.Call:
    assert one.call
    return models.Call.all_objects.get(pk=one.call.pk)


def test_a_call_is_saved_with_its_legs(people: dict[str, User]) -> None:
    record(event(RINGING, 0, name="Karin"))
    call = call_of(record(event(CONNECTED, 5)))

    assert (call.status, call.direction, call.extension) == (
        "connected",
        "inbound",
        "201",
    )
    assert (call.number, call.e164, call.party) == (CUSTOMER, CUSTOMER, CUSTOMER)
    assert (call.name, call.wait, call.duration) == ("Karin", 5, None)
    assert (call.user, call.clicked_by) == (people["anna"], None)
    (leg,) = call.legs.all()
    assert (leg.extension, leg.user, leg.rang_at) == ("201", people["anna"], at(0))
    assert leg.outcome == ""


def test_a_repetition_changes_nothing() -> None:
    record(event(RINGING, 0))
    first = record(event(CONNECTED, 5))
    again = record(event(CONNECTED, 5))

    assert (first.changed, again.changed) == (True, False)
    assert call_of(first).version == call_of(again).version
    assert models.Event.objects.count() == 3


def test_a_change_raises_the_version() -> None:
    before = call_of(record(event(RINGING, 0))).version

    assert call_of(record(event(CONNECTED, 5))).version > before


def test_other_events_are_kept_with_the_call() -> None:
    call = call_of(record(event(RINGING, 0)))
    other = record(event(EventKind.OTHER, 1, raw={"event": "hold"}))

    assert (other.call, other.changed) == (call, False)
    kept = models.Event.objects.get(kind="other")
    assert kept.report == call.reports.get()
    assert kept.raw == {"event": "hold"}


def test_an_event_of_no_call_is_kept_as_refused() -> None:
    with pytest.raises(Refused, match="no_number"):
        record(event(RINGING, 0, number=None))

    kept = models.Event.objects.get()
    assert (kept.refused, kept.report, kept.source) == ("no_number", None, "key:anna")
    assert not models.Call.objects.exists()


def test_what_could_not_be_read_is_kept() -> None:
    refuse("key:anna", {"at": "soon"}, "bad_time", START)

    kept = models.Event.objects.get()
    assert (kept.refused, kept.kind, kept.raw) == ("bad_time", "other", {"at": "soon"})
    assert str(kept) == "other  "


def test_a_constraint_that_was_hit_is_not_the_senders_problem() -> None:
    with mock.patch.object(
        identity, "report_of", side_effect=[IntegrityError, IntegrityError, None]
    ):
        assert record(event(EventKind.OTHER, 0)).call is None


def test_a_constraint_that_is_hit_again_and_again_is() -> None:
    with (
        mock.patch.object(identity, "report_of", side_effect=IntegrityError),
        pytest.raises(IntegrityError),
    ):
        record(event(RINGING, 0))


# Ring groups: any order gives the same log.

GROUP = [event(RINGING, 0), ben(RINGING, 0.3), ben(CONNECTED, 5), event(MISSED, 5.2)]


@pytest.mark.parametrize("order", list(permutations(GROUP)))
def test_a_ring_group_is_one_call_in_any_order(order: tuple[CallEvent, ...]) -> None:
    for one in order:
        record(one)

    call = models.Call.objects.get()
    assert (call.status, call.extension, call.wait) == ("connected", "202", 5)
    outcomes = dict(call.legs.values_list("extension", "outcome"))
    assert outcomes == {"201": "answered_elsewhere", "202": ""}


@pytest.fixture
def heard() -> Iterator[list[tuple[UUID, list[UUID]]]]:
    """The addresses that listeners hear of: of a call, and of those joined into it."""
    received: list[tuple[UUID, list[UUID]]] = []

    def listen(**sent: Any) -> None:
        received.append((sent["call"].uid, list(sent["merged"])))

    call_changed.connect(listen)
    yield received
    call_changed.disconnect(listen)


def test_the_older_call_takes_over_all_that_was_added(
    people: dict[str, User],
    heard: list[tuple[UUID, list[UUID]]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    old = call_of(record(event(RINGING, 0)))
    new = call_of(record(ben(RINGING, 3)))
    add_comment(CALL, new.pk, people["ben"], "Rang at mine")
    models.Call.objects.filter(pk=new.pk).update(chosen_source="contacts", chosen_id=7)
    record(ben(CONNECTED, 9))
    with django_capture_on_commit_callbacks(execute=True):
        joined = record(event(MISSED, 9))

    call = models.Call.all_objects.get()
    assert call == old == joined.call
    assert (call.chosen_source, call.chosen_id) == ("contacts", 7)
    assert [one.text for one in comments(CALL, old.pk)] == ["Rang at mine"]
    assert call.merged.get().uid == new.uid
    assert heard == [(old.uid, [new.uid])]
    assert str(call.merged.get()) == str(new.uid)


def test_what_was_chosen_for_the_older_call_stays() -> None:
    old, new = record(event(RINGING, 0)).call, record(ben(RINGING, 3)).call
    assert old
    assert new
    for number, call in enumerate((old, new)):
        models.Call.objects.filter(pk=call.pk).update(
            chosen_source="contacts", chosen_id=number
        )
    record(ben(CONNECTED, 9))
    record(event(MISSED, 9))

    assert models.Call.objects.get().chosen_id == 0


def test_a_call_joined_twice_is_found_by_all_its_addresses() -> None:
    first = call_of(record(event(RINGING, 0)))
    second = call_of(record(ben(RINGING, 2.5)))
    third = call_of(record(event(RINGING, 6, ext="203", by="carl")))
    record(event(MISSED, 9, ext="203", by="carl"))
    record(ben(CONNECTED, 9))
    record(event(MISSED, 9))

    merged = set(first.merged.values_list("uid", flat=True))
    assert merged == {second.uid, third.uid}


def test_a_second_answer_parts_what_seemed_one_call() -> None:
    old = call_of(record(event(RINGING, 0)))
    assert record(ben(RINGING, 0.3)).call == old
    record(event(CONNECTED, 5))
    new = call_of(record(ben(CONNECTED, 8)))

    assert new != old
    assert list(old.legs.values_list("extension", flat=True)) == ["201"]
    assert list(new.legs.values_list("extension", flat=True)) == ["202"]


def test_what_is_parted_from_a_private_call_is_private_too() -> None:
    old = call_of(record(event(RINGING, 0)))
    record(ben(RINGING, 0.3))
    set_private(old, private=True)
    record(event(CONNECTED, 5))
    new = call_of(record(ben(CONNECTED, 8)))

    old.refresh_from_db()
    assert new != old
    assert new.private_at == old.private_at is not None


def test_a_parted_call_stays_with_its_own_report() -> None:
    """The older report began the row, whichever of the two is told of next."""
    old = record(ben(RINGING, 0.3)).call
    assert record(event(RINGING, 0)).call == old
    record(ben(CONNECTED, 5))
    new = record(event(CONNECTED, 8)).call

    assert record(ben(ENDED, 20)).call == old
    assert record(event(ENDED, 30)).call == new


def transfer() -> tuple[models.Call, models.Call]:
    record(event(RINGING, 0))
    record(event(CONNECTED, 5))
    first = call_of(record(event(ENDED, 60)))
    return first, call_of(record(ben(RINGING, 61)))


def test_a_blind_transfer_continues_the_first_call() -> None:
    first, second = transfer()

    assert second.continues == first
    assert first.continues is None


def test_the_end_of_the_first_call_may_come_later() -> None:
    record(event(CONNECTED, 5))
    second = record(ben(RINGING, 61))
    record(event(ENDED, 60))

    assert call_of(second).continues is not None


def test_what_turns_out_to_be_no_transfer_is_none() -> None:
    first, second = transfer()
    record(event(ENDED, 90))

    second.refresh_from_db()
    assert second.continues is None
    assert not first.continued_by.exists()


def test_a_link_to_a_call_long_ago_stays() -> None:
    first, second = transfer()
    record(ben(CONNECTED, 65))
    record(ben(ENDED, 13 * 3600))

    second.refresh_from_db()
    assert second.continues == first


def test_a_transferred_call_follows_the_one_it_continues() -> None:
    carl: dict[str, Any] = {"ext": "203", "by": "carl"}
    record(event(RINGING, 0, **carl))
    first = record(event(RINGING, 3)).call
    record(event(CONNECTED, 6))
    record(event(ENDED, 60))
    second = record(ben(RINGING, 61))
    assert call_of(second).continues == first
    record(event(MISSED, 6, **carl))

    (joined, later) = models.Call.objects.order_by("started_at")
    assert later.continues == joined


def test_a_leg_that_is_none_any_more_goes() -> None:
    unknown = record(event(RINGING, 0, ext="", by="pbx"))
    assert call_of(unknown).legs.get().extension == ""
    record(event(CONNECTED, 5, ext="202", by="pbx"))

    assert call_of(unknown).legs.get().extension == "202"


def test_nobody_elses_call_is_written() -> None:
    """A call that was only read for comparison may be changing at this moment."""
    other = call_of(record(ben(RINGING, 0)))
    models.Call.objects.filter(pk=other.pk).update(status="as it was")
    record(event(RINGING, 30, call_id="another"))

    other.refresh_from_db()
    assert other.status == "as it was"


def test_a_report_that_was_joined_meanwhile_is_followed() -> None:
    """Before the locks are held another event may move the report to another call."""
    old = call_of(record(event(RINGING, 0)))
    stray = models.Call.objects.create(
        direction=IN, status="ringing", started_at=START, party=CUSTOMER
    )
    real = identity.report_of

    def stale(one: CallEvent) -> models.Report | None:
        report = real(one)
        assert report
        report.call = stray
        return report

    with mock.patch.object(identity, "report_of", stale):
        assert record(event(CONNECTED, 5)).call == old


def test_an_extension_reassigned_later_does_not_change_old_legs(
    people: dict[str, User],
) -> None:
    call = call_of(record(event(RINGING, 0)))
    models.Extension.objects.filter(number="201").update(user=people["ben"])
    record(event(MISSED, 9))

    assert call.legs.get().user == people["anna"]


# Clicks.


def test_a_click_makes_the_entry_that_the_phone_then_fills(
    people: dict[str, User],
) -> None:
    anna = people["anna"]
    entry = call_of(record(click(0, user=anna.pk)))
    assert (entry.status, entry.direction, entry.clicked_by) == (
        "initial",
        "outbound",
        anna,
    )
    assert record(click(1, user=anna.pk)) == Recorded(entry, changed=False)
    record(event(RINGING, 2, ext="301", direction=IN))

    entry.refresh_from_db()
    assert (entry.status, entry.direction, entry.extension) == (
        "ringing",
        "outbound",
        "301",
    )
    assert (entry.user, entry.clicked_by) == (anna, anna)


def test_events_after_a_click_are_recorded_when_its_user_is_gone(
    people: dict[str, User],
) -> None:
    anna = people["anna"]
    record(click(0, user=anna.pk))
    record(event(RINGING, 2, direction=OUT))
    anna.delete()
    call = call_of(record(event(CONNECTED, 5, direction=OUT)))

    assert (call.status, call.user, call.clicked_by) == ("connected", None, None)


def test_a_click_without_extension_is_the_users(people: dict[str, User]) -> None:
    ben_clicked = record(click(0, user=people["ben"].pk, ext=""))

    assert call_of(ben_clicked).user == people["ben"]


def test_a_colleagues_call_does_not_fill_the_entry(people: dict[str, User]) -> None:
    entry = record(click(0, user=people["anna"].pk))

    assert record(ben(RINGING, 1, direction=OUT)).call != entry.call


# Telling.


def test_listeners_hear_after_the_commit(
    heard: list[tuple[UUID, list[UUID]]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        call = call_of(record(event(RINGING, 0)))
        assert heard == []
    with django_capture_on_commit_callbacks(execute=True):
        record(event(RINGING, 0))

    assert heard == [(call.uid, [])]


def test_a_listeners_failure_is_logged(
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def fail(**sent: Any) -> None:
        raise RuntimeError("out of paper")

    call_changed.connect(fail)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            record(event(RINGING, 0))
    finally:
        call_changed.disconnect(fail)

    assert "out of paper" in caplog.text


def test_what_people_add_is_told_too(
    heard: list[tuple[UUID, list[UUID]]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    call = call_of(record(event(RINGING, 0)))
    before = call.version
    with django_capture_on_commit_callbacks(execute=True):
        touch(call)

    assert heard == [(call.uid, [])]
    assert call_of(Recorded(call, changed=True)).version > before


def test_rows_say_what_they_are() -> None:
    call = call_of(record(event(RINGING, 0)))
    report, leg = call.reports.get(), call.legs.get()

    assert str(call) == str(leg) == f"201 inbound {CUSTOMER}"
    assert str(report) == "key:anna anna-1"
    assert str(report.events.get()) == f"ringing 201 {CUSTOMER}"
    assert str(models.Extension(number="201")) == "201"


# What it costs, in queries; PostgreSQL takes two more for its locks.


@pytest.fixture
def locks() -> int:
    return 2 if connection.vendor == "postgresql" else 0


# Beside these there are the savepoint of the test and its release.
SAVEPOINT = 2


def test_queries_of_a_first_ringing(
    locks: int,
    people: dict[str, User],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    record(event(RINGING, 0, number=OTHER_CUSTOMER))
    with django_assert_num_queries(7 + locks + SAVEPOINT):
        record(event(RINGING, 0, call_id="new"))


def test_queries_of_a_connection(
    locks: int,
    people: dict[str, User],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    record(event(RINGING, 0))
    with django_assert_num_queries(11 + locks + SAVEPOINT):
        record(event(CONNECTED, 5))


def test_queries_of_a_repetition(
    locks: int,
    people: dict[str, User],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    record(event(RINGING, 0))
    record(event(CONNECTED, 5))
    with django_assert_num_queries(9 + locks + SAVEPOINT):
        record(event(CONNECTED, 5))


def test_queries_do_not_grow_with_events_and_neighbours(
    locks: int,
    people: dict[str, User],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(10):
        record(event(RINGING, 0))
        record(event(RINGING, 20 + number, ext="203", by="pbx", call_id=str(number)))
    with django_assert_num_queries(11 + locks + SAVEPOINT):
        record(event(CONNECTED, 5))
