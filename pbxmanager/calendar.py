"""Days and hours of the installation, in which calls are counted.

A day lasts from midnight to midnight there, 23 to 25 hours; where the clock is put
back an hour has two parts, where it is put forward one is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings

DAY: Final = timedelta(days=1)
# Zones differ from UTC by multiples of this, and change by them.
STEP: Final = timedelta(minutes=15)


class Slot(NamedTuple):
    """A part of a day in which the clock shows one hour; times in UTC."""

    hour: int
    start: datetime
    end: datetime


def installation_zone() -> ZoneInfo:
    """The zone in which days are counted, whoever looks."""
    return ZoneInfo(settings.TIME_ZONE)


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The day that an aware time belongs to."""
    return at.astimezone(zone).date()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins (UTC)."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def bounds(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When days begin, and the first moment after them (UTC)."""
    return midnight(first, zone), midnight(last + DAY, zone)


@lru_cache(maxsize=1_024)
def slots(day: date, zone: ZoneInfo) -> tuple[Slot, ...]:
    """The hours of a day, in their order; they leave no gap."""
    start, end = bounds(day, day, zone)
    found: list[Slot] = []
    at = start
    while at < end:
        hour, following = at.astimezone(zone).hour, min(at + STEP, end)
        if found and found[-1].hour == hour:
            found[-1] = found[-1]._replace(end=following)
        else:
            found.append(Slot(hour, at, following))
        at = following
    return tuple(found)


def days(first: date, last: date) -> Iterator[date]:
    """All days from the first to the last one."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def month_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def last_of_month(day: date) -> date:
    """The last day of a day's month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - DAY
