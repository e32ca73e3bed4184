"""Reads the first sheet of an XLSX file into CSV, in a process of its own. No Django.

``python -m crmplus.exchange.workbook FILE TABLE ROWS``. A file may be made to fill the
memory (a "zip bomb") or to break the library: the process has bounds, gives back what
it took, and takes nobody along.
"""

from __future__ import annotations

import csv
import math
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

MEMORY = 2 * 1024**3  # bytes of address space; 200,000 rows of 20 columns take 0.4 GB
SECONDS = 120
# A text is in the file once and in the table in each of its cells.
LARGEST = 512 * 1024**2  # bytes of the table
# How the process ends where it cannot read the file; what Python ends with is 1.
LOCKED, TOO_LONG, UNREADABLE = 3, 4, 5
WIDEST = 200


class WorkbookError(Exception):
    """Why a workbook can't be read: one of the codes above."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def convert(file: Path, table: Path, rows: int) -> None:
    """Write the first sheet as CSV: each row begins with its number, from 1.

    Raises WorkbookError, also for more than so many rows.
    """
    command = [sys.executable, "-m", __name__, str(file), str(table), str(rows)]
    root = Path(__file__).resolve().parents[2]
    try:
        done = subprocess.run(  # noqa: S603  (ourselves, without a shell)
            command, cwd=root, timeout=2 * SECONDS, check=False, capture_output=True
        )
    except subprocess.TimeoutExpired:
        raise WorkbookError(UNREADABLE) from None
    if done.returncode:
        known = done.returncode in (LOCKED, TOO_LONG)
        raise WorkbookError(done.returncode if known else UNREADABLE)


def bound() -> None:
    """Keep this process from taking more memory, time or disk than a workbook needs."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))


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


def cells(file: Path) -> Iterator[list[str]]:
    """The rows of the first sheet that is to be seen."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    book = CalamineWorkbook.from_path(str(file))
    seen = [
        number
        for number, sheet in enumerate(book.sheets_metadata)
        if sheet.visible == SheetVisibleEnum.Visible
    ]
    sheet = book.get_sheet_by_index(seen[0] if seen else 0)
    for row in sheet.iter_rows() if sheet.height else ():
        yield [text_of(cell) for cell in row[:WIDEST]]


def write(file: Path, table: Path, rows: int) -> None:
    """What the process does. Raises WorkbookError and what the library raises."""
    with table.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        for number, row in enumerate(cells(file), start=1):
            if number > rows + 1:
                raise WorkbookError(TOO_LONG)
            if any(text.strip() for text in row):
                writer.writerow([number, *row])


def main(file: str, table: str, rows: str) -> int:
    """Ends with a code that says what is wrong."""
    from python_calamine import PasswordError

    bound()
    try:
        write(Path(file), Path(table), int(rows))
    except WorkbookError as error:
        return error.code
    except PasswordError:
        return LOCKED
    # The library panics on what is broken, and memory may run out.
    except BaseException:  # noqa: BLE001
        return UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
