"""A private call is seen nowhere by who had no part in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from crmplus.accounts.models import Team, User
from pbxmanager import afterwards
from pbxmanager.concerning import Key
from pbxmanager.following_up import follow_up
from pbxmanager.missed_list import (
    count_open,
    entries,
    missed_for,
    visible_missed,
    with_call,
)
from pbxmanager.models import Call, MissedCaller
from pbxmanager.privacy import set_private
from pbxmanager.tables import transfers
from pbxmanager.watching import watchers
from tests.pbxmanager.office import NOON, STRANGER, Office, make_office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Iterator[Office]:
    """Anna and Ben share a team."""
    with time_machine.travel(NOON, tick=False):
        made = make_office()
        team = Team.objects.create(name="Sales")
        for user in (made.anna, made.ben):
            user.team = team
            user.save()
        yield made


@pytest.fixture
def call(office: Office) -> Call:
    """A missed call of Anna's, in the missed list."""
    made = office.call("201", STRANGER, talk=None)
    follow_up({Key(made.party)})
    return made


def test_the_team_sees_who_was_missed(office: Office, call: Call) -> None:
    for user in (office.anna, office.ben, office.karin):
        assert visible_missed(user).count() == count_open(user) == 1


def test_a_private_caller_is_missed_by_nobody_else(office: Office, call: Call) -> None:
    set_private(call, private=True)
    row = MissedCaller.objects.get()
    for user in (office.ben, office.karin):
        assert not visible_missed(user).exists()
        assert count_open(user) == 0
        assert missed_for(user, row.pk) is None
    assert visible_missed(office.anna).get() == row
    assert count_open(office.anna) == 1


def test_shown_again_the_caller_is_the_teams_again(office: Office, call: Call) -> None:
    set_private(call, private=True)
    set_private(call, private=False)
    assert count_open(office.ben) == count_open(office.karin) == 1


def test_open_lists_hear_that_the_caller_is_private_now(
    office: Office,
    call: Call,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    told: list[tuple[set[int], str]] = []
    monkeypatch.setattr(
        afterwards,
        "publish",
        lambda users, message: told.append((set(users), message["type"])),
    )
    watchers.forget()
    with django_capture_on_commit_callbacks(execute=True):
        set_private(call, private=True)
    assert told == [({office.anna.pk, office.ben.pk, office.karin.pk}, "missed")]


def test_whom_a_private_call_reached_is_nobodys_business(
    office: Office, call: Call
) -> None:
    talk = office.call("201", call.party, at=NOON + timedelta(minutes=5))
    follow_up({Key(call.party)})

    def reached(user: User) -> list[str]:
        rows = list(with_call(visible_missed(user, is_open=False)))
        return [entry.reached_by for entry in entries(rows, user)]

    assert reached(office.ben) == reached(office.anna) == [str(office.anna)]
    set_private(talk, private=True)
    assert (reached(office.ben), reached(office.anna)) == ([""], [str(office.anna)])


def test_nor_is_when_a_private_call_came(office: Office, call: Call) -> None:
    later = [
        office.call(extension, call.party, at=NOON + timedelta(minutes=at), talk=None)
        for extension, at in (("202", 5), ("201", 9))
    ]
    follow_up({Key(call.party)})

    def tries(user: User) -> list[int]:
        [entry] = entries(list(with_call(visible_missed(user))), user)
        assert (entry.tries, entry.last_at) == (len(entry.times), entry.times[0])
        return [(at - NOON).seconds // 60 for at in entry.times]

    assert tries(office.anna) == tries(office.ben) == [9, 5, 0]
    # Ben is there for a call of his own; hers is none of his business.
    set_private(later[1], private=True)
    assert (tries(office.anna), tries(office.ben)) == ([9, 5, 0], [5, 0])
    set_private(call, private=True)
    assert (tries(office.anna), tries(office.ben)) == ([9, 5, 0], [5])


def test_nor_is_who_had_the_caller_before(office: Office) -> None:
    first = office.call("201", STRANGER)
    second = office.call("202", STRANGER, at=NOON + timedelta(minutes=5))
    Call.objects.filter(pk=second.pk).update(continues=first)
    second.refresh_from_db()

    assert second.pk in transfers([second], office.karin)
    set_private(first, private=True)
    assert not transfers([second], office.karin)
    assert second.pk in transfers([second], office.anna)
