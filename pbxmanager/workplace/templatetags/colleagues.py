"""Tags of the lists of colleagues.

A list has hundreds of lines, which are the same from one page to the next: what stands
in each is put together here, and kept.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from urllib.parse import quote

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crmplus import words
from crmplus.icons import icon_or_nothing
from pbxmanager.workplace.people import Colleague

register = template.Library()
KEPT: Final = 4_096


@register.simple_tag
def presence(one: Colleague) -> SafeString:
    """``{% presence one %}``: what a colleague does just now, and for how long."""
    look = one.look
    state = _state(look.tone, look.icon, str(one.word), one.shown.is_late)
    if one.since is None:
        return state
    return state + format_html(
        ' <time class="presence-since" datetime="{}">{}</time>',
        one.since.isoformat(),
        words.clock(one.seconds),
    )


@register.simple_tag
def reach(one: Colleague) -> SafeString:
    """``{% reach one %}``: buttons that call a colleague and write to them."""
    labels = one.labels
    return _reach(one.number, one.user.email, labels["call"], labels["mail"])


@lru_cache(KEPT)
def _state(tone: str, icon: str, word: str, is_late: bool) -> SafeString:
    return format_html(
        '<span class="presence is-{}{}"><span class="presence-mark">{}</span>'
        '<span class="presence-word">{}</span></span>',
        tone,
        " is-late" if is_late else "",
        icon_or_nothing(icon, 14),
        word,
    )


@lru_cache(KEPT)
def _reach(number: str, email: str, call: str, mail: str) -> SafeString:
    found = SafeString("")
    if number:
        found += format_html(
            '<a class="btn-action" href="tel:{}" data-dial="{}" title="{}" '
            'aria-label="{}">{}</a>',
            quote(number, safe=""),
            number,
            call,
            call,
            icon_or_nothing("phone", 18),
        )
    if email:
        found += format_html(
            '<a class="btn-action" href="mailto:{}" title="{}" aria-label="{}">{}</a>',
            quote(email, safe="@+"),
            mail,
            mail,
            icon_or_nothing("mail", 18),
        )
    return found
