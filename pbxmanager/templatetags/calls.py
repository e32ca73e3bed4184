"""Tags of the call log.

Its pages have fifty lines and more, in which the same few shapes and words come again
and again: they are put together here, and kept.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crmplus import words
from crmplus.icons import icon_or_nothing
from crmplus.templatetags.crm import phone

if TYPE_CHECKING:
    from crmplus.phonebook.records import Record
    from pbxmanager.looks import Look
    from pbxmanager.models import Disposition
    from pbxmanager.parties import Party

register = template.Library()
KEPT: Final = 4_096


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
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        words.exact(at),
        words.relative(at, now) if words.is_today(at, now) else words.time_of_day(at),
    )


@register.simple_tag
def call_look(look: Look) -> SafeString:
    """``{% call_look line.look %}``: what came of a call, by a shape and a word."""
    return _look(look.icon, look.title, look.word, look.is_running)


@register.simple_tag
def call_outcome(outcome: Disposition) -> SafeString:
    """``{% call_outcome call.disposition %}``: what somebody said came of a call."""
    return _outcome(outcome.tone, str(outcome.title))


@register.simple_tag
def call_number(party: Party) -> str:
    """``{% call_number line.party %}``: the number to click on, with its country."""
    number = "" if party.is_nobody else phone(party.number, party.e164)
    return SafeString(number + _region(party.region) if party.region else number)


@register.simple_tag
def call_party(party: Party) -> SafeString:
    """``{% call_party line.party %}``: who it was, as far as is known."""
    if party.best is None:
        return _nameless(party)
    parts = [
        _guess() if party.is_guess else "",
        _name(party.best),
        _others(party.others) if party.others else "",
        _span("text-secondary organisation", party.best.organisation)
        if party.best.organisation
        else "",
    ]
    return SafeString(" ".join(part for part in parts if part))


def _nameless(party: Party) -> SafeString:
    if party.name:
        pattern = '<span class="told-name" title="{}">{}</span>'
        return format_html(pattern, _("As the phone told it"), party.name)
    return _span("text-secondary", party.title if party.is_nobody else _("Unknown"))


def _name(best: Record) -> SafeString:
    icon = icon_or_nothing(best.icon, 18)
    if not best.url:
        return format_html('<span class="name">{}{}</span>', icon, best.title)
    return format_html(
        '<a class="name" href="{}" title="{}">{}{}</a>',
        best.url,
        best.type_label,
        icon,
        best.title,
    )


def _guess() -> SafeString:
    return format_html(
        '<span class="guess" title="{}">≈'
        '<span class="visually-hidden">{}</span></span>',
        _("Only the company is known, by the beginning of the number."),
        _("probably"),
    )


def _others(count: int) -> SafeString:
    told = ngettext(
        "%(count)s more has this number", "%(count)s more have this number", count
    )
    pattern = '<span class="others" title="{}">+{}</span>'
    return format_html(pattern, told % {"count": count}, count)


def _span(css: str, text: str) -> SafeString:
    return format_html('<span class="{}">{}</span>', css, text)


@lru_cache(KEPT)
def _look(icon: str, title: str, word: str, is_running: bool) -> SafeString:
    return format_html(
        '<span class="call-icon{}">{}</span>'
        '<span class="visually-hidden">{}:</span> {}',
        " is-running" if is_running else "",
        icon_or_nothing(icon, 20),
        title,
        word,
    )


@lru_cache(KEPT)
def _outcome(tone: str, title: str) -> SafeString:
    pattern = '<span class="call-outcome is-{}" title="{}">{}</span>'
    return format_html(pattern, tone, title, title)


@lru_cache(KEPT)
def _region(code: str) -> SafeString:
    return _span("call-region", code)
