"""Counts the calls of a day, straight from the calls."""

from __future__ import annotations

from collections.abc import Iterable
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
from pbxmanager.figures import called_back, result
from pbxmanager.models import Call
from pbxmanager.statistics.models import Detail
from pbxmanager.statistics.sums import Key, Row, Sums, grouped

NAMES: Final = {
    Detail.HOURS: ("hour_here", "direction", "result_here"),
    Detail.PEOPLE: ("direction", "result_here", "user_id", "extension"),
    Detail.ALL: ("hour_here", "direction", "result_here", "user_id", "extension"),
}
KEYS: Final = {"hour_here": "hour", "result_here": "result", "user_id": "user"}
SUMS: Final = ("calls", "talk", "talk_known", "waits", "wait_known", "longest", "back")


def count_day(
    day: date, zone: ZoneInfo, detail: Detail = Detail.ALL, only: Q | None = None
) -> list[Row]:
    """The counts of a day's calls (those that pass ``only``); one query."""
    start, end = bounds(day, day, zone)
    calls = Call.objects.filter(only or Q(), started_at__gte=start, started_at__lt=end)
    names = NAMES[detail]
    found = _counted(calls, names, day, zone).values_list(*names, *SUMS)
    weekday = -1 if detail == Detail.PEOPLE else day.weekday()
    rows = []
    for values in found:
        told = zip(names, values, strict=False)
        key = Key(weekday, **{KEYS.get(name, name): value for name, value in told})
        rows.append(Row(day, key, Sums(*values[len(names) :])))
    return rows


def _counted(
    calls: QuerySet[Call], names: Iterable[str], day: date, zone: ZoneInfo
) -> QuerySet[Call, dict[str, object]]:
    calls = calls.annotate(result_here=result())
    if "hour_here" in names:
        calls = calls.annotate(hour_here=_hour(day, zone))
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
    """Rows of all detail, added up to a coarser one."""
    if detail == Detail.ALL:
        return list(rows)
    sums = grouped(rows, _hours if detail == Detail.HOURS else _people)
    return [Row(start, key, one) for (start, key), one in sums.items()]


def _hours(row: Row) -> tuple[date, Key]:
    return row.start, row.key._replace(user=None, extension="")


def _people(row: Row) -> tuple[date, Key]:
    return row.start, row.key._replace(weekday=-1, hour=-1)
