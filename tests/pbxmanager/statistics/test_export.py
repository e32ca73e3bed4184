"""Figures as files."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from crmplus.accounts.models import Role, Team, User
from pbxmanager.events import Direction
from pbxmanager.models import Extension
from pbxmanager.statistics import upkeep
from pbxmanager.statistics.exporting import plain
from pbxmanager.statistics.models import ShownPerson
from tests.pbxmanager.office import NOON, STRANGER, Office

HOUR = timedelta(hours=1)
DAYS = "?since=2026-03-02&until=2026-03-06"


@pytest.fixture
def told(office: Office) -> Office:
    """An office with some calls, and with names that a spreadsheet would calculate."""
    office.ben.last_name = "=HYPERLINK(1)"
    office.ben.save()
    team = Team.objects.create(name="+cmd")
    people = [User.objects.create(username=f"more{number}") for number in range(6)]
    for number, user in enumerate([*people, office.ben]):
        user.team = team if number > 2 else None
        user.save()
        Extension.objects.get_or_create(
            number=str(400 + number), defaults={"user": user}
        )
    ShownPerson.objects.create(user=office.ben)
    office.call("201", talk=61)
    office.call("202", "+4930777", at=NOON + HOUR, talk=None)
    office.call("202", "+4930777", Direction.OUTBOUND, at=NOON + 2 * HOUR, talk=9)
    upkeep.run(NOON)
    return office


def rows_of(client: Client, table: str) -> list[list[str]]:
    answer = client.get(f"/statistics/calls.csv{DAYS}&table={table}")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith('attachment; filename="calls-')
    text = answer.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_a_table_as_csv(told: Office) -> None:
    head, *lines = rows_of(told.browser(told.karin), "days")

    assert head[:4] == ["Day", "Calls", "Answered", "Missed"]
    assert len(lines) == 5
    (busy,) = [line for line in lines if line[1] != "0"]
    assert busy[1:] == ["3", "2", "1", "0.5", "5.0", "5.0", "5", "70", "35.0", "1"]


def test_names_are_no_formulas(told: Office) -> None:
    client = told.browser(told.karin)
    names = [row[0] for row in rows_of(client, "users")]
    names += [row[0] for row in rows_of(client, "teams")]

    assert "'+cmd" in names
    assert "Ben =HYPERLINK(1)" in names
    assert not any(name.startswith(("=", "+", "-", "@")) for name in names)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-2", "'-2"),
        ("@a", "'@a"),
        ("\t=1", "'=1"),
        ("a\x00b\nc", "abc"),
        ("|calc", "'|calc"),
        ("Anna", "Anna"),
    ],
)
def test_a_text_is_made_harmless(text: str, shown: str) -> None:
    assert plain(text) == shown


def sheets_of(client: Client) -> dict[str, list[list[Any]]]:
    """The rows of all sheets of the workbook, by the sheet's title."""
    content = client.get(f"/statistics/calls.xlsx{DAYS}").content
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_everything_as_a_workbook(told: Office) -> None:
    sheets = sheets_of(told.browser(told.karin))

    assert list(sheets)[:2] == ["Summary", "Calls by day"]
    assert sheets["Summary"][1][1] == 3
    assert sheets["Busiest hours"][0][0] == "Weekday"
    assert "'+cmd" in [row[0] for row in sheets["Calls by team"]]


def test_the_files_show_no_more_than_the_page(told: Office) -> None:
    guest = User.objects.create(username="guest", role=Role.STATISTICS)
    client = told.browser(guest)
    names = [row[0] for row in rows_of(client, "users")]
    sheets = sheets_of(client)
    cells = [str(cell) for rows in sheets.values() for row in rows for cell in row]

    assert "Ben =HYPERLINK(1)" in names
    assert "Anna Schmidt" not in [*names, *cells]
    assert not any(STRANGER[3:] in cell for cell in cells)


def test_a_table_that_is_none_is_not_found(told: Office) -> None:
    client = told.browser(told.karin)
    assert client.get("/statistics/calls.csv?table=customers").status_code == 404
