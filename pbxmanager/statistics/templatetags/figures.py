"""Figures in templates."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crmplus import words
from pbxmanager.statistics.tiles import count, percent

register = template.Library()
register.filter("percent", percent)
register.filter("thousands", count)


@register.filter
def clock(seconds: float | None) -> str:
    """Seconds as "3:10"; a dash for none."""
    return words.clock(seconds)


@register.simple_tag
def drill(number: int, url: str) -> str | SafeString:
    """A number, as a link to its calls where they may be shown."""
    text = count(number)
    return format_html('<a href="{}">{}</a>', url, text) if url and number else text
