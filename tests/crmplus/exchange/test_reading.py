"""Files as people send them: encodings, separators, workbooks, and what is no table."""

from __future__ import annotations

import io
import os
import time
import zipfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from crmplus.exchange import reading, workbook
from crmplus.exchange.reading import (
    TooLargeError,
    UnreadableError,
    read_file,
    rows,
)
from crmplus.exchange.sniffing import BEGINNING, delimiter_of, encoding_of
from crmplus.exchange.unpacking import unpacked_size

TEXT = "Vorname;Straße;Ort\nJörg;Löwenweg 1;Köln\n"


def read(folder: Path, data: bytes, *how: str) -> tuple[reading.Table, list[list[str]]]:
    original, table = folder / "original", folder / "table.csv"
    original.write_bytes(data)
    found = read_file(original, table, *how)
    return found, [[str(row.number), *row.cells] for row in rows(table)]


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("cp1252", "cp1252"),
    ],
)
def test_encodings_are_recognised(tmp_path: Path, codec: str, encoding: str) -> None:
    table, found = read(tmp_path, TEXT.encode(codec))

    assert table == reading.Table(["Vorname", "Straße", "Ort"], 1, encoding, ";")
    assert found == [["2", "Jörg", "Löwenweg 1", "Köln"]]


def test_polish_letters_of_old_windows_are_recognised() -> None:
    assert encoding_of("Imię;Miasto\nŁukasz;Wałbrzych\n".encode("cp1250")) == "cp1250"


def test_a_letter_cut_in_the_middle_is_no_fault() -> None:
    data = ("x" + "ä" * 200_000).encode()[:BEGINNING]

    assert encoding_of(data) == "utf-8"


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_separators_are_recognised(delimiter: str) -> None:
    lines = ["Name", "Phone", "Note"], ["Berg", "030", '"a, b; c"']
    text = "".join(delimiter.join(line) + "\n" for line in lines)

    assert delimiter_of(text) == delimiter


def test_excels_own_line_names_the_separator(tmp_path: Path) -> None:
    table, found = read(tmp_path, b"sep=|\r\nName|Phone\r\nBerg|1\r\n")

    assert table.columns == ["Name", "Phone"]
    assert found == [["2", "Berg", "1"]]


@pytest.mark.parametrize("separator", ["\x00", '"', "\r", "x"])
def test_what_separates_nothing_is_no_separator(tmp_path: Path, separator: str) -> None:
    data = f"sep={separator}\nName;Phone\nBerg;030\n".encode()

    table, _found = read(tmp_path, data)

    assert table.delimiter == ";"


def test_a_single_column_is_a_table_too(tmp_path: Path) -> None:
    assert read(tmp_path, b"Name\nBerg\nNowak\n")[1] == [["2", "Berg"], ["3", "Nowak"]]


def test_quotes_line_breaks_nul_and_empty_rows(tmp_path: Path) -> None:
    data = b'Name;Note\r\n"Be""rg";"one\r\ntwo"\r\n;\r\nNo\x00wak;x\r\n'

    assert read(tmp_path, data)[1] == [
        ["2", 'Be"rg', "one\r\ntwo"],
        ["4", "Nowak", "x"],
    ]


def test_one_can_read_it_otherwise(tmp_path: Path) -> None:
    table, found = read(tmp_path, "Name;Ort\nBerg;Łódź\n".encode("cp1250"), "cp1250")

    assert table.encoding == "cp1250"
    assert found == [["2", "Berg", "Łódź"]]


def book(*lines: list[Any], above: int = 0) -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as made:
        sheet = made.add_worksheet()
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        for number, line in enumerate(lines, start=above):
            for column, cell in enumerate(line):
                if isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, day)
                else:
                    sheet.write(number, column, cell)
    return data.getvalue()


def test_workbooks_are_read_as_people_see_them(tmp_path: Path) -> None:
    data = book(
        ["Name", "Phone", "Share", "Since", "Yes"],
        ["Berg", 493012345678, 1.5, date(2026, 1, 2), True],
        [],
        ["", "007"],
    )

    table, found = read(tmp_path, data)

    assert table == reading.Table(["Name", "Phone", "Share", "Since", "Yes"], 2, "", "")
    assert found == [
        ["2", "Berg", "493012345678", "1.5", "2026-01-02", "TRUE"],
        ["4", "", "007", "", "", ""],
    ]


def test_empty_rows_above_the_head_are_passed_over(tmp_path: Path) -> None:
    table, found = read(tmp_path, book(["Name"], ["Berg"], above=3))

    assert table.columns == ["Name"]
    assert [cells for _number, *cells in found] == [["Berg"]]


def other_zip() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        made.writestr("word/document.xml", "<x/>")
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "empty"),
        (b"Name;Phone\r\n", "one row only"),
        (b"%PDF-1.7 ...", "PDF file"),
        (b"\x89PNG\r\n\x1a\n", "PNG file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel file"),
        (b"PK\x03\x04 broken", "no Excel file"),
        (other_zip(), "no Excel file"),
        (book(), "empty"),
        (book(["Name"]), "one row only"),
    ],
)
def test_what_is_no_table_is_refused_with_clear_words(
    tmp_path: Path, data: bytes, words: str
) -> None:
    with pytest.raises(UnreadableError, match=words):
        read(tmp_path, data)


def test_too_many_rows_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 2)
    lines = [["Name"], ["a"], ["b"], ["c"]]

    for data in (b"Name\na\nb\nc\n", book(*lines)):
        with pytest.raises(UnreadableError, match="more than 2 rows"):
            read(tmp_path, data)


SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
FIRST = b'<row r="1"><c r="A1" t="s"><v>0</v></c></row>'


def crafted(**members: bytes) -> bytes:
    """A workbook whose rows, or whose text, are as somebody wrote them by hand."""
    small, data = zipfile.ZipFile(io.BytesIO(book(["Name"], ["x"]))), io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name in small.namelist():
            content = small.read(name)
            if name == SHEET and "rows" in members:
                head, rest = content.split(b"<sheetData>")
                tail = rest.partition(b"</sheetData>")[2]
                content = head + b"<sheetData>" + members["rows"] + b"</sheetData>"
                content += tail
            elif name == SHEET and "dimension" in members:
                content = content.replace(b'ref="A1:A2"', members["dimension"])
            elif name == TEXTS and "text" in members:
                content = content.replace(b"<t>x</t>", b"<t>%b</t>" % members["text"])
            made.writestr(name, content)
    return data.getvalue()


def bomb() -> bytes:
    """40 kB whose sheet unpacks to 20 MB."""
    return crafted(rows=b"<row><c><v>1</v></c></row>" * 770_000)


def lying() -> bytes:
    """A bomb whose headers say that each member is small."""
    data = bytearray(bomb())
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.find(mark)
        while at >= 0:
            data[at + place : at + place + 4] = (100).to_bytes(4, "little")
            at = data.find(mark, at + 1)
    return bytes(data)


def far(cell: bytes) -> bytes:
    """Two cells, far from each other: all between them are made, too."""
    row = cell.lstrip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return crafted(
        rows=FIRST + b'<row r="%b"><c r="%b"><v>1</v></c></row>' % (row, cell)
    )


def repeated() -> bytes:
    """A text of 8 MB that stands in 100 cells."""
    row = b'<row r="%d"><c r="A%d" t="s"><v>1</v></c></row>'
    cells = b"".join(row % (number, number) for number in range(2, 102))
    return crafted(rows=FIRST + cells, text=b"x" * 8_000_000)


@pytest.mark.parametrize(
    "make",
    [
        bomb,
        lying,
        partial(far, b"XFD4000"),
        partial(far, b"GR150000"),
        repeated,
    ],
)
def test_workbooks_made_to_take_long_are_given_up_soon(
    tmp_path: Path, make: Callable[[], bytes]
) -> None:
    data = make()
    assert len(data) < 200_000
    original, table = tmp_path / "original", tmp_path / "table.csv"
    original.write_bytes(data)
    began = time.monotonic()

    with pytest.raises(TooLargeError, match="Save the sheet as CSV, or split it"):
        read_file(original, table, bounds=workbook.QUICK)

    assert time.monotonic() - began < 5


def test_many_cells_are_refused_though_there_is_memory(tmp_path: Path) -> None:
    with pytest.raises(TooLargeError):
        read(tmp_path, far(b"XFD1300"))


def test_what_a_sheet_only_says_of_its_size_takes_nothing(tmp_path: Path) -> None:
    data = crafted(dimension=b'ref="A1:XFD1048576"')

    _table, found = read(tmp_path, data)

    assert found == [["2", "x"]]


def test_a_cell_is_cut_where_excel_would_cut_it(tmp_path: Path) -> None:
    _table, found = read(tmp_path, crafted(text=b"x" * 40_000))

    assert found == [["2", "x" * reading.LONGEST]]


def test_a_workbook_that_is_packed_as_none_is_refused(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_LZMA) as made:
        made.writestr(SHEET, b"<row/>")

    with pytest.raises(UnreadableError, match="no Excel file"):
        read(tmp_path, data.getvalue())


def test_unpacking_counts_exactly_and_not_beyond_its_bound(tmp_path: Path) -> None:
    file = tmp_path / "some.zip"
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("stored", b"x" * 1000)
        made.writestr("none", b"", zipfile.ZIP_DEFLATED)
        made.writestr("packed", b"x" * 5_000_000, zipfile.ZIP_DEFLATED)
        made.writestr("noise", os.urandom(300_000), zipfile.ZIP_DEFLATED)

    assert unpacked_size(file, 10_000_000) == 5_301_000
    assert 2_000_000 < unpacked_size(file, 2_000_000) < 4_000_000


def test_a_workbook_that_fills_the_disk_is_stopped(tmp_path: Path) -> None:
    file, table = tmp_path / "wide.xlsx", tmp_path / "table.csv"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        for row in range(100):
            sheet.write_row(row, 0, ["x" * 10_000] * 10)
    assert file.stat().st_size < 100_000

    with pytest.raises(workbook.WorkbookError) as error:
        workbook.convert(file, table, 200, workbook.MOST._replace(table=1_000_000))

    assert error.value.code == workbook.TOO_LARGE
    assert table.stat().st_size <= 1_000_000


def test_a_workbook_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    file = tmp_path / "long.xlsx"
    file.write_bytes(crafted(rows=b"<row></row>" * 20_000_000))

    with pytest.raises(workbook.WorkbookError) as error:
        workbook.convert(file, tmp_path / "t", 200, workbook.MOST._replace(seconds=1))

    assert error.value.code == workbook.TOO_LARGE


def test_the_process_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(workbook.WorkbookError) as error:
        workbook.convert(tmp_path / "nothing", tmp_path / "table", 5)

    assert error.value.code == workbook.UNREADABLE
