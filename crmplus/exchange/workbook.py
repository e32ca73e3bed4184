"""Reads the first sheet of an XLSX file into CSV, in a process of its own. No Django.

``python -m crmplus.exchange.workbook FILE TABLE ROWS`` and the four of ``Bounds``. A
file may be made to fill the memory (a "zip bomb") or to break the library: it is first
unpacked and counted, and the process has bounds, gives back what it took, and takes
nobody along.
"""

from __future__ import annotations

import csv
import errno
import math
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

from crmplus.exchange.unpacking import unpacked_size


class Bounds(NamedTuple):
    """What a workbook may take: bytes unpacked, in memory, of the table; seconds."""

    unpacked: int
    memory: int
    table: int
    seconds: int


MB = 1024**2
# 200,000 rows of 20 columns unpack to 170 MB and take 0.4 GB of memory. A text is in
# the file once and in the table in each of its cells.
MOST = Bounds(512 * MB, 2048 * MB, 512 * MB, 120)
# While somebody waits for the page.
QUICK = Bounds(16 * MB, 512 * MB, 32 * MB, 5)
# Between the first and the last one, the empty ones too: the library makes them all.
MOST_CELLS = 20_000_000
# How the process ends where it cannot read the file; what Python ends with is 1.
LOCKED, TOO_LONG, UNREADABLE, TOO_LARGE = 3, 4, 5, 6
# Rust aborts where memory is short; the others end what runs over its bounds.
ENDED = (-signal.SIGABRT, -signal.SIGXCPU, -signal.SIGKILL)
WIDEST = 200
LONGEST = 32_767  # characters of a cell


class WorkbookError(Exception):
    """Why a workbook can't be read: one of the codes above."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def convert(file: Path, table: Path, rows: int, bounds: Bounds = MOST) -> None:
    """Write the first sheet as CSV: each row begins with its number, from 1.

    Raises WorkbookError, also for more than so many rows.
    """
    asked = [str(each) for each in (file, table, rows, *bounds)]
    command = [sys.executable, "-m", __name__, *asked]
    root = Path(__file__).resolve().parents[2]
    try:
        done = subprocess.run(  # noqa: S603  (ourselves, without a shell)
            command,
            cwd=root,
            timeout=2 * bounds.seconds,
            check=False,
            capture_output=True,
        )
    except subprocess.TimeoutExpired:
        raise WorkbookError(TOO_LARGE) from None
    if done.returncode in ENDED:
        raise WorkbookError(TOO_LARGE)
    if done.returncode:
        known = done.returncode in (LOCKED, TOO_LONG, TOO_LARGE)
        raise WorkbookError(done.returncode if known else UNREADABLE)


def bound(bounds: Bounds) -> None:
    """Keep this process from taking more memory, time or disk than a workbook needs."""
    resource.setrlimit(resource.RLIMIT_AS, (bounds.memory,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (bounds.seconds,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bounds.table,) * 2)


def text_of(cell: Any) -> str:
    """A cell as a person reads it: 4930123.0 is "4930123", a day has no clock."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        whole = math.isfinite(cell) and cell.is_integer() and abs(cell) < 1e15
        return str(int(cell)) if whole else repr(cell)
    if isinstance(cell, datetime):
        day_only = cell.time() == time.min
        return cell.date().isoformat() if day_only else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def cells(file: Path, rows: int) -> Iterator[list[str]]:
    """The rows of the first sheet that is to be seen. Raises WorkbookError."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    book = CalamineWorkbook.from_path(str(file))
    seen = [
        number
        for number, sheet in enumerate(book.sheets_metadata)
        if sheet.visible == SheetVisibleEnum.Visible
    ]
    sheet = book.get_sheet_by_index(seen[0] if seen else 0)
    if sheet.height > rows + 1:
        raise WorkbookError(TOO_LONG)
    if sheet.height * sheet.width > MOST_CELLS:
        raise WorkbookError(TOO_LARGE)
    for row in sheet.iter_rows() if sheet.height else ():
        yield [text_of(cell)[:LONGEST] for cell in row[:WIDEST]]


def write(file: Path, table: Path, rows: int, unpacked: int) -> None:
    """What the process does. Raises WorkbookError and what the library raises."""
    if unpacked_size(file, unpacked) > unpacked:
        raise WorkbookError(TOO_LARGE)
    with table.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        for number, row in enumerate(cells(file, rows), start=1):
            if number > rows + 1:
                raise WorkbookError(TOO_LONG)
            if any(text.strip() for text in row):
                writer.writerow([number, *row])


def main(file: str, table: str, rows: str, *asked: str) -> int:
    """Ends with a code that says what is wrong."""
    bounds = Bounds(*map(int, asked))
    bound(bounds)
    try:
        write(Path(file), Path(table), int(rows), bounds.unpacked)
    # The library panics on what is broken, and memory may run out.
    except BaseException as error:  # noqa: BLE001
        return code_of(error)
    return 0


def code_of(error: BaseException) -> int:
    """What a process ends with that an error stopped."""
    from python_calamine import PasswordError

    if isinstance(error, WorkbookError):
        return error.code
    full = isinstance(error, OSError) and error.errno == errno.EFBIG
    if full or isinstance(error, MemoryError):
        return TOO_LARGE
    return LOCKED if isinstance(error, PasswordError) else UNREADABLE


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
