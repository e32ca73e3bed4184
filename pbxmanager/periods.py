"""Periods that people choose: in days of the active time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from crmplus import hooks

DAY: Final = timedelta(days=1)
PERIODS: Final[dict[str, hooks.Text]] = {
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "week": _("Last 7 days"),
    "month": _("This month"),
}
Days = tuple[date | None, date | None]
DAYS: Final[dict[str, Callable[[date], Days]]] = {
    "today": lambda today: (today, today),
    "yesterday": lambda today: (today - DAY, today - DAY),
    "week": lambda today: (today - 6 * DAY, today),
    "month": lambda today: (today.replace(day=1), today),
}


def days_of(period: str, today: date) -> Days:
    """The first and last day of a period; None where it is open."""
    return DAYS[period](today) if period in DAYS else (None, None)


def moments(first: date | None, last: date | None) -> tuple[datetime | None, ...]:
    """When days begin and are over: the first moment, and the first one beyond."""
    return (
        _midnight(first) if first else None,
        _midnight(last + DAY) if last else None,
    )


def words(first: date | None, last: date | None) -> str:
    """Days for people: "1 Mar 2026 – 5 Mar 2026", with "…" for an open end."""
    start, end = (
        date_format(day, "SHORT_DATE_FORMAT") if day else "…" for day in (first, last)
    )
    return start if first == last else f"{start} – {end}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone())
