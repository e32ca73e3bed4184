"""Keeps the counts: looks for changes, counts days anew, adds up months."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from crmplus.leadership import leader
from pbxmanager.calendar import (
    bounds,
    day_of,
    installation_zone,
    last_of_month,
    month_of,
)
from pbxmanager.models import Call
from pbxmanager.statistics.models import WAY, ChangedCall, StaleDay, Upkeep
from pbxmanager.statistics.noticing import (
    all_days,
    changed_calls,
    last_event,
    note_stale,
    notice,
    queue_running,
)
from pbxmanager.statistics.storing import store_day, store_day_at_once, store_month

logger = logging.getLogger(__name__)
CHORE: Final = "statistics"
AGAIN: Final = timedelta(seconds=45)
# So many calls of today are counted by each page, within 20 ms.
MANY: Final = 2_000
Progress = Callable[[date], object]
# Whether this process has looked through all calls since it began.
_looked_through: list[bool] = []


def keep_up() -> None:
    """One turn of the background loop: nothing where somebody else is at it."""
    lead = leader(CHORE)
    if not lead.mine():
        return
    try:
        run(thorough=not _looked_through)
        _looked_through.append(True)
    finally:
        lead.release()


def run(
    now: datetime | None = None,
    *,
    thorough: bool = False,
    progress: Progress | None = None,
) -> int:
    """Count anew what has changed; gives how many days that were.

    ``now`` is in UTC. Who calls it must hold the chore's lock; see ``keep_up``.
    """
    now = now or timezone.now()
    zone = installation_zone()
    look_for_changes(now, zone, thorough=thorough)
    counted = count_stale(now, zone, progress)
    keep_today(now, zone)
    return counted


def look_for_changes(now: datetime, zone: ZoneInfo, *, thorough: bool = False) -> None:
    """Note the days of all calls that changed since the last time."""
    upkeep, newest = Upkeep.objects.first(), last_event()
    if upkeep is None or (upkeep.zone, upkeep.way) != (zone.key, WAY):
        note_stale(all_days(zone))
        upkeep = upkeep or Upkeep(older_event=newest, event=newest)
        upkeep.zone, upkeep.way = zone.key, WAY
    else:
        queued = dict(ChangedCall.objects.values_list("pk", "call"))
        calls = changed_calls(upkeep, now, thorough=thorough) | set(queued.values())
        notice(calls, zone)
        # Only what was read: somebody may note more at this moment.
        _forget(queued)
        if now - upkeep.run_at < AGAIN:
            newest = upkeep.event
        else:
            upkeep.older_event = upkeep.event
    queue_running()
    upkeep.event, upkeep.run_at = newest, now
    upkeep.save()


def _forget(queued: Iterable[int]) -> None:
    keys = sorted(queued)
    for start in range(0, len(keys), 400):
        ChangedCall.objects.filter(pk__in=keys[start : start + 400]).delete()


def keep_today(now: datetime, zone: ZoneInfo) -> None:
    """Count today's calls for all pages, where there are too many to be counted while
    somebody waits.

    The day stays stale until it is over: then it is counted into its month.
    """
    today = day_of(now, zone)
    start, end = bounds(today, today, zone)
    calls = Call.objects.filter(started_at__gte=start, started_at__lt=end).order_by()
    are_many = calls.values("pk")[MANY:].exists()
    if are_many:
        note_stale([today])
        store_day_at_once(today, zone)
    Upkeep.objects.update(today_at=now if are_many else None)


def count_stale(now: datetime, zone: ZoneInfo, progress: Progress | None = None) -> int:
    """Count all stale days that are over, month by month; gives how many."""
    today = day_of(now, zone)
    stale = StaleDay.objects.filter(day__lt=today).order_by("-day")
    counted = 0
    for month, rows in groupby(list(stale), key=lambda row: month_of(row.day)):
        days = list(rows)
        for row in days:
            store_day(row.day, zone)
            if progress:
                progress(row.day)
        store_month(month, today)
        if last_of_month(month) >= today:
            # So that it is added up once more when it is over, whether or not anybody
            # calls on its last days.
            note_stale([last_of_month(month)])
        # Noted again while it was counted it stays stale, and its month unread.
        for row in days:
            StaleDay.objects.filter(Q(day=row.day, token=row.token)).delete()
        counted += len(days)
    return counted
