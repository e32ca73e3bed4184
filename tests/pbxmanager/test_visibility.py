"""Who may see which call."""

from __future__ import annotations

from uuid import uuid4

import pytest

from crmplus.accounts.models import Role, User
from pbxmanager import models
from pbxmanager.recorder import record
from pbxmanager.visibility import call_for, people_of, visible_calls
from tests.pbxmanager.cast import (
    CONNECTED,
    MISSED,
    OTHER_CUSTOMER,
    RINGING,
    click,
    event,
)


@pytest.fixture
def group_call(people: dict[str, User]) -> models.Call:
    """Rings at Anna's and Ben's; Ben answers."""
    record(event(RINGING, 0))
    record(event(RINGING, 0, ext="202", by="ben"))
    call = record(event(CONNECTED, 5, ext="202", by="ben")).call
    assert call
    return call


def test_agents_see_the_calls_they_had_a_part_in(
    people: dict[str, User], group_call: models.Call
) -> None:
    for name, sees in (("anna", True), ("ben", True), ("carl", False)):
        assert visible_calls(people[name]).filter(pk=group_call.pk).exists() is sees


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMIN])
def test_supervisors_see_all_calls(
    people: dict[str, User], group_call: models.Call, role: Role
) -> None:
    people["carl"].role = role

    assert call_for(people["carl"], group_call.uid) == group_call


def test_who_clicked_sees_the_call(people: dict[str, User]) -> None:
    call = record(click(0, user=people["carl"].pk, ext="999")).call
    assert call

    assert call_for(people["carl"], call.uid) == call
    assert call_for(people["anna"], call.uid) is None
    assert people_of(call) == {people["carl"].pk}


def test_whoever_has_the_extension_now_does_not_see_older_calls(
    people: dict[str, User], group_call: models.Call
) -> None:
    models.Extension.objects.filter(number="202").update(user=people["carl"])

    assert call_for(people["carl"], group_call.uid) is None


def test_a_call_is_seen_once_however_many_parts_one_has(
    people: dict[str, User],
) -> None:
    record(event(RINGING, 0))
    record(event(RINGING, 0, ext="301"))

    assert visible_calls(people["anna"]).count() == 1


def test_a_call_in_the_bin_is_not_seen(
    people: dict[str, User], group_call: models.Call
) -> None:
    group_call.move_to_bin(by=people["ben"])

    assert call_for(people["ben"], group_call.uid) is None


def test_the_address_of_a_joined_call_leads_to_the_one_it_is_part_of(
    people: dict[str, User],
) -> None:
    old = record(event(RINGING, 0)).call
    new = record(event(RINGING, 3, ext="202", by="ben")).call
    assert old
    assert new
    record(event(CONNECTED, 9, ext="202", by="ben"))
    record(event(MISSED, 9))

    assert call_for(people["anna"], new.uid) == old
    assert call_for(people["carl"], new.uid) is None


def test_an_unknown_address_leads_nowhere(people: dict[str, User]) -> None:
    assert call_for(people["anna"], uuid4()) is None


def test_popups_go_to_everyone_whose_phone_rings(
    people: dict[str, User], group_call: models.Call
) -> None:
    assert people_of(group_call) == {people["anna"].pk, people["ben"].pk}


def test_popups_go_to_nobody_where_no_extension_is_known(
    people: dict[str, User],
) -> None:
    call = record(event(RINGING, 0, ext="999", number=OTHER_CUSTOMER)).call
    assert call

    assert people_of(call) == set()
