"""Anna, who imports and exports; jobs run when they are worked off."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crmplus.accounts.models import User
from crmplus.exchange import flow
from crmplus.exchange.models import Import
from crmplus.jobs.models import Job
from crmplus.jobs.running import work_off
from crmplus.records.types import CONTACTS, RecordType


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user(
        "anna", email="anna@example.com", first_name="Anna", last_name="Berger"
    )


@pytest.fixture
def web(anna: User) -> Client:
    client = Client()
    client.force_login(anna)
    return client


def upload(user: User, text: str | bytes, kind: RecordType = CONTACTS) -> Import:
    """A file as somebody sends it, read."""
    data = text.encode() if isinstance(text, str) else text
    one = flow.receive(user, kind, SimpleUploadedFile("customers.csv", data))
    flow.read_or_start(one)
    one.refresh_from_db()
    return one


def checked(one: Import) -> dict[str, int]:
    """What the check of an import counts."""
    flow.choose_columns(one, one.mapping, one.owner)
    flow.start_check(one)
    one.refresh_from_db()
    counts: dict[str, int] = one.counts
    return counts


def imported(one: Import, **actions: str) -> Job:
    """An import that was checked and has run."""
    checked(one)
    for name, action in actions.items():
        setattr(one, name, action)
    one.save()
    return worked_off(flow.start_import(one))


def worked_off(job: Job) -> Job:
    work_off()
    job.refresh_from_db()
    return job


def rows_of_xlsx(data: bytes) -> list[list[Any]]:
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    return sheet.to_python()
