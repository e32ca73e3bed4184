"""What the health page says of calls and of events that are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from crmplus.hooks import Level
from pbxmanager import health
from pbxmanager.health import ends_missing, look_at_calls, look_at_kept_events
from pbxmanager.housekeeping import give_up_overdue
from pbxmanager.models import Call, Event
from pbxmanager.recorder import record
from tests.pbxmanager.cast import RINGING, event

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def ring(people):
    """``ring(hours, ext)``: a call rang so long ago, and no end was ever reported."""
    numbers = iter(range(1000))

    def call(hours: float = 1, ext: str = "201") -> Call:
        number = next(numbers)
        at = timezone.now() - hours * HOUR
        told = event(RINGING, 0, ext=ext, number=f"+4930231250{number:02}")
        told = replace(told, received_at=at, stated_at=None, call_id=f"c{number}")
        recorded = record(told)
        assert recorded.call
        return recorded.call

    return call


class TestCallsWithoutAnEnd:
    def test_are_none(self, people, django_assert_num_queries):
        with django_assert_num_queries(2):
            (found,) = look_at_calls()
        assert (found.level, found.table) == (Level.OK, None)
        assert found.text == "The ends of all calls of the last 7 days were reported."

    def test_are_a_note_while_they_are_few(self, ring):
        ring(30)
        ring(2, ext="202")
        give_up_overdue()
        (found,) = look_at_calls()
        assert found.level == Level.INFO
        assert found.text == "2 calls of the last 7 days got no end."

    def test_are_a_warning_where_one_extension_has_many(
        self, ring, django_assert_num_queries
    ):
        for hours in (100, 50, 2):
            last = ring(hours)
        ring(4, ext="202")
        ring(8 * 24)
        give_up_overdue()
        with django_assert_num_queries(3):
            (found,) = look_at_calls()
        assert found.level == Level.WARNING
        assert found.text == "4 calls of the last 7 days got no end."
        assert found.table.rows[0].cells == (
            "201",
            "anna",
            3,
            last.started_at,
        )
        assert found.table.rows[0].url == (
            f"{reverse('pbxmanager:list')}?status=lost&extension=201&period=week"
        )
        assert found.url == f"{reverse('pbxmanager:list')}?status=lost&period=week"

    def test_are_a_warning_where_there_are_many_in_all(self, ring, monkeypatch):
        monkeypatch.setattr(health, "MANY_IN_ALL", 3)
        ring(4, ext="201")
        ring(4, ext="202")
        ring(4, ext="203")
        give_up_overdue()
        assert look_at_calls()[0].level == Level.WARNING

    def test_count_in_the_recycle_bin_too(self, ring):
        call = ring(20)
        give_up_overdue()
        call.refresh_from_db()
        call.move_to_bin(job="PBX Clean Up")
        assert ends_missing(timezone.now() - 24 * HOUR)[0].calls == 1

    def test_without_extension_or_user_are_shown(self, people):
        at = timezone.now() - HOUR
        for extension in ("", "999"):
            Call.objects.create(
                direction="inbound",
                status="lost",
                started_at=at,
                extension=extension,
            )
        (found,) = look_at_calls()
        first, second = found.table.rows
        assert (first.cells[:2], first.url) == (("not stated", "–"), "")
        assert second.cells[:2] == ("999", "–")

    def test_beyond_those_that_are_counted_or_shown(self, ring, monkeypatch):
        monkeypatch.setattr(health, "COUNTED", 3)
        monkeypatch.setattr(health, "SHOWN", 1)
        for hours, ext in ((9, "203"), (3, "201"), (2, "201"), (1, "202")):
            ring(hours, ext=ext)
        give_up_overdue()
        (found,) = look_at_calls()
        assert found.text == "At least 3 calls of the last 7 days got no end."
        assert [row.cells[0] for row in found.table.rows] == ["201"]
        assert found.table.left_out == 1

    def test_that_still_run_are_an_error(self, ring):
        call = ring(1)
        overdue, _lost = look_at_calls()
        assert overdue.level == Level.ERROR
        assert overdue.text == "1 call still runs, although its end is overdue."
        soon = timezone.now() - health.SLOW + MINUTE
        Call.objects.filter(pk=call.pk).update(overdue_at=soon)
        assert len(look_at_calls()) == 1


class TestKeptEvents:
    def keep(self, days: float) -> None:
        at = timezone.now() - timedelta(days=days)
        Event.objects.create(source="key:1", kind="other", received_at=at)

    def test_are_none(self, db):
        assert look_at_kept_events()[0].text == "No phone has reported anything yet."

    def test_go_in_time(self, db):
        self.keep(2)
        self.keep(14.5)
        (found,) = look_at_kept_events()
        assert found.level == Level.OK
        assert found.text.endswith("they are kept for 14 days.")

    def test_stay_too_long(self, db):
        self.keep(15.5)
        (found,) = look_at_kept_events()
        assert found.level == Level.WARNING
        assert found.text.endswith("but they are to be kept for 14 days only.")
        assert found.remedy
