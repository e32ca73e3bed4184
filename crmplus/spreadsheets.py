"""Tables as files for other programs: CSV (RFC 4180) and XLSX, row by row.

Text stays text. In CSV a text that a spreadsheet would take for a formula begins with
an apostrophe (OWASP, "CSV Injection"); ``plain`` takes it off again. A phone number is
no formula: other programs need it as it is. In XLSX each text is a text cell, marked
so that it stays one when somebody edits it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol, Self

import xlsxwriter
from django.utils import timezone

Cell = str | int | float | datetime | date | None
LONGEST = 32_767  # characters of an XLSX cell (ECMA-376, Excel's limit)
MOST_ROWS = 1_048_576  # of an XLSX sheet, the head among them
# The characters that OWASP names, the full-width forms included; behind apostrophes
# too, so that taking one off gives exactly what it was put on.
FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
PHONE = re.compile(r"\+[0-9][0-9 ()/.-]*")
# What XML 1.0 can't hold and no program shows.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def safe(text: str) -> str:
    """A text for CSV that no spreadsheet takes for a formula."""
    if FORMULA.match(text) and not PHONE.fullmatch(text):
        return f"'{text}"
    return text


def plain(text: str) -> str:
    """What ``safe`` was given."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def local(at: datetime) -> datetime:
    """A time as a clock in the active zone shows it: files know no zones."""
    return timezone.localtime(at).replace(tzinfo=None, microsecond=0)


class TableWriter(Protocol):
    """Writes a table to a file; used as a context manager."""

    def row(self, cells: Sequence[Cell]) -> None:
        """Add a row."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class CsvWriter:
    """CSV in UTF-8 with a byte order mark, separated by semicolons.

    So Excel opens it in columns where a comma is the decimal sign, and with umlauts.
    """

    def __init__(self, path: Path) -> None:
        self._file: IO[str] = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file, delimiter=";")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def row(self, cells: Sequence[Cell]) -> None:
        """Add a row."""
        self._writer.writerow([_text(cell) for cell in cells])


class XlsxWriter:
    """XLSX, its head fixed; keeps one row in memory.

    What does not fit into a sheet goes on in the next one, under the same head.
    """

    def __init__(self, path: Path, title: str = "", widths: Iterable[int] = ()) -> None:
        self._book: Any = xlsxwriter.Workbook(str(path), {"constant_memory": True})
        self._text = self._book.add_format({"num_format": "@", "quote_prefix": True})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._head = self._book.add_format({"bold": True})
        self._title, self._widths = title, list(widths)
        self._heads: Sequence[Cell] = ()
        self._sheets = 0
        self._begin_sheet()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._book.close()

    def row(self, cells: Sequence[Cell]) -> None:
        """Add a row; the first one is the head."""
        if self._number == MOST_ROWS:
            self._begin_sheet()
            self.row(self._heads)
        elif self._number == 0:
            self._heads = list(cells)
        for column, cell in enumerate(cells):
            self._write(self._number, column, cell)
        self._number += 1

    def _begin_sheet(self) -> None:
        self._sheets += 1
        more = f" {self._sheets}" if self._sheets > 1 else ""
        self._sheet: Any = self._book.add_worksheet(_sheet_name(self._title, more))
        self._sheet.freeze_panes(1, 0)
        for column, width in enumerate(self._widths):
            self._sheet.set_column(column, column, width)
        self._number = 0

    def _write(self, row: int, column: int, cell: Cell) -> None:
        if isinstance(cell, str):
            look = self._head if row == 0 else self._look_of(cell)
            if cell:
                text = UNSEEN.sub("", cell)[:LONGEST]
                self._sheet.write_string(row, column, text, look)
        elif isinstance(cell, datetime):
            self._sheet.write_datetime(row, column, local(cell), self._time)
        elif isinstance(cell, date):
            self._sheet.write_datetime(row, column, cell, self._day)
        elif cell is not None:
            self._sheet.write_number(row, column, cell)

    def _look_of(self, text: str) -> Any:
        return self._text if FORMULA.match(text) or text[:1].isdigit() else None


def writer(path: Path, form: str, title: str = "") -> TableWriter:
    """The writer of a form of file, "csv" or "xlsx"."""
    return XlsxWriter(path, title) if form == "xlsx" else CsvWriter(path)


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return local(cell).isoformat(sep=" ")
    if isinstance(cell, str):
        return safe(cell.replace("\x00", ""))
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _sheet_name(title: str, more: str = "") -> str:
    # Excel takes 31 characters at most, and none of these.
    plain_title = re.sub(r"[\[\]:*?/\\']", " ", title)
    return (plain_title[: 31 - len(more)].strip() or "CRM+") + more
