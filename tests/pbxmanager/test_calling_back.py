"""A call that reaches somebody ticks off the call-backs that were planned."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from crmplus.accounts.models import User
from crmplus.records.models import Contact
from crmplus.tickets.services import Activity, schedule_call_back
from pbxmanager.calling_back import close_reached
from pbxmanager.events import EventKind
from pbxmanager.models import Call
from pbxmanager.recorder import record
from tests.pbxmanager.cast import CONNECTED, MISSED, RINGING, at, event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _people(people: dict[str, User]) -> None:
    """Anna has her extension."""


def called(*kinds: EventKind) -> Call:
    for second, kind in enumerate(kinds):
        call = record(event(kind, second)).call
        assert call
    return call


def planned(number: str, seconds: int) -> Activity:
    with time_machine.travel(at(seconds), tick=False):
        return schedule_call_back(None, number, at(0) + timedelta(hours=1))


def test_a_connected_call_does(people: dict[str, User]) -> None:
    call = called(RINGING, CONNECTED)
    made = planned(call.number, -60)
    other = planned("+49 30 1", -60)
    assert close_reached([call.pk]) == 1
    made.refresh_from_db()
    other.refresh_from_db()
    assert (made.done_by, made.done_at) == (call.user, call.connected_at)
    assert not other.is_done


def test_a_missed_call_does_not() -> None:
    call = called(RINGING, MISSED)
    planned(call.number, -60)
    assert close_reached([call.pk]) == 0


def test_what_was_planned_while_one_talked_stays() -> None:
    call = called(RINGING, CONNECTED)
    planned(call.number, 30)
    assert close_reached([call.pk]) == 0


def test_the_person_is_reached_on_any_of_their_numbers() -> None:
    call = called(RINGING, CONNECTED)
    mobile = "+491712345678"
    Contact.objects.create(last_name="Berg", phone=call.party, mobile=mobile)
    made = planned(mobile, -60)
    assert close_reached([call.pk]) == 1
    made.refresh_from_db()
    assert made.done_by == call.user
