"""Tags of the pages of tickets and activities."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html

from crmplus import words
from crmplus.tickets.models import Status
from crmplus.tickets.showing import STATUS_ICONS, due_words

register = template.Library()


@register.simple_tag
def due(at: datetime) -> str:
    """``{% due ticket.due_at %}``: when it is due, with the exact time on hover."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        words.exact(at),
        due_text(at),
    )


@register.simple_tag
def due_text(at: datetime) -> str:
    """The same in words alone."""
    return due_words(at, timezone.now())


@register.simple_tag
def ticket_statuses() -> list[tuple[str, str, str]]:
    """What a ticket may be: value, words, icon."""
    return [(one.value, str(one.label), STATUS_ICONS[one]) for one in Status]
