"""What follows when calls have changed: the missed list, and hints to open lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError
from django.utils import timezone

from crmplus.accounts.models import Role, Scope, Team, User
from pbxmanager import afterwards
from pbxmanager.afterwards import Pending, turn
from pbxmanager.concerning import Key
from pbxmanager.models import MissedCaller
from pbxmanager.watching import see_all_of, watchers
from tests.pbxmanager.office import NOON, STRANGER, Office, make_office

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
Told = list[tuple[set[int], str]]


@pytest.fixture
def office() -> Iterator[Office]:
    with time_machine.travel(NOON, tick=False), timezone.override("Europe/Berlin"):
        yield make_office()


@pytest.fixture(autouse=True)
def pending(monkeypatch: pytest.MonkeyPatch) -> Pending:
    """Nothing is left over from another test."""
    fresh = Pending()
    monkeypatch.setattr(afterwards, "pending", fresh)
    watchers.forget()
    return fresh


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Who was told, and what."""
    found: Told = []
    monkeypatch.setattr(
        afterwards,
        "publish",
        lambda users, message: found.append((set(users), message["type"])),
    )
    return found


def in_team(name: str, scope: Scope, *users: User) -> None:
    team = Team.objects.create(name=name)
    for user in users:
        user.team, user.sees_calls = team, scope
        user.save()


def test_supervisors_hear_of_all_calls(
    office: Office, told: Told, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        office.call("201")
    turn()

    # Anna's own browsers get the call's own message.
    assert told == [({office.karin.pk}, "calls")]
    turn()
    assert len(told) == 1


def test_a_team_hears_of_its_own(office: Office) -> None:
    in_team("Sales", Scope.TEAM, office.anna, office.ben)
    watchers.forget()

    assert see_all_of([office.ben.pk]) == {
        office.anna.pk,
        office.ben.pk,
        office.karin.pk,
    }
    assert see_all_of([office.karin.pk]) == {office.karin.pk}


def test_who_sees_figures_alone_hears_nothing(office: Office) -> None:
    office.karin.role = Role.STATISTICS
    office.karin.sees_calls = Scope.ALL
    office.karin.save()

    assert see_all_of([office.anna.pk]) == set()


def test_a_missed_call_is_in_the_list_and_told_to_whom_it_concerns(
    office: Office, told: Told, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        office.call("201", talk=None)
    turn()

    assert MissedCaller.objects.get().is_open
    assert ({office.anna.pk, office.karin.pk}, "missed") in told

    with django_capture_on_commit_callbacks(execute=True):
        office.call("202", at=NOON + timedelta(minutes=1))
    turn()
    assert not MissedCaller.objects.get().is_open


def test_what_goes_to_the_bin_leaves_the_list(
    office: Office, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        call = office.call("201", talk=None)
    turn()
    with django_capture_on_commit_callbacks(execute=True):
        call.move_to_bin(by=office.karin)
    turn()
    assert not MissedCaller.objects.exists()

    with django_capture_on_commit_callbacks(execute=True):
        call.restore()
    turn()
    assert MissedCaller.objects.exists()


def test_what_the_database_refuses_is_done_at_the_next_turn(
    pending: Pending, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(keys: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(afterwards, "follow_up", fail)
    pending.note([1], [Key(STRANGER)])
    with pytest.raises(DatabaseError):
        turn()

    assert pending.take() == ({1}, {Key(STRANGER)})


def test_it_grows_no_further_where_nobody_works_it_off(
    pending: Pending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(afterwards, "MOST", 2)
    for number in range(9):
        pending.note([number], [Key(str(number))])

    assert [len(some) for some in pending.take()] == [2, 2]


def test_a_server_that_went_down_is_caught_up_with(office: Office, told: Told) -> None:
    office.call("201", talk=None)
    afterwards.catch_up()

    assert MissedCaller.objects.exists()
    assert told == [({office.anna.pk, office.karin.pk}, "missed")]
