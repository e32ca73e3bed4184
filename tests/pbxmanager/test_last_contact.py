"""Records of one number are ordered by who was spoken to last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pbxmanager.last_contact import last_contacts
from pbxmanager.models import Call

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def call(source: str, object_id: int, at: datetime) -> None:
    Call.objects.create(
        direction="inbound",
        status="ended",
        started_at=at,
        chosen_source=source,
        chosen_id=object_id,
    )


def test_the_latest_call_with_a_record_counts() -> None:
    call("contacts", 5, NOON)
    call("contacts", 5, NOON + timedelta(hours=1))
    call("leads", 5, NOON)

    found = last_contacts([("contacts", 5), ("contacts", 6), ("leads", 5)])

    assert found == {
        ("contacts", 5): NOON + timedelta(hours=1),
        ("leads", 5): NOON,
    }


def test_it_takes_one_query_for_each_source() -> None:
    with CaptureQueriesContext(connection) as queries:
        last_contacts([("contacts", 1), ("contacts", 2), ("leads", 1)])

    assert len(queries) == 2
