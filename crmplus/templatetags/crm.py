"""Tags that every template has without loading them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.template import Context, loader
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crmplus import toasts, words
from crmplus.formfields import styled
from crmplus.hooks import PageFragment
from crmplus.icons import icon_or_nothing

register = template.Library()
E164 = re.compile(r"\+[1-9][0-9]{2,14}")
INTERNAL = re.compile(r"[0-9*#]{2,8}")
# Parameters that say where in a list one is: another filter starts it anew.
PLACES = ("before", "after", "page")


@register.simple_tag
def icon(name: str, size: int = 20, css: str = "") -> SafeString:
    """``{% icon "phone" %}``: an icon of ``size`` pixels in the text's colour."""
    return icon_or_nothing(name, size, css)


@register.simple_tag
def phone(value: str | None, e164: str | None = "") -> str:
    """``{% phone value e164 %}``: a number as a click-to-dial link.

    ``value`` is the number as it was written, ``e164`` its E.164 form ("+49…"), if
    it has one. An internal number is a link too; any other text stays a text.
    """
    text, number = (value or "").strip(), e164 or ""
    if E164.fullmatch(number):
        return _dial_link(number, _pretty(number))
    if INTERNAL.fullmatch(text):
        return _dial_link(text, text)
    return format_html('<span class="phone">{}</span>', text) if text else ""


@lru_cache(4_096)
def _dial_link(number: str, shown: str) -> str:
    # RFC 3966 reserves "#": a feature code such as *21# must not end the address.
    return format_html(
        '<a class="phone" href="tel:{}" data-dial="{}">{}</a>',
        number.replace("#", "%23"),
        number,
        shown,
    )


def _pretty(e164: str) -> str:
    from crmplus.phonebook.display import pretty  # the phonebook may be left out

    return pretty(e164)


@register.simple_tag
def ago(at: datetime | None) -> str:
    """``{% ago call.started_at %}``: how long ago, with the exact time on hover."""
    if at is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        words.exact(at),
        words.relative(at, timezone.now()),
    )


@register.simple_tag
def duration(seconds: float | None) -> str:
    """``{% duration call.duration %}``: seconds as "3:10"; a dash for none."""
    return words.clock(seconds)


@register.simple_tag(takes_context=True)
def without(context: Context, names: str | Sequence[str]) -> str:
    """``{% without "status" %}``: this page's query without a parameter (or several).

    The place in the list goes too. For *setting* parameters Django has
    ``{% querystring status="missed" before=None %}``.
    """
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    unwanted = [names] if isinstance(names, str) else names
    for name in (*unwanted, *PLACES):
        query.pop(name, None)
    return f"?{query.urlencode()}" if query else request.path


@register.simple_tag(takes_context=True)
def hidden_query(context: Context, *but: str) -> SafeString:
    """``{% hidden_query "q" %}``: hidden fields that keep the other parameters."""
    request: HttpRequest = context["request"]
    fields = (
        format_html('<input type="hidden" name="{}" value="{}">', name, value)
        for name, values in request.GET.lists()
        if name not in (*but, *PLACES)
        for value in values
    )
    return SafeString("".join(fields))


@register.simple_tag
def field(bound: BoundField, css: str = "") -> str:
    """``{% field form.email %}``: label, widget, help and errors of a form's field."""
    return loader.get_template("crmplus/includes/field.html").render(
        {"field": styled(bound), "css": css, "kind": bound.widget_type}
    )


@register.simple_tag(takes_context=True)
def fragment(context: Context, hook: PageFragment) -> str:
    """A ``PageFragment`` with its own context."""
    request: HttpRequest = context["request"]
    values: dict[str, Any] = hook.context(request) if hook.context else {}
    return loader.get_template(hook.template).render(values, request)


@register.filter
def undo_url(message: Any) -> str:
    """The address whose POST undoes what a message reports, "" for none."""
    return toasts.undo_url(message)


@register.filter
def initials(person: Any) -> str:
    """Up to two letters that stand for a person."""
    parts = str(person).split()
    return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper()
