"""The log as a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.utils import timezone

from crmplus.accounts.models import Role
from crmplus.jobs.models import Job, State
from crmplus.jobs.running import run_job
from crmplus.jobs.services import file_of, jobs_of, may_see
from pbxmanager import exporting
from pbxmanager.disposing import choose_disposition
from pbxmanager.events import Direction
from pbxmanager.models import Disposition
from tests.pbxmanager.office import JULIA, NOON, Office, make_office, queries

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
ADDRESS = "/pbx-manager/export/"


@pytest.fixture
def office() -> Iterator[Office]:
    with time_machine.travel(NOON, tick=False), timezone.override("Europe/Berlin"):
        yield make_office()


def exported(office: Office, query: str = "", form: str = "csv") -> Job:
    office.browser(office.anna).post(ADDRESS, {"query": query, "form": form})
    job = Job.objects.order_by("pk").last()
    assert job
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == State.DONE
    return job


def rows(job: Job) -> list[str]:
    path = file_of(job)
    assert path
    return path.read_text(encoding="utf-8-sig").splitlines()


def test_it_holds_what_the_list_shows(office: Office) -> None:
    call = office.call("201", JULIA, name="=HYPERLINK(1)", talk=190)
    choose_disposition(call, Disposition.objects.get(key="sold"), office.anna, "Yes")
    office.call("201", "+4989000", Direction.OUTBOUND)
    office.call("202", "+4989111")
    head, line = rows(exported(office, "direction=inbound&status=&after=x"))

    assert head.startswith("Started;Direction;Status;With;")
    assert line == (
        "2026-03-04 12:00:00;Inbound;Ended;'=HYPERLINK(1);;+491712345678;201;"
        "Anna Schmidt;Sold;5;190;1"
    )


def test_excel_gets_a_workbook(office: Office) -> None:
    office.call("201")
    job = exported(office, form="xlsx")
    path = file_of(job)

    assert job.file_name.endswith(".xlsx")
    assert path
    assert path.read_bytes().startswith(b"PK")
    assert exporting.said(job) == "1 call is in the file."


def test_nonsense_is_a_csv_of_all(office: Office) -> None:
    office.call("201")

    assert len(rows(exported(office, "\x00" * 9, form="exe"))) == 2


def test_batches_join_without_a_gap(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "BATCH", 2)
    for number in range(5):
        office.call("201", f"+498900{number}")

    assert len(set(rows(exported(office)))) == 6


def test_a_batch_costs_the_same_however_many(office: Office) -> None:
    def read() -> None:
        for some in exporting.batches(office.anna, ""):
            [exporting.cells(line) for line in some]

    office.call("201", JULIA)
    few = queries(read)
    for number in range(5):
        office.call("201", f"+498900{number}")

    assert queries(read) == few


def test_the_file_is_for_who_still_sees_as_much(office: Office) -> None:
    office.call("201")
    office.browser(office.karin).post(ADDRESS, {"form": "csv"})
    job = Job.objects.get()
    assert may_see(office.karin, job)

    office.karin.role = Role.AGENT
    office.karin.save()
    assert not may_see(office.karin, job)
    office.karin.role = Role.STATISTICS
    office.karin.save()
    assert not jobs_of(office.karin).exists()
    assert office.browser(office.karin).post(ADDRESS).status_code == 403
