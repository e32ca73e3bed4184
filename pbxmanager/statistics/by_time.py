"""Tables of figures by day or month and by hour, and when most calls come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pbxmanager.calendar import days as days_between
from pbxmanager.calendar import last_of_month, month_of
from pbxmanager.figures import Figure
from pbxmanager.statistics.lines import Cell, Heat, Line, Table, barred, calls_url_of
from pbxmanager.statistics.periods import Days
from pbxmanager.statistics.readings import Readings
from pbxmanager.statistics.tallies import Tally, tallies

OFFICE_HOURS: Final = range(8, 18)
SHADES: Final = 5


def by_day(read: Readings) -> Table:
    """By day or by month; each beside what was before."""
    starts = _starts(read, read.question.days)
    before = read.question.before
    starts_before = _starts(read, before) if before else []
    found = tallies(read.dated, lambda row: row.start, read.side)
    old = tallies(read.dated_before, lambda row: row.start, read.side)
    nothing = Tally({}, read.side)
    lines = []
    for index, start in enumerate(starts):
        then = starts_before[index] if index < len(starts_before) else None
        line = Line(
            _label(read, start),
            found.get(start, nothing),
            _on(read, start),
            old.get(then, nothing) if then else None,
        )
        lines.append(line)
    title = _("Calls by month") if read.is_by_month else _("Calls by day")
    column = _("Month") if read.is_by_month else _("Day")
    return Table("days", title, column, barred(lines))


def _starts(read: Readings, days: Days) -> list[date]:
    every = list(days_between(days.first, days.last))
    return sorted({month_of(day) for day in every}) if read.is_by_month else every


def _label(read: Readings, start: date) -> str:
    if read.is_by_month:
        return date_format(start, "YEAR_MONTH_FORMAT")
    weekday = WEEKDAYS_ABBR[start.weekday()]
    return f"{weekday} {date_format(start, 'SHORT_DATE_FORMAT')}"


def _on(read: Readings, start: date) -> Figure | None:
    base = read.base
    if base is None:
        return None
    if not read.is_by_month:
        return replace(base, first=start, last=start)
    last = min(last_of_month(start), base.last)
    return replace(base, first=max(start, base.first), last=last)


def by_hour(read: Readings) -> Table:
    """By hour of the day."""
    found = tallies(read.timed, lambda row: row.key.hour, read.side)
    base = read.base
    lines = [
        Line(
            f"{hour}:00",
            found.get(hour, Tally({}, read.side)),
            replace(base, hour=hour) if base else None,
        )
        for hour in _span(found)
    ]
    return Table("hours", _("Calls by hour"), _("Hour"), barred(lines))


def heat(read: Readings) -> Heat:
    """Calls by weekday and hour."""
    calls: dict[tuple[int, int], int] = {}
    for row in read.timed:
        when = (row.key.weekday, row.key.hour)
        calls[when] = calls.get(when, 0) + row.sums.calls
    most = max(calls.values(), default=0)
    hours = _span(hour for _weekday, hour in calls)
    lines = [
        (
            str(WEEKDAYS[weekday]),
            [
                _cell(read, weekday, hour, calls.get((weekday, hour), 0), most)
                for hour in hours
            ],
        )
        for weekday in range(7)
    ]
    return Heat(hours, lines)


def _cell(read: Readings, weekday: int, hour: int, calls: int, most: int) -> Cell:
    base = read.base
    figure = replace(base, weekday=weekday, hour=hour) if base and calls else None
    shade = -(-calls * SHADES // most) if most else 0
    title = f"{WEEKDAYS[weekday]}, {hour}:00"
    return Cell(calls, shade, calls_url_of(figure), title)


def _span(hours: Iterable[int]) -> range:
    """The hours to be shown: those of an office, and all with calls."""
    known = {*hours, *OFFICE_HOURS}
    return range(min(known), max(known) + 1)
