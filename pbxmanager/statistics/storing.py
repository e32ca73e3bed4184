"""Stores counts: only what differs, a few rows at a time, so that no event waits.

Until all is stored the day is noted as stale, and pages do not read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from operator import itemgetter
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max, QuerySet, Sum

from crmplus.batches import batches
from pbxmanager.calendar import DAY, last_of_month
from pbxmanager.statistics.counting import coarser, count_day
from pbxmanager.statistics.models import Count, Detail, Grain
from pbxmanager.statistics.sums import Key, Row, Sums

AT_ONCE: Final = 400
# Added up only when a month is over, for it takes a second: every caller who is called
# back changes a day of the month.
ONCE_OVER: Final = frozenset({Detail.ALL})


def store_day(day: date, zone: ZoneInfo) -> int:
    """Count a day anew; gives how many rows differed."""
    rows = count_day(day, zone)
    return sum(
        store(Grain.DAY, detail, day, coarser(rows, detail)) for detail in Detail
    )


def store_day_at_once(day: date, zone: ZoneInfo) -> int:
    """Count a day anew that pages read meanwhile: they see all of it or nothing, in one
    transaction that only writes; gives how many rows differed."""
    rows = count_day(day, zone)
    differences = [
        difference(Grain.DAY, detail, day, coarser(rows, detail)) for detail in Detail
    ]
    with transaction.atomic():
        return sum(write(one) for one in differences)


def store_month(month: date, today: date) -> int:
    """Add up the stored days of a month that are over; gives how many rows differed."""
    last = last_of_month(month)
    days = (month, min(last, today - DAY))
    return sum(
        store(Grain.MONTH, detail, month, _added_up(month, days, detail))
        for detail in Detail
        if last < today or detail not in ONCE_OVER
    )


def _added_up(month: date, days: tuple[date, date], detail: Detail) -> list[Row]:
    rows = Count.objects.filter(grain=Grain.DAY, detail=detail, start__range=days)
    return [Row(month, row.key, row.sums) for row in summed(rows, Key._fields)]


def summed(rows: QuerySet[Count], names: Iterable[str]) -> list[Row]:
    """Stored rows added up to what ``names`` tells apart: fields of ``Key``, or
    "start" as the first (else the rows are of no day)."""
    names = tuple(names)
    sums = {
        f"sum_{name}": Max(name) if name == "longest" else Sum(name)
        for name in Sums._fields
    }
    found = rows.order_by().values_list(*names).annotate(**sums)
    dated = names[:1] == ("start",)
    told, depth = names[1:] if dated else names, len(names)
    blank = [value for name, value in Key()._asdict().items() if name not in told]
    order = (*told, *(name for name in Key._fields if name not in told))
    sort = itemgetter(*(order.index(name) for name in Key._fields))
    rows_found = []
    for one in found:
        start, values = (one[0], one[1:depth]) if dated else (date.min, one[:depth])
        key = Key._make(sort((*values, *blank)))
        rows_found.append(Row(start, key, Sums._make(one[depth:])))
    return rows_found


class Difference(NamedTuple):
    """What is to be written: the rows (IDs) that are gone, and those that are new."""

    gone: Sequence[int]
    new: Sequence[Count]


def store(grain: Grain, detail: Detail, start: date, rows: Iterable[Row]) -> int:
    """Let the stored rows be these; gives how many differed."""
    return write(difference(grain, detail, start, rows))


def difference(
    grain: Grain, detail: Detail, start: date, rows: Iterable[Row]
) -> Difference:
    """What lets the stored rows be these."""
    wanted = {row.key: row.sums for row in rows}
    stored = Count.objects.filter(grain=grain, detail=detail, start=start)
    gone: list[int] = []
    for pk, *values in stored.values_list("pk", *Key._fields, *Sums._fields):
        key, sums = Key(*values[: len(Key._fields)]), Sums(*values[len(Key._fields) :])
        # Where a user was deleted there may be two rows of nobody.
        if wanted.get(key) == sums:
            del wanted[key]
        else:
            gone.append(pk)
    new = [_row(grain, detail, start, *one) for one in wanted.items()]
    return Difference(gone, new)


def write(found: Difference) -> int:
    """Write a difference in small transactions, or in that of who asks; gives how many
    rows it has."""
    for some in batches(found.gone, AT_ONCE):
        Count.objects.filter(pk__in=some).delete()
    for rows in batches(found.new, AT_ONCE):
        with transaction.atomic():
            Count.objects.bulk_create(rows)
    return len(found.gone) + len(found.new)


def _row(grain: Grain, detail: Detail, start: date, key: Key, sums: Sums) -> Count:
    told = key._asdict()
    user = told.pop("user")
    return Count(
        grain=grain, detail=detail, start=start, user_id=user, **told, **sums._asdict()
    )
