"""From the file that somebody sent to a table: rows of texts, numbered as there."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from crmplus.exchange import workbook
from crmplus.exchange.sniffing import (
    OLD_OFFICE,
    SEPARATOR,
    ZIP,
    beginning_of,
    codec_of,
    delimiter_of,
    encoding_of,
    other_kind,
)
from crmplus.exchange.workbook import (
    LOCKED,
    LONGEST,
    MOST,
    TOO_LARGE,
    TOO_LONG,
    WIDEST,
    Bounds,
    WorkbookError,
)
from crmplus.spreadsheets import plain

MOST_BYTES = 50 * 1024**2
MOST_ROWS = 200_000
HEAD_LENGTH = 200
# A cell of a file may be as long as the file; it is cut only afterwards.
csv.field_size_limit(MOST_BYTES)


class UnreadableError(Exception):
    """Why a file can't be imported, in a sentence that says what to do."""


class TooLargeError(UnreadableError):
    """A workbook that takes more than it may."""


@dataclass(frozen=True)
class Row:
    """A row of a table: its number in the file, from 1, and its cells."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """What a file turned out to be; both "" for a workbook."""

    columns: list[str]
    rows: int
    encoding: str
    delimiter: str


def read_file(
    original: Path,
    table: Path,
    encoding: str = "",
    delimiter: str = "",
    bounds: Bounds = MOST,
) -> Table:
    """Write the rows of a file into a table, as the file tells or as it is asked for.

    ``bounds`` say what a workbook may take. Raises UnreadableError.
    """
    beginning = beginning_of(original)
    if not beginning.strip(b"\x00\xff\xfe\xef\xbb\xbf \r\n\t"):
        raise UnreadableError(_("The file is empty. Choose another one."))
    _refuse_others(beginning)
    if beginning.startswith(ZIP):
        _from_workbook(original, table, bounds)
        return _described(table, "", "")
    encoding = encoding or encoding_of(beginning)
    codec = codec_of(encoding, beginning)
    text = beginning.decode(codec, errors="replace")
    delimiter = delimiter or delimiter_of(text)
    _from_text(original, table, codec, delimiter)
    return _described(table, encoding, delimiter)


def rows(table: Path) -> Iterator[Row]:
    """The rows of a table below its head."""
    return islice(_all_rows(table), 1, None)


def _all_rows(table: Path) -> Iterator[Row]:
    with table.open(encoding="utf-8", newline="") as file:
        for number, *cells in csv.reader(file):
            yield Row(int(number), cells)


def _refuse_others(beginning: bytes) -> None:
    if beginning.startswith(OLD_OFFICE):
        raise UnreadableError(
            _(
                "This is an old Excel file, or one with a password. Save it in Excel "
                "as XLSX without a password, or as CSV."
            )
        )
    if name := other_kind(beginning):
        raise UnreadableError(
            _("This is a %(kind)s file and no table. Choose a CSV or XLSX file.")
            % {"kind": name}
        )


def _from_workbook(original: Path, table: Path, bounds: Bounds) -> None:
    try:
        workbook.convert(original, table, MOST_ROWS, bounds)
    except WorkbookError as error:
        if error.code == TOO_LONG:
            raise too_many_rows() from None
        if error.code == TOO_LARGE:
            raise TooLargeError(
                _(
                    "This Excel file holds more than can be read at once. Save the "
                    "sheet as CSV, or split it into smaller files."
                )
            ) from None
        if error.code == LOCKED:
            raise UnreadableError(
                _("The file has a password. Save it without one and try again.")
            ) from None
        raise UnreadableError(
            _(
                "This is no Excel file that can be read. Open it in Excel and save it "
                "as XLSX or CSV."
            )
        ) from None


def too_many_rows() -> UnreadableError:
    """The file has more rows than can be imported at once."""
    most = number_format(MOST_ROWS, force_grouping=True)
    text = _("The file has more than %(most)s rows. Split it into smaller ones.")
    return UnreadableError(text % {"most": most})


def _from_text(original: Path, table: Path, codec: str, delimiter: str) -> None:
    with (
        original.open(encoding=codec, errors="replace", newline="") as source,
        table.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out)
        try:
            for row in _text_rows(source, delimiter):
                writer.writerow([row.number, *row.cells])
        except csv.Error:
            raise UnreadableError(
                _("This is no CSV file that can be read. Save it as CSV or XLSX.")
            ) from None


def _text_rows(source: Iterable[str], delimiter: str) -> Iterator[Row]:
    lines = iter(source)
    first = next(lines, "")
    if not SEPARATOR.fullmatch(first):
        lines = _with_first(first, lines)
    for number, cells in enumerate(csv.reader(lines, delimiter=delimiter), start=1):
        if number > MOST_ROWS + 1:
            raise too_many_rows()
        if any(cell.strip() for cell in cells):
            yield Row(number, [_clean(cell) for cell in cells[:WIDEST]])


def _with_first(first: str, others: Iterator[str]) -> Iterator[str]:
    yield first
    yield from others


def _clean(cell: str) -> str:
    return plain(cell.replace("\x00", "")[:LONGEST])


def _described(table: Path, encoding: str, delimiter: str) -> Table:
    found = _all_rows(table)
    head = next(found, None)
    if head is None:
        raise UnreadableError(_("The file is empty. Choose another one."))
    columns = [cell.strip()[:HEAD_LENGTH] for cell in head.cells]
    while columns and not columns[-1]:
        columns.pop()
    count = sum(1 for _row in found)
    if not count:
        raise UnreadableError(
            _(
                "The file has one row only. The first row names the columns, the "
                "entries stand below it."
            )
        )
    return Table(columns, count, encoding, delimiter)
