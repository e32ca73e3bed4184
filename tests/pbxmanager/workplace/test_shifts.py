"""Changing one's status: the history, the lock, and what is told."""

from __future__ import annotations

import itertools
import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connections
from django.test import Client
from django.utils import timezone

from crmplus.accounts.models import User
from pbxmanager.workplace import shifts
from pbxmanager.workplace.models import Group, Pause, Status, StatusSpan, Workplace
from tests.pbxmanager.workplace.conftest import Told

People = dict[str, User]


def history(user: User) -> list[tuple[str, bool]]:
    spans = StatusSpan.objects.filter(user=user).order_by("started_at", "pk")
    return [(span.status, span.ended_at is None) for span in spans]


def test_who_has_said_nothing_is_available(people: People) -> None:
    [message] = shifts.snapshot(people["anna"].pk)
    assert (message["status"], message["version"]) == ("available", 0)
    assert not Workplace.objects.exists()


def test_what_one_says_is_kept_with_its_history(people: People) -> None:
    anna = people["anna"]
    lunch = Pause.objects.create(name="Lunch", minutes=45)
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        shifts.change(anna.pk, Status.PAUSE, lunch)
    with time_machine.travel(start + timedelta(minutes=30), tick=False):
        shifts.change(anna.pk, Status.AVAILABLE)
    pause = StatusSpan.objects.get(status=Status.PAUSE)
    now = StatusSpan.objects.get(ended_at=None)
    assert (pause.ended_at or start) - pause.started_at == timedelta(minutes=30)
    assert pause.pause == lunch
    assert now.status == Status.AVAILABLE


def test_the_same_again_changes_nothing(people: People) -> None:
    anna = people["anna"]
    first = shifts.change(anna.pk, Status.NOT_AVAILABLE)
    second = shifts.change(anna.pk, Status.NOT_AVAILABLE)
    assert (second.version, second.since) == (first.version, first.since)
    assert history(anna)[-1] == ("not_available", True)


def test_it_is_told_after_the_commit(
    people: People, told: Told, django_capture_on_commit_callbacks
) -> None:
    anna = people["anna"]
    with django_capture_on_commit_callbacks(execute=True):
        shifts.change(anna.pk, Status.NOT_AVAILABLE)
        assert told == []
    [(users, message)] = told
    assert users == {anna.pk}
    assert message == shifts.snapshot(anna.pk)[0]
    assert message["status"] == "not_available"


def test_a_wrap_up_ends_by_itself_and_the_history_knows_when(people: People) -> None:
    anna, now = people["anna"], timezone.now()
    shifts.wrap_up(anna.pk, now, 20)
    assert Workplace.objects.get().status == Status.WRAP_UP
    assert shifts.end_wrap_ups() == 0
    with time_machine.travel(now + timedelta(seconds=25)):
        # At once, even before anything has looked.
        assert shifts.snapshot(anna.pk)[0]["status"] == "available"
        assert shifts.end_wrap_ups() == 1
        assert shifts.end_wrap_ups() == 0
    place = Workplace.objects.get()
    assert (place.status, place.since) == (
        Status.AVAILABLE,
        now + timedelta(seconds=20),
    )
    wrap_up = StatusSpan.objects.get(status=Status.WRAP_UP)
    assert wrap_up.ended_at == now + timedelta(seconds=20)
    assert StatusSpan.objects.filter(ended_at=None).count() == 1


def test_a_wrap_up_never_ends_a_break(people: People) -> None:
    anna, now = people["anna"], timezone.now()
    lunch = Pause.objects.create(name="Lunch")
    shifts.change(anna.pk, Status.PAUSE, lunch)
    shifts.wrap_up(anna.pk, now, 20)
    assert Workplace.objects.get().status == Status.PAUSE


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_follow_each_other() -> None:
    anna = User.objects.create(username="anna")
    wanted = [Status.NOT_AVAILABLE, Status.SIGNED_OUT, Status.AVAILABLE] * 4
    ready = threading.Barrier(len(wanted))
    failures: list[BaseException] = []

    def say(status: Status) -> None:
        try:
            ready.wait(10)
            shifts.change(anna.pk, status)
        except BaseException as error:  # noqa: BLE001  (a thread's failure is told)
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=say, args=(one,)) for one in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    spans = list(StatusSpan.objects.order_by("started_at", "pk"))
    assert [span for span in spans if span.ended_at is None] == spans[-1:]
    assert spans[-1].status == Workplace.objects.get().status
    for earlier, later in itertools.pairwise(spans):
        assert earlier.ended_at == later.started_at
        assert earlier.status != later.status


class TestTheCrm:
    def test_signs_out_of_the_workplace_as_well(self, people: People) -> None:
        anna, client = people["anna"], Client()
        client.force_login(anna)
        shifts.change(anna.pk, Status.NOT_AVAILABLE)
        client.logout()
        assert Workplace.objects.get().status == Status.SIGNED_OUT
        client.force_login(anna)
        assert Workplace.objects.get().status == Status.AVAILABLE

    def test_leaves_alone_who_never_took_part(self, people: People) -> None:
        client = Client()
        client.force_login(people["anna"])
        client.logout()
        assert not Workplace.objects.exists()

    def test_leaves_who_signed_out_by_themselves(self, people: People) -> None:
        anna, client = people["anna"], Client()
        client.force_login(anna)
        shifts.change(anna.pk, Status.SIGNED_OUT)
        client.logout()
        client.force_login(anna)
        assert Workplace.objects.get().status == Status.SIGNED_OUT

    def test_lets_members_say_that_they_are_ready(
        self, people: People, sales: Group
    ) -> None:
        ben, client = people["ben"], Client()
        client.force_login(ben)
        shifts.change(ben.pk, Status.NOT_AVAILABLE)
        client.logout()
        client.force_login(ben)
        assert Workplace.objects.get().status == Status.SIGNED_IN


def test_one_signs_in_to_groups_of_ones_own_only(
    people: People, sales: Group, told: Told, django_capture_on_commit_callbacks
) -> None:
    assert not shifts.sign_in_to(people["anna"].pk, sales.pk, True)
    with django_capture_on_commit_callbacks(execute=True):
        assert shifts.sign_in_to(people["carl"].pk, sales.pk, True)
    assert sales.memberships.get(user=people["carl"]).is_signed_in
    assert [users for users, _ in told] == [{people["carl"].pk}]
    versions = [message["version"] for _, message in told]
    assert versions[0] > 0


def test_what_lay_between_a_wrap_up_and_the_next_word_is_kept(people: People) -> None:
    anna, now = people["anna"], timezone.now()
    shifts.wrap_up(anna.pk, now, 20)
    with time_machine.travel(now + timedelta(seconds=60)):
        shifts.change(anna.pk, Status.NOT_AVAILABLE)
    assert history(anna) == [
        ("wrap_up", False),
        ("available", False),
        ("not_available", True),
    ]
