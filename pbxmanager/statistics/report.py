"""A page of figures: all its tables, with the calls behind each figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Final

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pbxmanager.calendar import days as days_between
from pbxmanager.calendar import installation_zone, last_of_month, month_of
from pbxmanager.figures import NOBODY, Figure, Result
from pbxmanager.models import Direction
from pbxmanager.statistics.asking import Question
from pbxmanager.statistics.lines import (
    Cell,
    Heat,
    Line,
    Table,
    barred,
    calls_url_of,
)
from pbxmanager.statistics.periods import Days
from pbxmanager.statistics.reading import Reader
from pbxmanager.statistics.sums import Row
from pbxmanager.statistics.tallies import BY_RESULT, Tally, tallies, tally

# More days are shown by the month.
MANY_DAYS: Final = 92
OFFICE_HOURS: Final = range(8, 18)
SHADES: Final = 5
OTHERS: Final = -1


@dataclass
class Report:
    """The answer to a question, as of ``today``; what is read is read once."""

    question: Question
    today: date
    reader: Reader = field(init=False)
    total: Line = field(init=False)
    before: Tally | None = field(init=False)

    def __post_init__(self) -> None:
        self.reader = self._reader(self.question.days)
        self._dated = self._by_time(self.reader)
        before = self.question.before
        self._before_reader = self._reader(before) if before else None
        reader = self._before_reader
        self._dated_before = self._by_time(reader) if reader else []
        self.before = tally(self._dated_before, self.side) if before else None
        figure = self._base()
        self.total = Line(_("All"), tally(self._dated, self.side), figure, self.before)
        self._timed = self.reader.rows("weekday", "hour", *BY_RESULT)
        self._personal = self.reader.rows("user", "extension", *BY_RESULT)

    @property
    def side(self) -> str:
        return self.question.side

    @property
    def is_by_month(self) -> bool:
        return self.question.days.length > MANY_DAYS

    def _reader(self, days: Days) -> Reader:
        zone = installation_zone()
        return Reader(days, self.question.asked, self.today, zone)

    def _by_time(self, reader: Reader) -> list[Row]:
        if self.is_by_month:
            return reader.by_month(*BY_RESULT)
        return reader.rows(*BY_RESULT, by_day=True)

    def _base(self) -> Figure | None:
        """All calls of the report, where the viewer may see calls."""
        return self.question.figure if self.question.seen.may_drill else None

    @property
    def behind(self) -> int:
        """How many days are shown as they were counted last."""
        return self.reader.behind

    # Tables.

    @cached_property
    def tables(self) -> dict[str, Table]:
        """All tables that have something to say, by key, in their order."""
        found = [self.times(), self.hours(), self.directions(), self.results()]
        found += [self.teams(), self.users(), self.extensions()]
        return {table.key: table for table in found if table.lines}

    def times(self) -> Table:
        """By day or by month; each beside what was before."""
        starts = self._starts(self.question.days)
        before = self.question.before
        starts_before = self._starts(before) if before else []
        found = tallies(self._dated, lambda row: row.start, self.side)
        old = tallies(self._dated_before, lambda row: row.start, self.side)
        lines = []
        for index, start in enumerate(starts):
            then = starts_before[index] if index < len(starts_before) else None
            line = Line(
                self._start_label(start),
                found.get(start, Tally({}, self.side)),
                self._on(start),
                old.get(then, Tally({}, self.side)) if then else None,
            )
            lines.append(line)
        title = _("Calls by month") if self.is_by_month else _("Calls by day")
        column = _("Month") if self.is_by_month else _("Day")
        return Table("days", title, column, barred(lines))

    def _starts(self, days: Days) -> list[date]:
        every = list(days_between(days.first, days.last))
        return sorted({month_of(day) for day in every}) if self.is_by_month else every

    def _start_label(self, start: date) -> str:
        if self.is_by_month:
            return date_format(start, "YEAR_MONTH_FORMAT")
        weekday = WEEKDAYS_ABBR[start.weekday()]
        return f"{weekday} {date_format(start, 'SHORT_DATE_FORMAT')}"

    def _on(self, start: date) -> Figure | None:
        base = self._base()
        if base is None:
            return None
        if not self.is_by_month:
            return replace(base, first=start, last=start)
        last = min(last_of_month(start), base.last)
        return replace(base, first=max(start, base.first), last=last)

    def hours(self) -> Table:
        """By hour of the day."""
        found = tallies(self._timed, lambda row: row.key.hour, self.side)
        base = self._base()
        lines = [
            Line(
                f"{hour}:00",
                found.get(hour, Tally({}, self.side)),
                replace(base, hour=hour) if base else None,
            )
            for hour in _span(found)
        ]
        return Table("hours", _("Calls by hour"), _("Hour"), barred(lines))

    def directions(self) -> Table:
        """By direction; each with rates of its own."""
        found: dict[str, list[Row]] = {}
        for row in self._dated:
            found.setdefault(row.key.direction, []).append(row)
        base = self._base()
        lines = [
            Line(
                str(way.label),
                tally(found[way], way),
                replace(base, direction=way.value) if base else None,
            )
            for way in Direction
            if way in found
        ]
        return Table(
            "directions", _("Calls by direction"), _("Direction"), barred(lines)
        )

    def results(self) -> Table:
        """By what came of them."""
        found = tallies(self._dated, lambda row: row.key.result, self.side)
        base = self._base()
        lines = [
            Line(
                str(one.label),
                found[one],
                replace(base, results=(one.value,)) if base else None,
            )
            for one in Result
            if one in found
        ]
        return Table("outcomes", _("Calls by outcome"), _("Outcome"), barred(lines))

    def teams(self) -> Table:
        """By team, as people belong to them today."""
        teams = self.question.seen.teams
        team_of = {user: pk for pk, (_t, users) in teams.items() for user in users}
        found = tallies(
            self._personal,
            lambda row: team_of.get(row.key.user or 0, OTHERS),
            self.side,
        )
        lines = [
            self._of_people(str(team), found[pk], users)
            for pk, (team, users) in teams.items()
            if pk in found
        ]
        if lines and OTHERS in found:
            lines.append(Line(_("Everybody else"), found[OTHERS]))
        note = _("People count for the team that they belong to today.")
        return Table("teams", _("Calls by team"), _("Team"), barred(lines), note)

    def users(self) -> Table:
        """By user, as far as they may be shown; the others together."""
        seen = self.question.seen
        found = tallies(self._personal, self._person_of, self.side)
        lines = [
            self._of_people(str(seen.users[pk]), found[pk], [pk])
            for pk in seen.users
            if pk in found
        ]
        if OTHERS in found:
            lines.append(Line(self._others(), found[OTHERS]))
        if NOBODY in found:
            nobody = _("Lines without a user")
            lines.append(self._of_people(nobody, found[NOBODY], [NOBODY]))
        return Table(
            "users", _("Calls by user"), _("User"), barred(lines), self._note()
        )

    def _person_of(self, row: Row) -> int:
        if row.key.user is None:
            return NOBODY
        return row.key.user if row.key.user in self.question.seen.persons else OTHERS

    def _others(self) -> str:
        seen = self.question.seen
        count = len(seen.callers - seen.persons)
        return ngettext(
            "%(count)d person together", "%(count)d people together", count
        ) % {"count": count}

    def _note(self) -> str:
        if not self.question.seen.callers - self.question.seen.persons:
            return ""
        return _(
            "Figures of a person are shown only where an administrator has switched "
            "that on."
        )

    def extensions(self) -> Table:
        """By extension; those of people who are not shown together."""
        found = tallies(self._personal, self._line_of, self.side)
        base = self._base()
        lines = []
        for user, extension in sorted(found, key=lambda one: one[1]):
            if user == OTHERS:
                continue
            label = extension or _("No extension")
            figure = replace(base, extension=extension, people=[user]) if base else None
            lines.append(Line(label, found[user, extension], figure))
        if (OTHERS, "") in found:
            lines.append(Line(self._others(), found[OTHERS, ""]))
        title = _("Calls by extension")
        return Table("extensions", title, _("Extension"), barred(lines), self._note())

    def _line_of(self, row: Row) -> tuple[int, str]:
        person = self._person_of(row)
        return (OTHERS, "") if person == OTHERS else (person, row.key.extension)

    def _of_people(self, label: str, found: Tally, people: Sequence[int]) -> Line:
        base = self._base()
        asked = self.question.asked.people
        chosen = [one for one in people if asked is None or one in asked]
        return Line(label, found, replace(base, people=chosen) if base else None)

    # When most calls come.

    def heat(self) -> Heat:
        """Calls by weekday and hour."""
        found = tallies(
            self._timed, lambda row: (row.key.weekday, row.key.hour), self.side
        )
        calls = {key: one.calls for key, one in found.items()}
        most = max(calls.values(), default=0)
        hours = _span(hour for _weekday, hour in found)
        lines = [
            (
                str(WEEKDAYS[weekday]),
                [
                    self._cell(weekday, hour, calls.get((weekday, hour), 0), most)
                    for hour in hours
                ],
            )
            for weekday in range(7)
        ]
        return Heat(hours, lines)

    def _cell(self, weekday: int, hour: int, calls: int, most: int) -> Cell:
        base = self._base()
        figure = replace(base, weekday=weekday, hour=hour) if base and calls else None
        shade = -(-calls * SHADES // most) if most else 0
        title = f"{WEEKDAYS[weekday]}, {hour}:00"
        return Cell(calls, shade, calls_url_of(figure), title)


def _span(hours: Iterable[int]) -> range:
    """The hours to be shown: those of an office, and all with calls."""
    known = {*hours, *OFFICE_HOURS}
    return range(min(known), max(known) + 1)
