"""What the wall board shows: how it stands now, without anybody's name or number."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count as CountOf
from django.db.models import Min, Q
from django.utils import timezone

import crmplus
from pbxmanager.calendar import day_of, installation_zone
from pbxmanager.missed_list import without_blocked
from pbxmanager.models import Call, Direction, MissedCaller, Status
from pbxmanager.statistics.counting import TOLD, count_day
from pbxmanager.statistics.models import Count, Detail, Grain
from pbxmanager.statistics.sums import Row
from pbxmanager.statistics.tallies import Tally, tally

# However many screens ask, it is worked out so often (seconds).
FRESH: Final = 2.0
AVERAGE_FRESH: Final = 600.0
WEEKS: Final = 8
LONGEST_CALL: Final = timedelta(hours=12)
HOURS: Final = range(7, 20)


@dataclass(frozen=True)
class Board:
    """The figures of the board at a time (UTC); waits in seconds.

    ``curve`` are today's inbound calls of each of ``hours``, None for hours to come;
    ``usual`` those of this weekday on average, None where it is not known yet.
    """

    at: datetime
    talking: int
    waiting: int
    longest_wait: int
    missed_open: int
    calls: int
    answered: int
    missed: int
    rate: int | None
    hours: list[int]
    curve: list[int | None]
    usual: list[float | None]

    def told(self) -> dict[str, Any]:
        """It as plain data; ``version`` lets a screen load a new board's page."""
        return {
            **self.__dict__,
            "at": self.at.isoformat(timespec="seconds"),
            "version": crmplus.__version__,
        }


@dataclass
class _Kept:
    """Works something out at most every few seconds in a process."""

    seconds: float
    lock: threading.Lock = field(default_factory=threading.Lock)
    until: float = 0.0
    value: Any = None
    of: Any = None

    def get(self, make: Any, of: Any = None) -> Any:
        with self.lock:
            if time.monotonic() >= self.until or self.of != of:
                self.value, self.of = make(), of
                self.until = time.monotonic() + self.seconds
            return self.value

    def forget(self) -> None:
        self.until = 0.0


_board: Final = _Kept(FRESH)
_usual: Final = _Kept(AVERAGE_FRESH)


def forget() -> None:
    """Work it out anew at the next question."""
    _board.forget()
    _usual.forget()


def board() -> Board:
    """The board as it is, two seconds old at most."""
    found: Board = _board.get(lambda: board_at(timezone.now()))
    return found


def board_at(now: datetime) -> Board:
    """The board at a time (UTC)."""
    zone = installation_zone()
    today = day_of(now, zone)
    rows = [
        row
        for row in count_day(today, zone, TOLD[Detail.HOURS])
        if row.key.direction == Direction.INBOUND
    ]
    all_of_it = tally(rows, Direction.INBOUND)
    usual = _usual.get(lambda: usual_of(today), today)
    hours = sorted({*HOURS, *(row.key.hour for row in rows), *usual})
    here = now.astimezone(zone).hour
    still_open = MissedCaller.objects.filter(is_open=True)
    return Board(
        at=now,
        **_running(now),
        missed_open=without_blocked(still_open).count(),
        calls=all_of_it.calls,
        answered=all_of_it.taken.calls,
        missed=all_of_it.missed,
        rate=_percent(all_of_it),
        hours=hours,
        curve=[_calls(rows, hour) if hour <= here else None for hour in hours],
        usual=[usual.get(hour, 0.0) if usual else None for hour in hours],
    )


def _running(now: datetime) -> dict[str, int]:
    rows = Call.objects.filter(
        status__in=(Status.RINGING, Status.CONNECTED),
        started_at__gte=now - LONGEST_CALL,
    )
    waiting = Q(status=Status.RINGING, direction=Direction.INBOUND)
    found = rows.aggregate(
        talking=CountOf("pk", filter=Q(status=Status.CONNECTED)),
        waiting=CountOf("pk", filter=waiting),
        since=Min("started_at", filter=waiting),
    )
    since = found.pop("since")
    longest = int((now - since).total_seconds()) if since else 0
    return {**found, "longest_wait": max(0, longest)}


def _calls(rows: list[Row], hour: int) -> int:
    return sum(row.sums.calls for row in rows if row.key.hour == hour)


def _percent(one: Tally) -> int | None:
    return None if one.rate is None else round(100 * one.rate)


def usual_of(today: date) -> dict[int, float]:
    """Inbound calls by hour on this weekday, on average over the last eight weeks.

    Weeks without any call (holidays, before the first call) do not count.
    """
    days = [today - timedelta(weeks=week) for week in range(1, WEEKS + 1)]
    rows = Count.objects.filter(
        grain=Grain.DAY,
        detail=Detail.HOURS,
        start__in=days,
        direction=Direction.INBOUND,
    )
    found: dict[int, float] = {}
    told = list(rows.values_list("start", "hour", "calls"))
    weeks = len({start for start, _hour, _calls in told})
    for _start, hour, calls in told:
        found[hour] = found.get(hour, 0.0) + calls / weeks
    return {hour: round(calls, 1) for hour, calls in found.items()}
