"""The health page as plain text, for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from crmplus import words
from crmplus.administration.health import Checked, Examination
from crmplus.conf import env
from crmplus.hooks import Finding, FindingTable, Level

WIDEST = 60
LEVELS = {
    Level.OK: gettext_lazy("OK"),
    Level.INFO: pgettext_lazy("health", "Note"),
    Level.WARNING: gettext_lazy("Warning"),
    Level.ERROR: gettext_lazy("Error"),
}


def lines(found: Examination) -> Iterator[str]:
    """All findings: first a summary, then what needs attention, then the rest."""
    yield f"CRM+  {words.exact(found.at)}"
    yield f"{found.summary}."
    troubled = found.troubled
    for one in troubled:
        yield from _check(one)
    for one in found.checked:
        if one not in troubled:
            yield from _check(one)


def _check(one: Checked) -> Iterator[str]:
    yield ""
    yield str(one.hook.label)
    width = max(len(str(label)) for label in LEVELS.values())
    for finding in one.findings:
        yield from _finding(finding, width)


def _finding(finding: Finding, width: int) -> Iterator[str]:
    label = str(LEVELS[finding.level]).ljust(width)
    indent = " " * (width + 4)
    yield f"  {label}  {plain(finding.text)}"
    if finding.remedy:
        yield indent + plain(finding.remedy)
    if finding.url:
        yield f"{indent}{env.base_url}{finding.url}"
    if finding.table:
        for line in _table(finding.table):
            yield f"{indent}  {line}".rstrip()


def _table(table: FindingTable) -> Iterator[str]:
    rows = [_broken([str(column) for column in table.columns])]
    rows += [_broken([cell_text(cell) for cell in row.cells]) for row in table.rows]
    found = [line for row in rows for line in row]
    widths = [max(map(len, column)) for column in zip(*found, strict=True)]
    for line in found:
        cells = zip(line, widths, strict=True)
        yield "  ".join(cell.ljust(width) for cell, width in cells)
    if table.left_out:
        yield left_out(table)


def _broken(cells: Sequence[str]) -> list[Sequence[str]]:
    """A row as the lines it takes where long cells are broken."""
    parts = [textwrap.wrap(cell, WIDEST) or [""] for cell in cells]
    return list(zip_longest(*parts, fillvalue=""))


def left_out(table: FindingTable) -> str:
    """How many rows a table does not show."""
    text = ngettext("and %(count)d more", "and %(count)d more", table.left_out)
    return text % {"count": table.left_out}


def cell_text(cell: str | int | datetime | None) -> str:
    """A cell of a table as a text."""
    if cell is None:
        return _("never")
    return words.exact(cell) if isinstance(cell, datetime) else plain(str(cell))


def plain(text: str) -> str:
    """A text without what would move the cursor or reorder the line."""
    spaced = text.replace("\N{NO-BREAK SPACE}", " ")
    return "".join(letter if letter.isprintable() else "?" for letter in spaced)
