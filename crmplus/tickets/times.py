"""When something is due: quick choices, and times as people pick them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

# A due time that never comes: what has none is sorted behind all that have one.
NEVER: Final = datetime(9000, 1, 1, tzinfo=UTC)
MORNING, AFTERNOON = time(9), time(15)
LATEST_FOR_AFTERNOON = time(14)
STEP = timedelta(minutes=5)
DAY = timedelta(days=1)
MONDAY = 0


@dataclass(frozen=True)
class Choice:
    """A time that one may pick by one click; ``at`` is in the zone of ``now``."""

    key: str
    at: datetime


def choices(now: datetime) -> list[Choice]:
    """The quick choices at a time, which is in the user's zone; all lie ahead."""
    found = ((key, pick(now)) for key, pick in PICKS.items())
    return [Choice(key, at) for key, at in found if at is not None]


def pick(key: str, now: datetime) -> datetime | None:
    """What a quick choice stands for at a time; None if it is not on offer then."""
    return PICKS[key](now) if key in PICKS else None


def on_the_clock(day: date, clock: time, now: datetime) -> datetime:
    """When the clocks of a zone (that of ``now``) show a time on a day.

    The first time where they show it twice. Where they skip it the time by which they
    have moved on: 02:30 becomes 03:30.
    """
    shown = datetime.combine(day, clock, tzinfo=now.tzinfo)
    return shown.astimezone(UTC).astimezone(now.tzinfo)


def midnight(now: datetime, days: int = 0) -> datetime:
    """When the day of ``now`` begins, or one some days on, in its zone."""
    return on_the_clock(now.date() + days * DAY, time.min, now)


def _in_an_hour(now: datetime) -> datetime:
    later = (now.astimezone(UTC) + timedelta(hours=1)).replace(second=0, microsecond=0)
    over = timedelta(minutes=later.minute % 5)
    return (later + (STEP - over if over else over)).astimezone(now.tzinfo)


def _this_afternoon(now: datetime) -> datetime | None:
    early = now.time() < LATEST_FOR_AFTERNOON
    return on_the_clock(now.date(), AFTERNOON, now) if early else None


def _tomorrow(now: datetime) -> datetime:
    return on_the_clock(now.date() + DAY, MORNING, now)


def _next_monday(now: datetime) -> datetime | None:
    ahead = (MONDAY - now.weekday()) % 7 or 7
    # On a Sunday that is tomorrow, which is on offer already.
    if ahead == 1:
        return None
    return on_the_clock(now.date() + ahead * DAY, MORNING, now)


PICKS: Final[dict[str, Callable[[datetime], datetime | None]]] = {
    "hour": _in_an_hour,
    "afternoon": _this_afternoon,
    "tomorrow": _tomorrow,
    "monday": _next_monday,
}
