"""Periods to look at, and what each is compared with. Days of the installation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from pbxmanager.calendar import DAY, last_of_month, month_of
from pbxmanager.periods import words

CUSTOM: Final = "custom"
BEFORE, YEAR_BEFORE, NOT_AT_ALL = "before", "year", "none"
WEEK: Final = timedelta(days=7)


class Days(NamedTuple):
    """The first and the last day of a period."""

    first: date
    last: date

    @property
    def length(self) -> int:
        """How many days these are."""
        return (self.last - self.first).days + 1

    def words(self) -> str:
        """The days for people."""
        return words(*self)


PERIODS: Final[dict[str, hooks.Text]] = {
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "week": _("This week"),
    "last-week": _("Last week"),
    "month": _("This month"),
    "last-month": _("Last month"),
    "30-days": _("Last 30 days"),
    "year": _("This year"),
    CUSTOM: _("Chosen days"),
}
COMPARISONS: Final[dict[str, hooks.Text]] = {
    BEFORE: _("Period before"),
    YEAR_BEFORE: _("Year before"),
    NOT_AT_ALL: _("No comparison"),
}


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


DAYS: Final[dict[str, Callable[[date], Days]]] = {
    "today": lambda today: Days(today, today),
    "yesterday": lambda today: Days(today - DAY, today - DAY),
    "week": lambda today: Days(_monday(today), today),
    "last-week": lambda today: Days(_monday(today) - WEEK, _monday(today) - DAY),
    "month": lambda today: Days(month_of(today), today),
    "last-month": lambda today: Days(
        month_of(month_of(today) - DAY), month_of(today) - DAY
    ),
    "30-days": lambda today: Days(today - timedelta(days=29), today),
    "year": lambda today: Days(today.replace(month=1, day=1), today),
}


def compared_with(period: str, days: Days, comparison: str) -> Days | None:
    """The days that a period is compared with, None for none.

    Weeks and months are compared with the same part of the week or month before; all
    others with as many days before, or with the same days of the year before.
    """
    if comparison == NOT_AT_ALL:
        return None
    if comparison == YEAR_BEFORE or period == "year":
        return Days(_year_before(days.first), _year_before(days.last))
    if period in ("week", "last-week"):
        return Days(days.first - WEEK, days.last - WEEK)
    if period in ("month", "last-month"):
        return _month_before(period, days)
    before = timedelta(days=days.length)
    return Days(days.first - before, days.last - before)


def _month_before(period: str, days: Days) -> Days:
    first = month_of(days.first - DAY)
    if period == "last-month":
        return Days(first, days.first - DAY)
    last = first + timedelta(days=days.length - 1)
    return Days(first, min(last, last_of_month(first)))


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year - 1, day=28)
