"""The demo's extensions, and two weeks of calls that end just now."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.utils import timezone

from crmplus import demo
from crmplus.phonebook.normalise import Number, normalise
from crmplus.phonebook.plan import number_plan
from crmplus.timeline.models import Comment
from pbxmanager.events import CallEvent, Cause, Direction, EventKind
from pbxmanager.following_up import rebuild
from pbxmanager.housekeeping import give_up_overdue
from pbxmanager.missed_actions import call_back_at, take, tick_off
from pbxmanager.models import Call, Disposition, Extension, MissedCaller, Report
from pbxmanager.recorder import record
from pbxmanager.saving import CALL

SOURCE = "demo"
DAYS = 14
CALLS_A_DAY = 22
SEED = 14
WEEKEND = 5
STRANGERS = ("030 23125999", "0221 4710888", "+43 1 9990123", "+48 22 555 09 87", "")
NOTES = {
    "de": ("Ruft morgen wieder an.", "Rechnung nochmals geschickt.", "Sehr zufrieden."),
    "pl": ("Oddzwoni jutro.", "Faktura wysłana ponownie."),
    "en": ("Will call again tomorrow.", "Asked for the new price list."),
}


def load_extensions() -> int:
    """Give the demo's users their extensions, as far as they are free."""
    users = dict(get_user_model().objects.values_list("username", "pk"))
    known = set(Extension.objects.values_list("number", flat=True))
    new = [
        Extension(number=number, user_id=users.get(row["username"]))
        for row in demo.rows("users")
        for number in row["extensions"]
        if number not in known
    ]
    return len(Extension.objects.bulk_create(new))


def load_calls() -> int:
    """Record two weeks of calls, once."""
    if Report.objects.filter(source=SOURCE).exists():
        return 0
    for event in Play(timezone.now()).events():
        record(event)
    # What ended days ago without a word is not to be shown as running.
    give_up_overdue()
    calls = Call.objects.filter(reports__source=SOURCE)
    _comment(list(calls.select_related("user")))
    _dispose(list(calls.exclude(connected_at=None)))
    rebuild()
    _take()
    return calls.count()


