"""The stored counts are those of the calls, whatever happened to the calls."""

from __future__ import annotations

import random
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from crmplus.accounts.models import User
from crmplus.phonebook.normalise import normalise
from pbxmanager.calendar import day_of, installation_zone
from pbxmanager.clean_up import clean_up
from pbxmanager.disposing import choose_disposition, dispositions_for
from pbxmanager.events import CallEvent, Cause, Direction, EventKind
from pbxmanager.housekeeping import give_up_overdue
from pbxmanager.models import Call, Extension
from pbxmanager.recorder import Refused, record
from pbxmanager.statistics import upkeep
from pbxmanager.statistics.counting import coarser, count_day
from pbxmanager.statistics.models import Count, Detail, Grain, StaleDay, Upkeep
from pbxmanager.statistics.noticing import all_days, note_stale
from pbxmanager.statistics.storing import summed
from pbxmanager.statistics.sums import Key
from tests.pbxmanager.cast import PLAN, people

ZONE = installation_zone()
# Two hours before midnight of the last day of a month, in the installation's zone.
START = datetime(2026, 3, 31, 22, 0, tzinfo=ZONE).astimezone(UTC)
NUMBERS = ("+491711234567", "+493023125123", "202", "")
EXTENSIONS = ("201", "301", "202", "203")


class Clock:
    """What the time is, for calls and for the counting."""

    def __init__(self) -> None:
        self.now = START

    def time_ns(self) -> int:
        return int(self.now.timestamp()) * 1_000_000_000

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def stored() -> dict[tuple[Any, ...], list[int]]:
    """All counts by what they tell apart, rows of the same added up."""
    found: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * 7)
    names = ("calls", "talk", "talked", "wait", "waited", "back", "longest")
    for row in Count.objects.all():
        key = (
            *(row.grain, row.detail, row.start, row.weekday, row.hour),
            *(row.direction, row.result, row.user_id, row.extension, row.disposition),
        )
        sums = found[key]
        for index, name in enumerate(names[:-1]):
            sums[index] += getattr(row, name)
        sums[-1] = max(sums[-1], row.longest)
    return dict(found)


def recounted(now: datetime) -> dict[tuple[Any, ...], list[int]]:
    """The same after everything was counted from the start."""
    Count.objects.all().delete()
    StaleDay.objects.all().delete()
    note_stale(all_days(ZONE))
    upkeep.count_stale(now, ZONE)
    return stored()


class Play:
    """Things that happen to calls, one after the other."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.clock = Clock()
        self.users = people()
        self.calls = 0

    def step(self) -> None:
        self.clock.passes(self.chance.choice((1, 2, 5, 40, 900, 7_200, 40_000)))
        chance = self.chance.random()
        if chance < 0.72:
            self.tell()
            return
        acts = (self.delete, self.restore, self.give_up, self.clean, self.leave)
        self.chance.choice((*acts, self.say, self.run))()

    def tell(self) -> None:
        back = self.chance.choice((0, 0, 0, 1, 4_000, 90_000))
        ended = self.chance.choice((True, False))
        kinds = [EventKind.RINGING, EventKind.CONNECTED, EventKind.ENDED]
        kind = self.chance.choice([*kinds, EventKind.MISSED] if ended else kinds[:2])
        self.calls += self.chance.random() < 0.4
        extension = self.chance.choice(EXTENSIONS)
        at = self.clock.now - timedelta(seconds=back)
        event = CallEvent(
            kind=kind,
            source=self.chance.choice(("key:1", "key:2", "key:pbx")),
            scope=extension,
            call_id=f"c{max(0, self.calls - self.chance.choice((0, 0, 1)))}",
            extension=extension,
            number=normalise(self.chance.choice(NUMBERS), PLAN),
            direction=self.chance.choice((Direction.INBOUND, Direction.OUTBOUND)),
            cause=self.chance.choice((Cause.UNKNOWN, Cause.BUSY)),
            received_at=self.clock.now,
            stated_at=self.chance.choice((at, None)),
        )
        with suppress(Refused):
            record(event)

    def some(self, **wanted: Any) -> Call | None:
        rows = list(Call.all_objects.filter(**wanted).order_by("pk"))
        return self.chance.choice(rows) if rows else None

    def delete(self) -> None:
        if call := self.some(deleted_at=None):
            call.move_to_bin(by=None)

    def restore(self) -> None:
        if call := self.some(deleted_at__isnull=False):
            call.restore()

    def say(self) -> None:
        """Somebody says what came of a call, or takes it back."""
        user = User.objects.order_by("pk").first()
        if user and (call := self.some(deleted_at=None)):
            chosen = self.chance.choice((*dispositions_for(call), None))
            choose_disposition(call, chosen, user, "Written.")

    def give_up(self) -> None:
        give_up_overdue(self.clock.now)

    def clean(self) -> None:
        clean_up(self.clock.now)

    def leave(self) -> None:
        """Somebody leaves, or an extension gets another user."""
        if self.chance.random() < 0.2 and User.objects.count() > 1:
            self.chance.choice(list(User.objects.order_by("pk"))).delete()
        else:
            user = self.chance.choice(list(User.objects.order_by("pk")))
            number = self.chance.choice(EXTENSIONS)
            Extension.objects.filter(number=number).update(user=user)

    def run(self) -> None:
        upkeep.run(self.clock.now)
        if Upkeep.objects.get().today_at:
            today = day_of(self.clock.now, ZONE)
            kept = Count.objects.filter(grain=Grain.DAY, detail=Detail.ALL, start=today)
            found = {row.key: row.sums for row in summed(kept, Key._fields)}
            rows = coarser(count_day(today, ZONE), Detail.ALL)
            assert found == {row.key: row.sums for row in rows}


def play(seed: int, steps: int) -> None:
    one = Play(seed)
    many = mock.patch.object(upkeep, "MANY", 0 if seed % 2 else upkeep.MANY)
    with mock.patch("pbxmanager.models.time", one.clock), many:
        upkeep.run(one.clock.now)
        for _ in range(steps):
            one.step()
        # A minute later, and on a day on which all of these days are over.
        one.clock.passes(60)
        one.run()
        one.clock.passes(40 * 86_400)
        one.run()
    kept = stored()
    assert kept == recounted(one.clock.now)


class KeptCounts(TestCase):
    """A test case of Django's: hypothesis runs each example in a transaction."""

    @settings(max_examples=100, deadline=None)
    @given(seed=st.integers(0, 2**32), steps=st.integers(1, 40))
    def test_counting_what_changed_is_counting_everything(
        self, seed: int, steps: int
    ) -> None:
        play(seed, steps)
