"""What PBX Clean Up says that it would do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from pbxmanager.clean_up import clean_up
from pbxmanager.clean_up_preview import COLUMNS, preview
from pbxmanager.models import Call, Direction, Status

pytestmark = pytest.mark.django_db


def call(status: Status, hours: int, **more: object) -> Call:
    return Call.objects.create(
        direction=Direction.OUTBOUND,
        status=status,
        started_at=timezone.now() - timedelta(hours=hours),
        extension="201",
        **more,
    )


def test_it_counts_by_status_and_shows_the_oldest(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    call(Status.INITIAL, 7, number="030 1", e164="+49301")
    call(Status.LOST, 9, number="<b>")
    call(Status.LOST, 8)
    call(Status.LOST, 5)
    call(Status.ENDED, 9, duration=3)

    with django_assert_num_queries(2):
        found = preview(2)

    assert found.figures == {"Dialling": 1, "End not reported": 2}
    assert [row[1:] for row in found.rows] == [
        ("201", "<b>", "End not reported"),
        ("201", "", "End not reported"),
    ]
    assert [row[2] for row in preview(20).rows] == ["<b>", "", "+49301"]
    assert {len(row) for row in found.rows} == {len(COLUMNS)}
    assert Call.objects.count() == 5


def test_it_says_what_the_job_then_does() -> None:
    call(Status.INITIAL, 7)
    call(Status.LOST, 8)

    assert sum(preview(20).figures.values()) == clean_up() == 2
    assert preview(20).figures == {}
