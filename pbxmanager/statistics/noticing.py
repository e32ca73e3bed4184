"""Which days are to be counted anew: read from what a change leaves behind.

The way of an event writes nothing for the statistics. What it stores all the same,
the raw event, says later which call it changed; so nothing is lost with a process,
and it does not matter which of N servers took the event.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Max

from crmplus.batches import batches
from crmplus.recyclebin.models import BIN_FIELDS
from pbxmanager.calendar import bounds, day_of
from pbxmanager.concerning import INSIDE
from pbxmanager.figures import CALLED_BACK_WITHIN, LONGEST_RINGING
from pbxmanager.models import Call, Direction, Event, Status
from pbxmanager.statistics.models import (
    ChangedCall,
    Count,
    Detail,
    Grain,
    StaleDay,
    Upkeep,
)

# So long a transaction may take, and clocks of servers may differ.
SLACK: Final = timedelta(minutes=2)
# Calls of these days are looked through for changes without an event.
RECENT: Final = timedelta(days=2)
# What people change of a call that is counted.
COUNTED_FIELDS: Final = {*BIN_FIELDS, "disposition"}
# Calls are regrouped with others that began so near.
NEAR: Final = timedelta(minutes=10)
AT_ONCE: Final = 400


def note_saved(
    sender: type[Call], instance: Call, update_fields: Any = None, **kwargs: Any
) -> None:
    """Receiver of ``post_save``: note a call that a person deleted or restored, or
    said what came of it.

    Events are saved without this signal; what else people add to a call counts for
    nothing here.
    """
    if update_fields is None or set(update_fields) & COUNTED_FIELDS:
        ChangedCall.objects.create(call=instance.pk)


def last_event() -> int:
    """The newest raw event (ID)."""
    newest: int | None = Event.objects.aggregate(newest=Max("pk"))["newest"]
    return newest or 0


def changed_calls(upkeep: Upkeep, now: datetime, *, thorough: bool) -> set[int]:
    """The calls (ids) that may have changed since the last run.

    ``thorough`` looks through all calls, which takes a second for some millions; else
    those that changed without an event are found if they are of the last two days.
    """
    since = upkeep.run_at - SLACK
    told = Event.objects.filter(pk__gt=upkeep.older_event, report__isnull=False)
    found = set(told.order_by().values_list("report__call_id", flat=True))
    written = Call.all_objects.filter(version__gte=int(since.timestamp() * 1_000_000))
    if not thorough:
        written = written.filter(started_at__gte=now - RECENT)
    found |= set(written.order_by().values_list("pk", flat=True))
    binned = Call.all_objects.filter(deleted_at__gte=since)
    return found | set(binned.order_by().values_list("pk", flat=True))


def queue_running() -> None:
    """Note the calls that run, to be looked at again the next time: however long it is
    until their end is given up, no event tells of that."""
    running = Call.all_objects.filter(overdue_at__isnull=False).order_by()
    ChangedCall.objects.bulk_create(
        [ChangedCall(call=pk) for pk in running.values_list("pk", flat=True)],
        batch_size=AT_ONCE,
    )


def notice(calls: Collection[int], zone: ZoneInfo) -> None:
    """Note the days on which some calls (ids) count or may have counted before."""
    for some in batches(sorted(calls), AT_ONCE):
        note_stale(_days(some, zone))


def note_stale(days: Iterable[date]) -> None:
    """Note days to be counted anew, also those that are being counted just now."""
    StaleDay.objects.bulk_create(
        [StaleDay(day=day, token=time.time_ns()) for day in sorted(set(days))],
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["token"],
    )


def _days(calls: Sequence[int], zone: ZoneInfo) -> set[date]:
    """The days of all times that were ever told of some calls, and the days of missed
    calls that they may be the answer to.

    A call begins with one of its events, whatever it was joined with or parted from.
    """
    rows = Call.all_objects.filter(pk__in=calls).values_list("party", "started_at")
    events = Event.objects.filter(report__call__in=calls)
    times: defaultdict[str, set[datetime]] = defaultdict(set)
    for party, at in rows:
        times[party].add(at)
    for party, *ats in events.values_list("party", "stated_at", "received_at"):
        times[party] |= {at for at in ats if isinstance(at, datetime)}
    found = {
        day_of(at + near, zone)
        for ats in times.values()
        for at in ats
        for near in (-NEAR, NEAR)
    }
    return found | set(_answered_days(times, zone))


def _answered_days(times: dict[str, set[datetime]], zone: ZoneInfo) -> Iterator[date]:
    """The days of missed calls of some parties that came before some times."""
    parties = {party: ats for party, ats in times.items() if party and ats}
    if not parties:
        return
    before, after = CALLED_BACK_WITHIN + LONGEST_RINGING, LONGEST_RINGING
    missed = Call.objects.filter(
        party__in=parties,
        direction=Direction.INBOUND,
        status=Status.MISSED,
        started_at__gte=min(map(min, parties.values())) - before,
        started_at__lte=max(map(max, parties.values())) + after,
    ).exclude(number_kind__in=INSIDE)
    for party, at in missed.order_by().values_list("party", "started_at"):
        if any(one - before <= at <= one + after for one in parties[party]):
            yield day_of(at, zone)


def all_days(zone: ZoneInfo) -> Iterator[date]:
    """Every day with calls or counts, found by leaps over the index."""
    counted = Count.objects.filter(grain=Grain.DAY, detail=Detail.HOURS)
    yield from counted.order_by().values_list("start", flat=True).distinct()
    calls = Call.objects.order_by("started_at", "pk")
    at = calls.values_list("started_at", flat=True).first()
    while at is not None:
        day = day_of(at, zone)
        yield day
        later = calls.filter(started_at__gte=bounds(day, day, zone)[1])
        at = later.values_list("started_at", flat=True).first()
