"""What is exported and imported again is what it was, however hostile its text."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from crmplus.accounts.models import User
from crmplus.exchange import exporting, flow
from crmplus.exchange.fields import written
from crmplus.exchange.reading import read_file, rows
from crmplus.records.keys import one_line
from crmplus.records.models import Contact, Organisation
from crmplus.records.types import CONTACTS
from crmplus.spreadsheets import FORMULA, PHONE, UNSEEN, plain, safe, writer
from tests.crmplus.exchange.conftest import checked, imported, upload

HOSTILE = (
    "=cmd|' /C calc'!A0",
    "'=x",
    "''+1-1",
    "+49 30 23125101",
    "+1+cmd|x",
    "-5",
    "@SUM(1)",
    "＝1+1",
    "007",
    "1e5",
    "TRUE",
    "2026-01-02",
    'a "quoted"; text, with | all',
    "’t Hooft",
    "'t Hooft",
    "😀 Ł",
    "\u202eevil",
    "_x000D_",
    "a\tb",
    "one\r\ntwo",
    "sep=;",
    "nul\x00nul",
)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60))


def test_what_does_not_fit_into_a_sheet_goes_on_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmplus.spreadsheets.MOST_ROWS", 3)
    path = tmp_path / "many.xlsx"
    with writer(path, "xlsx", "Contacts") as table:
        for text in ("Name", "a", "b", "c", "d", "e"):
            table.row([text])
    book = CalamineWorkbook.from_path(str(path))
    assert [
        [row[0] for row in book.get_sheet_by_name(name).to_python()]
        for name in ("Contacts", "Contacts 2", "Contacts 3")
    ] == [["Name", "a", "b"], ["Name", "c", "d"], ["Name", "e"]]


@given(texts)
@example("'=")
def test_a_text_comes_back_from_csv_and_is_no_formula(text: str) -> None:
    cell = safe(text)

    assert plain(cell) == text
    assert PHONE.fullmatch(cell) or cell[:1] not in "=+-@\t\r\n＝＋－＠" or not cell


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@given(table=st.lists(st.lists(texts, min_size=2, max_size=2), min_size=1, max_size=5))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_table_comes_back_from_a_file(
    tmp_path: Path, form: str, table: list[list[str]]
) -> None:
    path, out = tmp_path / f"x.{form}", tmp_path / "table.csv"
    with writer(path, form, "Ta[b]le") as made:
        made.row(["Head", "Other"])
        for first, second in table:
            made.row([f"x{first}", second])

    read_file(path, out, *(("utf-8", ";") if form == "csv" else ()))

    found = [row.cells for row in rows(out)]
    assert [[as_line(cell) for cell in row] for row in found] == [
        [as_line(f"x{first}"), as_line(second)] for first, second in table
    ]


def as_line(text: str) -> str:
    """What a record's field keeps of a text, and XML can hold."""
    return one_line(UNSEEN.sub("", text))


FIELDS = ("first_name", "last_name", "position", "phone", "street", "city")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.django_db
def test_records_come_back_as_they_were(anna: User, form: str, tmp_path: Path) -> None:
    firm = Organisation.objects.create(name="=HYPERLINK(1)", owner=anna)
    for number, text in enumerate(HOSTILE):
        values = dict.fromkeys(FIELDS, text[:60])
        email = f"x{number}@example.com"
        Contact.objects.create(email=email, country="PL", organisation=firm, **values)
    Contact.objects.create(last_name="Plain", phone="+49 30 1", owner=anna)
    before = facts()
    path = tmp_path / "export"
    for _ in exporting.write(
        path, form, CONTACTS, written(CONTACTS), exporting.records(CONTACTS, "", anna)
    ):
        pass
    data = path.read_bytes()

    # All of them are there, and nothing is to be changed.
    again = upload(anna, data)
    assert checked(again)["same"] == len(before)
    assert imported(again, on_same="overwrite").result["updated"] == 0
    assert facts() == before
    # And into an empty CRM they come as they were.
    Contact.all_objects.all().delete()
    Organisation.all_objects.all().delete()
    one = upload(anna, data)
    one.owner = None
    one.save()
    assert imported(one).result["created"] == len(before)
    assert facts() == before


def facts() -> list[Any]:
    names = (*FIELDS, "email", "country", "organisation__name", "owner__username")
    return list(Contact.objects.order_by("email", "last_name").values_list(*names))


@pytest.mark.parametrize("text", [t for t in HOSTILE if FORMULA.match(t)])
def test_no_cell_of_a_workbook_is_a_formula(tmp_path: Path, text: str) -> None:
    from zipfile import ZipFile

    with writer(tmp_path / "x.xlsx", "xlsx") as made:
        made.row(["Head"])
        made.row([text])

    with ZipFile(io.BytesIO((tmp_path / "x.xlsx").read_bytes())) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


@pytest.mark.django_db
def test_a_file_that_is_not_kept_any_more_is_asked_for_again(anna: User) -> None:
    one = upload(anna, "First name;Last name\nA;B\n")
    checked(one)
    one.table.unlink()

    job = flow.start_import(one)
    from tests.crmplus.exchange.conftest import worked_off

    assert worked_off(job).message == "The file is not kept any more. Choose it again."
