"""Times and durations as people read them in a list."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _


def relative(at: datetime, now: datetime) -> str:
    """A time as seen from ``now``: "3 min ago", "14:02", "yesterday, 14:02".

    Both are aware. The further away, the coarser; zone and language are the active
    ones.
    """
    if abs(now - at) < timedelta(hours=1):
        return _minutes(int((now - at).total_seconds()))
    local, today = timezone.localtime(at), timezone.localtime(now)
    clock = time_of_day(at)
    days = (today.date() - local.date()).days
    if days == 0:
        return clock
    if days in NEAR:
        return NEAR[days]() % {"time": clock}
    if 1 < days < 7:
        return f"{date_format(local, 'D')}, {clock}"
    return date_format(
        local,
        "MONTH_DAY_FORMAT" if local.year == today.year else "SHORT_DATE_FORMAT",
    )


NEAR = {
    1: lambda: _("yesterday, %(time)s"),
    -1: lambda: _("tomorrow, %(time)s"),
}


def _minutes(seconds: int) -> str:
    minutes = abs(seconds) // 60
    if minutes == 0:
        return _("just now")
    if seconds > 0:
        past = ngettext("%(count)d min ago", "%(count)d min ago", minutes)
        return past % {"count": minutes}
    return ngettext("in %(count)d min", "in %(count)d min", minutes) % {
        "count": minutes
    }


def exact(at: datetime) -> str:
    """A time in full, to the second, in the active zone and language."""
    local = timezone.localtime(at)
    day = _day(local.date(), get_language() or "")
    return f"{day}, {local:%H:%M:%S}"


def time_of_day(at: datetime) -> str:
    """A time without its day, in the active zone and language."""
    local = timezone.localtime(at)
    return _minute(local.hour, local.minute, get_language() or "")


def is_today(at: datetime, now: datetime) -> bool:
    """Whether two times are on one day, in the active zone."""
    return timezone.localtime(at).date() == timezone.localtime(now).date()


# Lists have the same few days and minutes over and over; formatting them is slow.
@lru_cache(4_096)
def _day(day: date, _language: str) -> str:
    return date_format(day, "DATE_FORMAT")


@lru_cache(8_192)
def _minute(hour: int, minute: int, _language: str) -> str:
    return time_format(time(hour, minute), "TIME_FORMAT")


def clock(seconds: float | None) -> str:
    """Seconds as a watch shows them: "0:04", "3:10", "1:02:03"; a dash for none."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{rest:02}"
    return f"{minutes}:{rest:02}"
