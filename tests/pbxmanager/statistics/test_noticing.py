"""Which days are counted anew when a call changes, and what survives a crash."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from importlib import import_module
from io import StringIO
from types import SimpleNamespace
from unittest import mock

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from crmplus.leadership import leader
from pbxmanager.calendar import installation_zone
from pbxmanager.disposing import choose_disposition
from pbxmanager.events import Direction, EventKind
from pbxmanager.models import Call, Disposition
from pbxmanager.recorder import recompute
from pbxmanager.statistics import upkeep
from pbxmanager.statistics.models import (
    ChangedCall,
    Count,
    Detail,
    Grain,
    StaleDay,
    Upkeep,
)
from tests.pbxmanager.office import NOON, STRANGER, Office

HOUR = timedelta(hours=1)
TOGETHER = (
    *("grain", "detail", "start", "weekday", "hour", "direction", "result"),
    *("user_id", "extension", "disposition", "calls", "talk", "talked", "wait"),
    *("waited", "longest", "back"),
)
DAY = timedelta(days=1)
# The installation's night between the 4th and the 5th.
BEFORE_MIDNIGHT = datetime(2026, 3, 4, 22, 59, tzinfo=NOON.tzinfo)
LATER = NOON + 30 * DAY


def counted(day: date) -> dict[str, int]:
    """The stored calls of a day by what came of them."""
    rows = Count.objects.filter(grain=Grain.DAY, detail=Detail.HOURS, start=day)
    found: dict[str, int] = {}
    for row in rows:
        found[row.result] = found.get(row.result, 0) + row.calls
    return found


def settle(now: datetime = LATER) -> datetime:
    """Count all there is, and go on until nothing of it is looked at again."""
    for minute in range(3):
        upkeep.run(now + minute * timedelta(minutes=1))
    return now + timedelta(minutes=3)


def stale() -> list[date]:
    return list(StaleDay.objects.order_by("day").values_list("day", flat=True))


def test_the_first_run_counts_all_days_that_have_calls(office: Office) -> None:
    office.call("201")
    office.call("201", at=NOON - 300 * DAY)

    assert upkeep.run(LATER) == 2
    assert counted(date(2026, 3, 4)) == {"answered": 1}
    assert counted(date(2025, 5, 8)) == {"answered": 1}
    assert stale() == []


def test_nothing_is_counted_again_without_a_change(office: Office) -> None:
    office.call("201")
    now = settle()

    assert upkeep.run(now) == 0


def test_today_is_left_to_be_counted_when_it_is_over(office: Office) -> None:
    office.call("201")

    assert upkeep.run(NOON + HOUR) == 0
    assert stale() == [date(2026, 3, 4)]
    assert upkeep.run(NOON + DAY) == 1


def test_a_late_event_marks_its_day(office: Office) -> None:
    call = office.ringing("201", at=NOON, call_id="late")
    now = settle()
    assert counted(date(2026, 3, 4)) == {"running": 1}
    for kind in (EventKind.CONNECTED, EventKind.ENDED):
        at = NOON + timedelta(seconds=9)
        office.event(kind, "201", STRANGER, call_id="late", at=at)

    assert upkeep.run(now) == 1
    assert counted(date(2026, 3, 4)) == {"answered": 1}
    assert Call.objects.get() == call


def test_a_call_that_begins_a_day_earlier_leaves_its_day(office: Office) -> None:
    after = BEFORE_MIDNIGHT + timedelta(minutes=2)
    office.event(EventKind.CONNECTED, "201", STRANGER, call_id="x", at=after)
    now = settle()
    assert counted(date(2026, 3, 5)) == {"answered": 1}
    office.ringing("201", at=BEFORE_MIDNIGHT, call_id="x")

    upkeep.run(now)
    assert counted(date(2026, 3, 4)) == {"answered": 1}
    assert counted(date(2026, 3, 5)) == {}


def test_a_call_joined_into_another_is_counted_no_more(office: Office) -> None:
    """A group rings over midnight, and the first phone is the last to tell of it."""
    midnight = BEFORE_MIDNIGHT + timedelta(minutes=1)
    office.ringing("202", at=midnight + timedelta(seconds=1), source="key:2")
    now = settle()
    assert counted(date(2026, 3, 5)) == {"running": 1}
    office.ringing("201", at=midnight - timedelta(seconds=1), source="key:1")
    assert Call.objects.count() == 1

    upkeep.run(now)
    assert counted(date(2026, 3, 4)) == {"running": 1}
    assert counted(date(2026, 3, 5)) == {}


def test_an_answer_counts_for_the_day_of_the_missed_call(office: Office) -> None:
    office.call("201", talk=None)
    now = settle()
    office.call("202", direction=Direction.OUTBOUND, at=NOON + 30 * HOUR)

    upkeep.run(now)
    rows = Count.objects.filter(start=date(2026, 3, 4), result="missed")
    assert set(rows.values_list("back", flat=True)) == {1}


def test_deleting_and_restoring_mark_the_day(office: Office) -> None:
    call = office.call("201")
    now = settle()
    call.move_to_bin()
    upkeep.run(now)
    assert counted(date(2026, 3, 4)) == {}

    call.restore()
    upkeep.run(now + timedelta(minutes=5))
    assert counted(date(2026, 3, 4)) == {"answered": 1}


def said(day: date) -> dict[int | None, int]:
    """The stored calls of a day by what people say came of them."""
    rows = Count.objects.filter(grain=Grain.DAY, detail=Detail.CHOSEN, start=day)
    return dict(rows.values_list("disposition", "calls"))


def test_saying_what_came_of_a_call_marks_its_day(office: Office) -> None:
    call = office.call("201")
    now = settle()
    assert said(date(2026, 3, 4)) == {0: 1}
    sold = Disposition.objects.get(key="sold")
    choose_disposition(call, sold, office.anna, "20 pieces")

    upkeep.run(now)
    assert said(date(2026, 3, 4)) == {sold.pk: 1}
    choose_disposition(call, None, office.anna)
    upkeep.run(now + timedelta(minutes=5))
    assert said(date(2026, 3, 4)) == {0: 1}


def test_calls_that_are_counted_another_way_now_are_counted_anew(
    office: Office,
) -> None:
    office.call("201")
    now = settle()
    Upkeep.objects.update(way=1)

    assert upkeep.run(now) == 1
    assert upkeep.run(now + timedelta(minutes=5)) == 0


def test_an_upgraded_installation_shows_its_figures_at_once(office: Office) -> None:
    """Until all is counted anew nobody has said what came of a call."""
    for number in range(3):
        office.call("201", talk=10 + number, at=NOON + number * HOUR)
    office.call("202", talk=None, at=NOON)
    settle()
    before = sorted(Count.objects.filter(detail__gt=3).values_list(*TOGETHER))
    migration = import_module("pbxmanager.statistics.migrations.0002_dispositions")
    with connection.cursor() as cursor:
        # No schema editor works inside a test's transaction.
        editor = SimpleNamespace(
            quote_name=connection.ops.quote_name, execute=cursor.execute
        )
        migration.empty(apps, editor)
        migration.fill(apps, editor)

    assert sorted(Count.objects.filter(detail__gt=3).values_list(*TOGETHER)) == before


def test_a_deletion_without_a_signal_is_found_by_its_time(office: Office) -> None:
    call = office.call("201")
    settle(timezone.now() - timedelta(minutes=5))
    Call.objects.filter(pk=call.pk).update(deleted_at=timezone.now())

    upkeep.run(timezone.now())
    assert counted(date(2026, 3, 4)) == {}


def test_what_changed_without_an_event_is_found_by_its_version(office: Office) -> None:
    call = office.ringing("201", at=timezone.now() - 30 * HOUR)
    day = timezone.localtime(call.started_at, installation_zone()).date()
    settle(timezone.now() - timedelta(minutes=5))
    assert recompute([call.pk], timezone.now()) == 1

    upkeep.run(timezone.now())
    assert counted(day) == {"lost": 1}


def test_an_end_that_is_given_up_late_is_found(office: Office) -> None:
    """The server was off for months; no event tells of it."""
    call = office.ringing("201", at=NOON)
    settle()
    recompute([call.pk], timezone.now())

    upkeep.run(LATER + DAY)
    assert counted(date(2026, 3, 4)) == {"lost": 1}


def test_a_new_process_looks_through_all_calls(office: Office) -> None:
    """Whatever was written when another one was killed."""
    call = office.call("201")
    settle(timezone.now() - timedelta(minutes=5))
    Call.objects.filter(pk=call.pk).update(status="lost", version=call.next_version())

    upkeep.run(timezone.now())
    assert counted(date(2026, 3, 4)) == {"answered": 1}
    upkeep.run(timezone.now(), thorough=True)
    assert counted(date(2026, 3, 4)) == {"lost": 1}


def test_a_day_noted_while_it_is_counted_stays_stale(office: Office) -> None:
    office.call("201")

    def disturbed(day: date, zone: object) -> int:
        StaleDay.objects.filter(day=day).update(token=5)
        return 0

    with mock.patch.object(upkeep, "store_day", disturbed):
        upkeep.run(LATER)
    assert stale() == [date(2026, 3, 4)]


def test_another_zone_counts_everything_anew(office: Office) -> None:
    office.call("201", at=BEFORE_MIDNIGHT)
    settle()
    Upkeep.objects.update(zone="Asia/Tokyo")

    assert upkeep.run(LATER) == 1


def test_the_way_of_an_event_writes_nothing_for_the_statistics(office: Office) -> None:
    with CaptureQueriesContext(connection) as captured:
        office.call("201")

    assert [one for one in captured if "call_statistics" in one["sql"]] == []


def test_one_row_is_noted_when_a_person_deletes_a_call(
    office: Office, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    call = office.call("201")
    with django_assert_num_queries(2):
        call.move_to_bin()
    assert ChangedCall.objects.get().call == call.pk


def test_months_have_the_days_that_are_over(office: Office) -> None:
    def added_up() -> list[tuple[str, int, int]]:
        rows = Count.objects.filter(grain=Grain.MONTH, detail=Detail.PEOPLE)
        return sorted(rows.values_list("extension", "calls", "talk"))

    office.call("201", talk=60)
    settle(NOON + HOUR)
    assert added_up() == []
    office.call("202", talk=30, at=NOON + DAY)
    settle(NOON + DAY + HOUR)
    assert added_up() == [("201", 1, 60)]
    office.call("203", at=NOON + 27 * DAY)
    settle(NOON + 40 * DAY)
    assert added_up() == [("201", 1, 60), ("202", 1, 30), ("203", 1, 60)]


def test_the_loop_rests_where_somebody_else_counts(office: Office) -> None:
    office.call("201")
    other = leader(upkeep.CHORE)
    assert other.mine()
    try:
        upkeep.keep_up()
        assert not Upkeep.objects.exists()
        with pytest.raises(CommandError, match="being counted"):
            call_command("call_statistics", stdout=StringIO())
    finally:
        other.release()
    upkeep.keep_up()
    assert counted(date(2026, 3, 4)) == {"answered": 1}


@pytest.mark.parametrize(
    ("given", "days"), [({"all": True}, 1), ({"days": 3}, 3), ({}, 0)]
)
def test_the_command_counts_days_anew(
    office: Office, given: dict[str, int], days: int
) -> None:
    office.call("201")
    settle(timezone.now() - timedelta(minutes=9))
    Count.objects.all().delete()
    StaleDay.objects.all().delete()
    told = StringIO()
    # The test's own events are new to a run of the present time.
    with mock.patch("pbxmanager.statistics.upkeep.changed_calls", return_value=set()):
        call_command("call_statistics", stdout=told, **given)

    assert told.getvalue().startswith(f"{days} day")
    assert counted(date(2026, 3, 4)) == ({"answered": 1} if "all" in given else {})


def test_a_month_is_added_up_though_nobody_calls_on_its_last_days(
    office: Office,
) -> None:
    office.call("201", at=NOON)
    for days in (0, 1, 60):
        upkeep.run(NOON + timedelta(days=days))
    rows = Count.objects.filter(grain=Grain.MONTH, detail=Detail.HOURS)
    assert [(row.start, row.calls) for row in rows] == [(date(2026, 3, 1), 1)]
