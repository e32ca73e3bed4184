"""Findings and their tables, as the health page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django import template

from crmplus.administration import health_text
from crmplus.hooks import FindingTable, Level

register = template.Library()
ICONS = {
    Level.OK: "circle-check",
    Level.INFO: "info-circle",
    Level.WARNING: "alert-triangle",
    Level.ERROR: "alert-circle",
}
TONES = {
    Level.OK: "is-talk",
    Level.INFO: "is-done",
    Level.WARNING: "is-ringing",
    Level.ERROR: "is-missed",
}


@dataclass(frozen=True)
class Column:
    """A column's name, and whether it holds numbers."""

    label: str
    is_number: bool


@register.filter
def level_icon(level: Level) -> str:
    """The icon of a level."""
    return ICONS[level]


@register.filter
def level_tone(level: Level) -> str:
    """The class that colours a level."""
    return TONES[level]


@register.filter
def level_word(level: Level) -> str:
    """A level in a word."""
    return str(health_text.LEVELS[level])


@register.filter
def columns(table: FindingTable) -> list[Column]:
    """The columns of a table."""
    cells = zip(*(row.cells for row in table.rows), strict=True)
    return [
        Column(str(label), any(isinstance(cell, int) for cell in column))
        for label, column in zip(table.columns, cells, strict=True)
    ]


@register.filter
def is_time(cell: object) -> bool:
    """Whether a cell holds a time."""
    return isinstance(cell, datetime)


@register.filter
def is_number(cell: object) -> bool:
    """Whether a cell holds a number."""
    return isinstance(cell, int)


@register.filter
def left_out(table: FindingTable) -> str:
    """How many rows a table does not show."""
    return health_text.left_out(table)
