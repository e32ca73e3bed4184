"""Reads figures of a period: stored counts for the past, the calls for today.

Whole months come from the rows of months, other days from the rows of days; the few
days that are being counted anew come straight from their calls. So does today, unless
it has so many that the background loop counts them every minute (``upkeep``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils import timezone

from pbxmanager.calendar import DAY, day_of, last_of_month, month_of
from pbxmanager.figures import of_people
from pbxmanager.statistics.counting import TOLD, count_day
from pbxmanager.statistics.models import WAY, Count, Detail, Grain, StaleDay, Upkeep
from pbxmanager.statistics.periods import Days
from pbxmanager.statistics.storing import ONCE_OVER, summed
from pbxmanager.statistics.sums import Key, Row, grouped

# So many days at most are counted while somebody waits, today among them.
MOST_COUNTED: Final = 3
# Two turns of the loop and some: who is later counts no more.
TODAY_LASTS: Final = timedelta(minutes=3)
# The details, those with the fewest rows first.
BY_SIZE: Final = (
    Detail.CHOSEN,
    Detail.HOURS,
    Detail.PEOPLE,
    Detail.CHOSEN_BY,
    Detail.ALL,
)
WITHOUT_PEOPLE: Final = ("weekday", "hour", "direction", "result", "disposition")


@dataclass(frozen=True)
class Asked:
    """Which calls are counted; ``people`` as in ``figures.Figure``, None for all."""

    direction: str = ""
    results: Sequence[str] = ()
    extension: str | None = None
    people: Sequence[int] | None = None

    @property
    def is_personal(self) -> bool:
        return self.extension is not None or self.people is not None

    def of_people(self) -> Q:
        """The part that stored counts and calls name alike."""
        found = Q() if self.people is None else of_people(self.people)
        if self.people is not None and not self.people:
            found = Q(pk__in=())
        if self.direction:
            found &= Q(direction=self.direction)
        return found if self.extension is None else found & Q(extension=self.extension)


@dataclass
class Reader:
    """The counts of some days, as of ``today`` (the installation's day)."""

    days: Days
    asked: Asked
    today: date
    zone: ZoneInfo
    _counted: dict[tuple[date, tuple[str, ...]], list[Row]] = field(
        default_factory=dict
    )

    @cached_property
    def stale(self) -> list[date]:
        """The days that are to be counted anew, the newest first."""
        rows = StaleDay.objects.filter(
            day__range=(self.days.first, self.days.last), day__lt=self.today
        )
        return list(rows.order_by("-day").values_list("day", flat=True))

    @cached_property
    def today_at(self) -> datetime | None:
        """When today's calls were counted (UTC), if today is among the days; None where
        they are counted now."""
        if not self.days.first <= self.today <= self.days.last:
            return None
        at = self._kept.today_at
        if at is None or day_of(at, self.zone) != self.today:
            return None
        return at if timezone.now() - at < TODAY_LASTS else None

    @cached_property
    def _kept(self) -> Upkeep:
        return Upkeep.objects.first() or Upkeep()

    @cached_property
    def counted_now(self) -> list[date]:
        """The days whose calls are counted while somebody waits."""
        inside = self.days.first <= self.today <= self.days.last
        today = [self.today] if inside and self.today_at is None else []
        return today + self.stale[: MOST_COUNTED - len(today)]

    @property
    def behind(self) -> int:
        """How many days are shown as they were counted last, though calls changed."""
        return len(self.stale) - len(set(self.stale) & set(self.counted_now))

    @cached_property
    def whole_months(self) -> list[date]:
        """The months that can be read from their own rows: of this one the days that
        are over."""
        broken = {month_of(day) for day in self.stale}
        month = month_of(self.days.first)
        found = []
        while month <= self.days.last and month < self.today:
            inside = self.days.first <= month and self._end(month) <= self.days.last
            if inside and month not in broken and self._is_added_up(month):
                found.append(month)
            month = last_of_month(month) + DAY
        return found

    def _is_added_up(self, month: date) -> bool:
        """Whether a month has rows: before the first turn of the loop after an upgrade
        the one that is not over may have none."""
        return last_of_month(month) < self.today or self._kept.way == WAY

    def _months(self, detail: Detail) -> list[date]:
        """Those of them that have rows of a detail."""
        if detail not in ONCE_OVER:
            return self.whole_months
        return [one for one in self.whole_months if last_of_month(one) < self.today]

    def _end(self, month: date) -> date:
        """The last day of a month that is over."""
        return min(last_of_month(month), self.today - DAY)

    def rows(self, *names: str, by_day: bool = False) -> list[Row]:
        """Sums by some fields of ``Key``, with ``by_day`` for each day by itself."""
        told = ("start", *names) if by_day else names
        detail = self._detail(names)
        months = [] if by_day else self._months(detail)
        found = summed(self._stored(detail, months), told)
        for day in self.counted_now:
            found += self._from_calls(day, names)
        return found

    def by_month(self, *names: str) -> list[Row]:
        """Sums of each month by itself; ``start`` is its first day."""
        rows = self._stored(self._detail(names), self.whole_months)
        found = summed(rows, ("start", *names))
        for day in self.counted_now:
            found += self._from_calls(day, names)
        return [row._replace(start=month_of(row.start)) for row in found]

    def _detail(self, names: Iterable[str]) -> Detail:
        asked = {*names, *(("user",) if self.asked.is_personal else ())}
        return next(one for one in BY_SIZE if asked <= set(TOLD[one]))

    def _stored(self, detail: Detail, months: Sequence[date]) -> QuerySet[Count]:
        """The stored rows of some whole months and of all days that are in none."""
        # Each part says all that an index has, so that databases look into it.
        whose = self.asked.of_people()
        dated = whose & Q(grain=Grain.MONTH, detail=detail, start__in=months)
        for span in self._spans(months):
            dated |= whose & Q(grain=Grain.DAY, detail=detail, start__range=span)
        rows = Count.objects.filter(dated)
        results = self.asked.results
        return rows.filter(result__in=results) if results else rows

    def _spans(self, months: Sequence[date]) -> Iterable[tuple[date, date]]:
        """The stretches of days to be read one by one."""
        left_out = {*self.counted_now}
        start, day = None, self.days.first
        last = min(self.days.last, self.today)
        while day <= last:
            whole = day < self.today and month_of(day) in months
            if whole or day in left_out:
                if start:
                    yield start, day - DAY
                start = None
                day = self._end(month_of(day)) + DAY if whole else day + DAY
                continue
            start = start or day
            day += DAY
        if start:
            yield start, last

    def _from_calls(self, day: date, names: Sequence[str]) -> list[Row]:
        """The rows of a day that is counted while somebody waits: at most twice."""
        told: tuple[str, ...] = WITHOUT_PEOPLE
        if self.asked.is_personal:
            told = Key._fields
        elif {"user", "extension"} & set(names):
            told = TOLD[Detail.PEOPLE]
        known = self._counted.get((day, told))
        if known is None:
            known = count_day(day, self.zone, told, self.asked.of_people())
            results = self.asked.results
            known = [row for row in known if not results or row.key.result in results]
            self._counted[day, told] = known
        sums = grouped(known, lambda row: row.key.only(names))
        return [Row(day, key, one) for key, one in sums.items()]
