"""The demo's tickets and activities."""

from __future__ import annotations

import pytest
from django.utils import timezone

from crmplus.accounts import demo as users
from crmplus.records import demo as records
from crmplus.tickets import demo
from crmplus.tickets.models import Activity, Ticket

pytestmark = pytest.mark.django_db


def test_are_made_once_for_people_who_are_there() -> None:
    users.load()
    records.load()
    assert demo.load() == 50
    assert demo.load() == 0
    now = timezone.now()
    assert Ticket.objects.filter(owner__username="anna", closed_at=None).count() == 5
    assert Ticket.objects.exclude(target_kind="").count() == 20
    for due in ({"due_at__lt": now}, {"due_at__gt": now}):
        assert Activity.objects.filter(done_at=None, **due).exists()


def test_remind_nobody_of_what_was_due_before() -> None:
    users.load()
    demo.load()
    due = Activity.objects.filter(due_at__lte=timezone.now())
    assert not due.filter(reminded_at=None).exists()


def test_can_do_without_records_and_people() -> None:
    assert demo.load() == 50
