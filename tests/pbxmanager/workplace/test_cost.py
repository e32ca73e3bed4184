"""What groups and deputies cost an event of a phone, counted in statements."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from pbxmanager.signals import call_changed
from pbxmanager.workplace import calls, routing
from pbxmanager.workplace.models import Group, GroupNumber, Membership
from softphone_connector.endpoints.handler import handle_all
from tests.softphone_connector.cast import Cast, cast
from tests.softphone_connector.endpoints.sending import request
from tests.softphone_connector.talking import queries

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = ("ringing", "connected", "ended")
MOST_FOR_GROUPS = [9, 3, 3]


@pytest.fixture
def people(transactional_db: None) -> Cast:
    return cast()


@pytest.fixture
def send(people: Cast) -> Callable[..., list[int]]:
    """Sends a whole call; gives how many statements each of its events took."""
    count = iter(range(1000, 10_000))

    def send(extension: str = "201") -> list[int]:
        number = next(count)
        sent = {"extension": extension, "call_id": str(number)}
        query: dict[str, Any] = {"number": f"+49301{number}", **sent}
        taken = []
        for kind in KINDS:
            one = request(f"{people.pbx_key}/{kind}", query)
            taken.append(queries(lambda one=one: handle_all([one])))
        return taken

    send()  # What is compiled or kept at the first use.
    return send


def sales(people: Cast) -> None:
    group = Group.objects.create(name="Sales")
    GroupNumber.objects.create(group=group, number="600")
    Membership.objects.create(group=group, user=people.ben, is_signed_in=True)
    routing.routes._kept = (math.inf, routing._read())
    routing.any_shares._kept = (math.inf, True)


def without_the_workplace(send: Callable[..., list[int]]) -> list[int]:
    call_changed.disconnect(dispatch_uid="workplace")
    try:
        return send()
    finally:
        call_changed.connect(calls.on_call_changed, dispatch_uid="workplace")


def test_without_groups_it_is_nothing(send: Callable[..., list[int]]) -> None:
    assert send() == without_the_workplace(send)


def test_with_groups_it_is_little(people: Cast, send: Callable[..., list[int]]) -> None:
    before = {number: send(number) for number in ("201", "600")}
    sales(people)
    more = {
        number: [
            now - was for now, was in zip(send(number), before[number], strict=True)
        ]
        for number in before
    }
    # Whose call it is (its legs), where that can change; and who else got it.
    assert more["201"] == [2, 1, 2]
    # A group's ringing also finds and stores who gets it, then their quiet is asked.
    # What is kept for seconds may have been read just now, or have to be read here.
    assert all(
        now <= most for now, most in zip(more["600"], MOST_FOR_GROUPS, strict=True)
    )
