"""Tags of the call log."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
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
