"""Tags of the call log."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

from crmplus import words

register = template.Library()


@register.simple_tag
def moment(at: datetime | None, form: str = "full") -> str:
    """``{% moment call.started_at %}``: a time to the second; a dash for none.

    ``{% moment leg.rang_at "clock" %}`` leaves the day to the hover.
    """
    if at is None:
        return "–"
    exact = words.exact(at)
    shown = f"{timezone.localtime(at):%H:%M:%S}" if form == "clock" else exact
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact, shown
    )


@register.simple_tag
def begun(at: datetime) -> str:
    """``{% begun call.started_at %}``: when, under the heading of its day.

    Within the hour how long ago, else the time; the exact one is on the hover.
    """
    now = timezone.now()
    today = timezone.localdate(at) == timezone.localdate(now)
    clock = date_format(timezone.localtime(at), "TIME_FORMAT")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        words.exact(at),
        words.relative(at, now) if today else clock,
    )
