"""What is due is told to its owner, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from crmplus.accounts.models import User
from crmplus.records.models import Contact
from crmplus.tickets import reminders, services, telling
from crmplus.tickets.models import Activity, Kind

Told = list[tuple[list[int], str]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """To whom messages went, and the address of their cards."""
    found: Told = []

    def publish(users: Iterable[int], message: Mapping[str, Any]) -> None:
        assert message["type"] == "work"
        found.append((list(users), message["card"]))

    monkeypatch.setattr(telling, "publish", publish)
    return found


def due(by: User, minutes: int, **more: Any) -> Activity:
    at = timezone.now() + timedelta(minutes=minutes)
    return services.create_activity(by, Kind.TASK, "Call them", due=at, **more)


def test_what_is_due_is_told_once(anna: User, told: Told) -> None:
    made = due(anna, -1)
    due(anna, 10)
    assert reminders.remind() == 1
    assert told == [([anna.pk], f"/activities/{made.pk}/reminder/")]
    # Another server, or this one after it was started anew.
    assert reminders.remind() == 0


def test_what_became_due_while_no_server_ran_is_told_later(
    anna: User, told: Told
) -> None:
    due(anna, -60 * 24 * 3)
    assert reminders.remind() == 1
    assert len(told) == 1


def test_of_two_servers_one_tells(
    anna: User, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    due(anna, -1)
    claim = reminders._claim

    def claimed_by_another(pk: int, now: Any) -> bool:
        claim(pk, now)
        return claim(pk, now)

    monkeypatch.setattr(reminders, "_claim", claimed_by_another)
    assert reminders.remind() == 0
    assert told == []


def test_what_is_done_deleted_or_nobodys_is_not_told(anna: User, told: Told) -> None:
    services.mark_done(due(anna, -1), anna)
    due(anna, -1).move_to_bin(by=anna)
    Activity.objects.filter(pk=due(anna, -1).pk).update(owner=None)
    reminders.remind()
    assert told == []


def test_what_was_put_off_is_told_again(anna: User, told: Told) -> None:
    made = due(anna, -1)
    reminders.remind()
    made.refresh_from_db()
    services.postpone(made, anna, timezone.now() - timedelta(seconds=1))
    assert reminders.remind() == 1


def test_the_card_says_whom_to_call(web: Client, anna: User, julia: Contact) -> None:
    made = services.schedule_call_back(
        anna, "030 23125101", timezone.now(), target=("contacts", julia.pk)
    )
    content = web.get(f"/activities/{made.pk}/reminder/").content.decode()
    assert "Call back: Julia Weber" in content
    assert 'data-dial="+493023125101"' in content
    assert f'href="/activities/{made.pk}/"' in content


def test_who_gets_something_from_a_colleague_is_told(
    anna: User,
    ben: User,
    told: Told,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        todo = due(anna, 10, owner=ben)
        due(ben, 10)
        made = services.create_ticket(anna, "Toner", owner=ben)
    with django_capture_on_commit_callbacks(execute=True):
        services.change_ticket(made, anna, priority=3)
        services.change_ticket(made, ben, owner=anna)
    with django_capture_on_commit_callbacks(execute=True):
        services.change_ticket(made, ben, owner=None)
    assert told == [
        ([ben.pk], f"/activities/{todo.pk}/news/"),
        ([ben.pk], f"/tickets/{made.pk}/news/"),
        ([anna.pk], f"/tickets/{made.pk}/news/"),
    ]


def test_the_cards_of_news_say_what_it_is(web: Client, anna: User) -> None:
    made = services.create_ticket(anna, "Toner & paper")
    todo = due(anna, 10)
    assert "Toner &amp; paper" in web.get(f"/tickets/{made.pk}/news/").content.decode()
    assert "Call them" in web.get(f"/activities/{todo.pk}/news/").content.decode()
