"""Figures in templates."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from crmplus import words
from pbxmanager.statistics.lines import Cell, Line
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


# Cells by the hundred are written here: as templates they would take most of a page's
# time.
@register.simple_tag
def figure_cells(line: Line) -> SafeString:
    """The cells of a line's figures behind its calls."""
    one = line.tally
    told = (
        drill(one.answered, line.answered_url),
        drill(one.missed, line.missed_url),
        percent(one.rate),
        drill(one.back, line.back_url),
        words.clock(one.wait),
        words.clock(one.talk),
    )
    return format_html_join("", '<td class="num">{}</td>', ((cell,) for cell in told))


@register.simple_tag
def heat_cells(cells: Sequence[Cell]) -> SafeString:
    """The hours of a weekday, each the darker the more calls it has."""
    none = format_html('<span class="visually-hidden">{}</span>', 0)
    told = (
        (one.shade, one.title, drill(one.calls, one.url) if one.calls else none)
        for one in cells
    )
    return format_html_join("", '<td class="heat-{}" title="{}">{}</td>', told)
