"""Times and durations as people read them in a list."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def relative(at: datetime, now: datetime) -> str:
    """A time as seen from ``now``: "3 min ago", "14:02", "yesterday, 14:02".

    Both are aware. The further away, the coarser; zone and language are the active
    ones.
    """
    if abs(now - at) < timedelta(hours=1):
        return _minutes(int((now - at).total_seconds()))
    local, today = timezone.localtime(at), timezone.localtime(now)
    clock = date_format(local, "TIME_FORMAT")
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
    day = date_format(local, "DATE_FORMAT")
    return f"{day}, {local:%H:%M:%S}"


def clock(seconds: float | None) -> str:
    """Seconds as a watch shows them: "0:04", "3:10", "1:02:03"; a dash for none."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{rest:02}"
    return f"{minutes}:{rest:02}"