def _dispose(calls: list[Call]) -> None:
    """People said of half the calls what came of them."""
    chance = random.Random(SEED)  # noqa: S311  (demo data, no secret)
    offered = list(Disposition.objects.filter(is_active=True))
    for call in chance.sample(calls, len(calls) // 2):
        fitting = [
            one
            for one in offered
            if (one.for_inbound if call.direction == "inbound" else one.for_outbound)
        ]
        if call.direction != "internal" and fitting:
            weights = [6 if one.key == "reached" else 1 for one in fitting]
            call.disposition = chance.choices(fitting, weights)[0]
    Call.objects.bulk_update(calls, ["disposition"], batch_size=100)


def _take() -> None:
    """Some missed callers are in hand, one is to be called later, some are done."""
    users = list(get_user_model().objects.filter(extensions__isnull=False).distinct())
    rows = list(MissedCaller.objects.filter(is_open=True).order_by("-last_at")[:12])
    if not users:
        return
    for row, user in zip(rows[1::4], users, strict=False):
        take(row, user)
    for row in rows[7:8]:
        call_back_at(row, users[0], timezone.now() + timedelta(hours=2))
    for row in rows[9:12:2]:
        tick_off(row, users[-1], "")


def _comment(calls: list[Call]) -> None:
    chance = random.Random(SEED)  # noqa: S311  (demo data, no secret)
    talked = [call for call in calls if call.duration and call.user]
    Comment.objects.bulk_create(
        Comment(
            target_kind=CALL,
            target_id=call.pk,
            author=call.user,
            text=chance.choice(NOTES.get(call.user.language or "en", NOTES["en"])),
            created_at=call.ended_at or call.started_at,
        )
        for call in chance.sample(talked, len(talked) // 5)
        if call.user
    )


@dataclass
class Play:
    """Invents what a PBX would have told during the two weeks before ``end`` (UTC)."""

    end: datetime

    def __post_init__(self) -> None:
        self.chance = random.Random(SEED)  # noqa: S311  (demo data, no secret)
        self.plan = number_plan()
        self.numbers = [
            normalise(row[field], self.plan.for_record(row["country"]))
            for key in ("contacts", "organisations", "leads", "partners", "suppliers")
            for row in demo.rows(key)
            for field in ("phone", "mobile")
            if row.get(field)
        ]
        self.extensions = [
            number for row in demo.rows("users") for number in row["extensions"]
        ]
        self.calls = 0

    def events(self) -> Iterator[CallEvent]:
        """All events, oldest day first."""
        for start in sorted(self._starts()):
            self.calls += 1
            yield from self._call(start)

    def _starts(self) -> Iterator[datetime]:
        midnight = timezone.localtime(self.end).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        for back in range(DAYS):
            day = midnight - timedelta(days=back)
            busy = CALLS_A_DAY if day.weekday() < WEEKEND else 2
            for _ in range(busy):
                hour = self.chance.triangular(7.5, 18, 10.5)
                start = day + timedelta(hours=hour)
                if start < self.end - timedelta(hours=1):
                    yield start

    def _call(self, start: datetime) -> Iterator[CallEvent]:
        kind = self.chance.choices(
            (self._answered, self._missed, self._placed, self._group, self._internal),
            (38, 16, 30, 10, 6),
        )[0]
        yield from kind(start)

    def _number(self) -> Number:
        known = self.chance.random() < 0.85
        if known:
            return self.chance.choice(self.numbers)
        return normalise(self.chance.choice(STRANGERS), self.plan)

    def _tell(
        self,
        kind: EventKind,
        at: datetime,
        extension: str,
        number: Number,
        direction: Direction,
        cause: Cause = Cause.UNKNOWN,
    ) -> CallEvent:
        return CallEvent(
            kind=kind,
            source=SOURCE,
            call_id=f"demo-{self.calls}",
            extension=extension,
            number=number,
            direction=direction,
            cause=cause,
            stated_at=at,
            received_at=at,
        )

    def _talk(
        self, start: datetime, extension: str, number: Number, direction: Direction
    ) -> Iterator[CallEvent]:
        answered = start + timedelta(seconds=self.chance.uniform(2, 18))
        ended = answered + timedelta(seconds=self.chance.lognormvariate(4.8, 0.9))
        yield self._tell(EventKind.RINGING, start, extension, number, direction)
        yield self._tell(EventKind.CONNECTED, answered, extension, number, direction)
        if self.chance.random() > 0.02:  # some ends get lost
            yield self._tell(EventKind.ENDED, ended, extension, number, direction)

    def _answered(self, start: datetime) -> Iterator[CallEvent]:
        extension = self.chance.choice(self.extensions)
        yield from self._talk(start, extension, self._number(), Direction.INBOUND)

    def _missed(self, start: datetime) -> Iterator[CallEvent]:
        extension, number = self.chance.choice(self.extensions), self._number()
        inbound = Direction.INBOUND
        cause = self.chance.choice((Cause.UNKNOWN,) * 4 + (Cause.REJECTED, Cause.BUSY))
        end = start + timedelta(seconds=self.chance.uniform(4, 40))
        yield self._tell(EventKind.RINGING, start, extension, number, inbound)
        yield self._tell(EventKind.MISSED, end, extension, number, inbound, cause)

    def _placed(self, start: datetime) -> Iterator[CallEvent]:
        extension = self.chance.choice(self.extensions)
        number = self.chance.choice(self.numbers)
        outbound = Direction.OUTBOUND
        if self.chance.random() < 0.75:
            yield from self._talk(start, extension, number, outbound)
            return
        cause = self.chance.choice((Cause.UNKNOWN, Cause.UNKNOWN, Cause.BUSY))
        end = start + timedelta(seconds=self.chance.uniform(3, 30))
        yield self._tell(EventKind.RINGING, start, extension, number, outbound)
        yield self._tell(EventKind.ENDED, end, extension, number, outbound, cause)

    def _group(self, start: datetime) -> Iterator[CallEvent]:
        winner, *losers = self.chance.sample(self.extensions, 3)
        number, inbound = self._number(), Direction.INBOUND
        told = list(self._talk(start, winner, number, inbound))
        yield told[0]
        for loser in losers:
            yield self._tell(EventKind.RINGING, start, loser, number, inbound)
        for loser in losers:
            yield self._tell(EventKind.MISSED, told[1].at, loser, number, inbound)
        yield from told[1:]

    def _internal(self, start: datetime) -> Iterator[CallEvent]:
        caller, called = self.chance.sample(self.extensions, 2)
        theirs = normalise(called, self.plan)
        ours = normalise(caller, self.plan)
        for out in self._talk(start, caller, theirs, Direction.OUTBOUND):
            yield out
            yield self._tell(out.kind, out.at, called, ours, Direction.INBOUND)
