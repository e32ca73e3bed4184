"""Stores counts: only what differs, a few rows at a time, so that no event waits.

Until all is stored the day is noted as stale, and pages do not read it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from operator import itemgetter
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max, QuerySet, Sum

from crmplus.batches import batches
from pbxmanager.calendar import last_of_month
from pbxmanager.statistics.counting import coarser, count_day
from pbxmanager.statistics.models import Count, Detail, Grain
from pbxmanager.statistics.sums import Key, Row, Sums

AT_ONCE: Final = 400


def store_day(day: date, zone: ZoneInfo) -> int:
    """Count a day anew; gives how many rows differed."""
    rows = count_day(day, zone)
    return sum(
        store(Grain.DAY, detail, day, coarser(rows, detail)) for detail in Detail
    )


def store_month(month: date) -> int:
    """Add up the stored days of a month anew; gives how many rows differed."""
    return sum(
        store(Grain.MONTH, detail, month, _added_up(month, detail)) for detail in Detail
    )


def _added_up(month: date, detail: Detail) -> list[Row]:
    rows = Count.objects.filter(
        grain=Grain.DAY, detail=detail, start__range=(month, last_of_month(month))
    )
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


def store(grain: Grain, detail: Detail, start: date, rows: Iterable[Row]) -> int:
    """Let the stored rows be these; gives how many differed."""
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
    for some in batches(gone, AT_ONCE):
        Count.objects.filter(pk__in=some).delete()
    new = [_row(grain, detail, start, *one) for one in wanted.items()]
    for rows_at_once in batches(new, AT_ONCE):
        with transaction.atomic():
            Count.objects.bulk_create(rows_at_once)
    return len(gone) + len(new)


def _row(grain: Grain, detail: Detail, start: date, key: Key, sums: Sums) -> Count:
    told = key._asdict()
    user = told.pop("user")
    return Count(
        grain=grain, detail=detail, start=start, user_id=user, **told, **sums._asdict()
    )
