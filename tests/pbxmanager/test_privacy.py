"""A private call is seen nowhere by who had no part in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from crmplus.accounts.models import Team
from pbxmanager.concerning import Key
from pbxmanager.following_up import follow_up
from pbxmanager.missed_list import count_open, missed_for, visible_missed
from pbxmanager.models import Call, MissedCaller
from pbxmanager.privacy import set_private
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
