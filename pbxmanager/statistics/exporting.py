"""Figures as files: a workbook with a sheet per table, or one table as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO, StringIO
from typing import Final

from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from pbxmanager.statistics.lines import Line, Table
from pbxmanager.statistics.report import Report

Value = str | int | float | None
# A spreadsheet would take what begins so for a formula.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
WIDTHS: Final = (28, 14)


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula, without control characters."""
    clean = "".join(one for one in text if one.isprintable() or one == "\t").strip("\t")
    return f"'{clean}" if clean.startswith(FORMULA) else clean


def head(table: Table) -> list[str]:
    """The titles of a table's columns; times are in seconds."""
    return [
        table.column,
        _("Calls"),
        _("Answered"),
        _("Missed"),
        _("Answer rate"),
        _("Wait until answered, average (s)"),
        _("Wait until given up, average (s)"),
        _("Longest wait (s)"),
        _("Talk (s)"),
        _("Talk, average (s)"),
        _("Called back"),
    ]


def values(line: Line) -> list[Value]:
    """A line's figures under those titles; a rate is from 0 to 1."""
    one = line.tally
    return [
        plain(line.label),
        one.calls,
        one.answered,
        one.missed,
        _rounded(one.rate, 4),
        _rounded(one.wait, 1),
        _rounded(one.vain_wait, 1),
        one.longest,
        one.talk,
        _rounded(one.talk_average, 1),
        one.back,
    ]


def _rounded(number: float | None, places: int) -> float | None:
    return None if number is None else round(number, places)


def as_csv(table: Table) -> str:
    """A table as CSV, with a mark at its beginning that Excel knows UTF-8 by."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(head(table))
    writer.writerows(map(values, table.lines))
    return f"\ufeff{text.getvalue()}"


def as_workbook(report: Report, at: datetime) -> bytes:
    """All tables as an Excel file; ``at`` is the time that it tells as its own."""
    file = BytesIO()
    # A text stays a text, whatever it begins with.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with Workbook(file, options) as book:
        book.set_properties({"created": at.replace(tzinfo=None)})
        bold = book.add_format({"bold": True})
        summary = Table(
            "summary", _("Summary"), report.question.days.words(), [report.total]
        )
        for table in (summary, *report.tables.values()):
            _write(book, table.title, [head(table), *map(values, table.lines)], bold)
        _write(book, _("Busiest hours"), list(_heat(report)), bold)
    return file.getvalue()


def _write(
    book: Workbook, title: str, rows: Sequence[Sequence[Value]], bold: object
) -> None:
    sheet = book.add_worksheet(_title(title))
    sheet.set_column(0, 0, WIDTHS[0])
    sheet.set_column(1, len(rows[0]) - 1, WIDTHS[1])
    sheet.set_row(0, None, bold)
    sheet.freeze_panes(1, 1)
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)


def _heat(report: Report) -> Iterator[Sequence[Value]]:
    heat = report.heat
    yield [_("Weekday"), *(f"{hour}:00" for hour in heat.hours)]
    for weekday, cells in heat.lines:
        yield [weekday, *(cell.calls for cell in cells)]


def _title(text: str) -> str:
    """A text as the title of a sheet: Excel takes 31 characters, and not all."""
    return "".join(one for one in text if one not in "[]:*?/\\")[:31]
