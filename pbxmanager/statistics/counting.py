"""Counts the calls of a day, straight from the calls."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    Count,
    IntegerField,
    Max,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from pbxmanager.calendar import bounds, slots
from pbxmanager.figures import NONE_CHOSEN, called_back, result
from pbxmanager.models import Call
from pbxmanager.statistics.models import Detail
from pbxmanager.statistics.sums import Key, Row, Sums, grouped

# What the rows of each detail tell apart: fields of ``Key``.
TOLD: Final[dict[Detail, tuple[str, ...]]] = {
    Detail.HOURS: ("weekday", "hour", "direction", "result"),
    Detail.PEOPLE: ("direction", "result", "user", "extension"),
    Detail.ALL: ("weekday", "hour", "direction", "result", "user", "extension"),
    Detail.CHOSEN: ("direction", "result", "disposition"),
    Detail.CHOSEN_BY: ("direction", "result", "user", "extension", "disposition"),
}
# What they are called where calls are asked for.
COLUMNS: Final = {
    "hour": "hour_here",
    "result": "result_here",
    "user": "user_id",
    "disposition": "chosen_here",
}
SUMS: Final = ("calls", "talk", "talk_known", "waits", "wait_known", "longest", "back")


def count_day(
    day: date,
    zone: ZoneInfo,
    told: Collection[str] = Key._fields,
    only: Q | None = None,
) -> list[Row]:
    """The counts of a day's calls (those that pass ``only``) by some fields of
    ``Key``; one query."""
    start, end = bounds(day, day, zone)
    calls = Call.objects.filter(only or Q(), started_at__gte=start, started_at__lt=end)
    asked = [name for name in told if name != "weekday"]
    columns = [COLUMNS.get(name, name) for name in asked]
    weekday = day.weekday() if "weekday" in told else -1
    rows = []
    for values in _counted(calls, columns, day, zone).values_list(*columns, *SUMS):
        key = Key(weekday, **dict(zip(asked, values, strict=False)))
        rows.append(Row(day, key, Sums(*values[len(asked) :])))
    return rows


def _counted(
    calls: QuerySet[Call], names: Iterable[str], day: date, zone: ZoneInfo
) -> QuerySet[Call, dict[str, object]]:
    calls = calls.annotate(result_here=result())
    if "hour_here" in names:
        calls = calls.annotate(hour_here=_hour(day, zone))
    if "chosen_here" in names:
        calls = calls.annotate(chosen_here=Coalesce("disposition", NONE_CHOSEN))
    back = Case(When(called_back(), then=1), default=0, output_field=IntegerField())
    return (
        calls.order_by()
        .values(*names)
        .annotate(
            calls=Count("pk"),
            talk=Coalesce(Sum("duration"), 0),
            talk_known=Count("duration"),
            waits=Coalesce(Sum("wait"), 0),
            wait_known=Count("wait"),
            longest=Coalesce(Max("wait"), 0),
            back=Coalesce(Sum(back), 0),
        )
    )


def _hour(day: date, zone: ZoneInfo) -> Combinable:
    """The hour of a call of a day, which is compared and not calculated: SQLite would
    have to ask Python about each call."""
    return Case(
        *(
            When(started_at__lt=end, then=Value(hour))
            for hour, _, end in slots(day, zone)
        ),
        default=Value(0),
        output_field=IntegerField(),
    )


def coarser(rows: Iterable[Row], detail: Detail) -> list[Row]:
    """Rows that tell all apart, added up to a detail."""
    names = TOLD[detail]
    sums = grouped(rows, lambda row: (row.start, row.key.only(names)))
    return [Row(start, key, one) for (start, key), one in sums.items()]
