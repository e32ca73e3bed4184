"""Which calls pop up for whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from pbxmanager.models import Call
from pbxmanager.signals import call_changed
from softphone_connector import popup
from softphone_connector.popup import JUST_ENDED, live_calls, snapshot
from tests.softphone_connector.cast import Cast
from tests.softphone_connector.talking import (
    JULIA,
    STRANGER,
    click,
    queries,
    talk,
    tell,
)

Told = list[tuple[set[int], dict[str, Any]]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """What is published meanwhile, and to whom."""
    heard: Told = []

    def publish(people: Iterable[int], message: dict[str, Any]) -> None:
        heard.append((set(people), message))

    monkeypatch.setattr(popup, "publish", publish)
    return heard


def uids(user: int) -> list[str]:
    return [message["key"] for message in snapshot(user)]


def test_everyone_with_a_part_in_a_call_is_told(people: Cast, told: Told) -> None:
    for extension in ("201", "202", "299"):
        call = tell("ringing", extension, call_id="group", source="key:9")
    call_changed.send(sender=Call, call=call, merged=[])
    [(users, message)] = told
    assert users == {people.anna.pk, people.ben.pk}
    assert message == {
        "type": "call",
        "key": str(call.uid),
        "version": call.version,
        "state": "ringing",
        "card": reverse("softphone_connector:card", args=[call.uid]),
        "gone": False,
    }


def test_neither_number_nor_name_is_in_a_message(people: Cast, told: Told) -> None:
    call = tell("ringing", "201", JULIA, name="Julia Berg")
    call_changed.send(sender=Call, call=call, merged=[])
    assert "1712345678" not in str(told)
    assert "Julia" not in str(told)


def test_the_card_of_a_joined_call_goes(people: Cast, told: Told) -> None:
    call, other = tell("ringing", "201"), tell("ringing", "201", JULIA)
    call_changed.send(sender=Call, call=call, merged=[other.uid])
    _call, (users, message) = told
    assert users == {people.anna.pk}
    assert message == {
        "type": "call",
        "key": str(other.uid),
        "version": call.version,
        "gone": True,
    }


def test_the_card_of_a_deleted_call_goes(people: Cast, told: Told) -> None:
    call = tell("ringing", "201")
    call.move_to_bin(by=people.anna)
    call_changed.send(sender=Call, call=call, merged=[])
    assert told[0][1]["gone"] is True
    assert uids(people.anna.pk) == []


def test_a_snapshot_has_what_runs_and_what_just_ended_oldest_first(
    people: Cast,
) -> None:
    now = timezone.now()
    ended = talk("201", ago=30)
    ringing = tell("ringing", "201", JULIA, at=now - timedelta(seconds=20))
    dialled = click(people.anna, "201", "+493023125199")
    talk("201", "+493023125100", ago=61 + JUST_ENDED.total_seconds())
    tell("ringing", "202", STRANGER)
    assert uids(people.anna.pk) == [str(c.uid) for c in (ended, ringing, dialled)]
    assert uids(people.karin.pk) == []


def test_what_ended_leaves_the_snapshot(people: Cast) -> None:
    tell("missed", "201")
    click(people.anna, "201", JULIA)
    for minutes, left in ((0.5, 2), (1.5, 1), (2.5, 0)):
        later = timezone.now() + timedelta(minutes=minutes)
        assert len(live_calls(people.anna.pk, later)) == left


def test_what_a_change_says_of_itself_agrees_with_the_snapshot(people: Cast) -> None:
    calls = [talk("201"), tell("ringing", "201", JULIA), click(people.anna, "201")]
    for seconds in (0, 59, 61, 119, 121):
        with time_machine.travel(timezone.now() + timedelta(seconds=seconds)):
            shown = {
                key
                for call in calls
                if (key := str(call.uid)) and not popup.message(call)["gone"]
            }
            assert shown == set(uids(people.anna.pk))


def test_who_lost_the_race_sees_it_as_just_ended_only(people: Cast) -> None:
    for extension in ("201", "202"):
        tell("ringing", extension, call_id="group", source="key:9")
    tell("connected", "202", call_id="group", source="key:9")
    call = tell("missed", "201", call_id="group", source="key:9")
    later = timezone.now() + JUST_ENDED
    assert list(live_calls(people.anna.pk, timezone.now())) == [call]
    assert list(live_calls(people.anna.pk, later)) == []
    assert list(live_calls(people.ben.pk, later)) == [call]


def test_a_snapshot_is_one_query(people: Cast) -> None:
    for number in range(5):
        tell("ringing", "201", f"+49302312510{number}")
    assert queries(lambda: snapshot(people.anna.pk)) == 1
    assert len(snapshot(people.anna.pk)) == 5
