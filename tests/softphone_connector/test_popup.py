"""Which calls pop up for whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from pbxmanager.blocking import BlockedNumber
from pbxmanager.models import Call
from pbxmanager.rules import Rules, RuleSettings
from pbxmanager.signals import call_changed
from softphone_connector import popup
from softphone_connector.availability import set_disturb
from softphone_connector.lines import Line
from softphone_connector.popup import live_calls, snapshot
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
        "quiet": False,
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
    talk("201", "+493023125100", ago=121)
    tell("ringing", "202", STRANGER)
    assert uids(people.anna.pk) == [str(c.uid) for c in (ended, ringing, dialled)]
    assert uids(people.karin.pk) == []


def test_what_ended_leaves_the_snapshot(people: Cast) -> None:
    tell("missed", "201")
    click(people.anna, "201", JULIA)
    for minutes, left in ((0.5, 2), (1.5, 1), (2.5, 0)):
        later = timezone.now() + timedelta(minutes=minutes)
        assert len(live_calls(people.anna.pk, later, Rules())) == left


def test_what_a_change_says_of_itself_agrees_with_the_snapshot(people: Cast) -> None:
    calls = [talk("201"), tell("ringing", "201", JULIA), click(people.anna, "201")]
    for seconds in (0, 59, 61, 119, 121):
        with time_machine.travel(timezone.now() + timedelta(seconds=seconds)):
            shown = {
                key
                for call in calls
                if (key := str(call.uid)) and not popup.message(call, Rules())["gone"]
            }
            assert shown == set(uids(people.anna.pk))


def test_who_lost_the_race_sees_it_as_just_ended_only(people: Cast) -> None:
    for extension in ("201", "202"):
        tell("ringing", extension, call_id="group", source="key:9")
    tell("connected", "202", call_id="group", source="key:9")
    call = tell("missed", "201", call_id="group", source="key:9")
    later = timezone.now() + timedelta(seconds=60)
    assert list(live_calls(people.anna.pk, timezone.now(), Rules())) == [call]
    assert list(live_calls(people.anna.pk, later, Rules())) == []
    assert list(live_calls(people.ben.pk, later, Rules())) == [call]


def test_a_snapshot_takes_as_many_queries_however_many_calls(people: Cast) -> None:
    assert queries(lambda: snapshot(people.anna.pk)) <= 2
    tell("ringing", "201", "+493023125109")
    few = queries(lambda: snapshot(people.anna.pk))
    for number in range(5):
        tell("ringing", "201", f"+49302312510{number}")
    assert queries(lambda: snapshot(people.anna.pk)) == few <= 4
    assert len(snapshot(people.anna.pk)) == 6


def test_to_tell_of_a_call_takes_few_queries(people: Cast, told: Told) -> None:
    call = tell("ringing", "201")
    # One for the parts; rules and block list are kept for seconds outside of tests.
    told_in = queries(lambda: call_changed.send(sender=Call, call=call, merged=[]))
    assert told_in <= 3


def manner(call: Call, told: Told) -> dict[int, tuple[bool, bool]]:
    """How each user is told of a call now: quiet, gone. The snapshot agrees."""
    told.clear()
    call_changed.send(sender=Call, call=call, merged=[])
    found = {
        user: (message["quiet"], message["gone"])
        for users, message in told
        for user in users
    }
    for user, (is_quiet, is_gone) in found.items():
        own = [one for one in snapshot(user) if one["key"] == str(call.uid)]
        assert [one["quiet"] for one in own] == ([] if is_gone else [is_quiet])
    return found


def ring_group(*extensions: str) -> Call:
    for extension in extensions:
        call = tell("ringing", extension, call_id="group", source="key:9")
    return call


def test_who_is_not_to_be_disturbed_gets_no_card(people: Cast, told: Told) -> None:
    set_disturb(people.anna, True)
    call = ring_group("201", "202")
    assert manner(call, told) == {
        people.anna.pk: (True, False),
        people.ben.pk: (False, False),
    }
    set_disturb(people.anna, False)
    assert manner(call, told)[people.anna.pk] == (False, False)


def test_a_click_of_ones_own_is_no_disturbance(people: Cast, told: Told) -> None:
    set_disturb(people.anna, True)
    call = click(people.anna, "201")
    assert manner(call, told) == {people.anna.pk: (False, False)}
    call = click(people.karin, "", JULIA)
    assert manner(call, told) == {people.karin.pk: (False, False)}


def test_a_line_may_keep_its_calls_to_itself(people: Cast, told: Told) -> None:
    quiet = people.ben.extensions.get(number="203")
    Line.objects.create(extension=quiet, pops_up=False)
    call = tell("ringing", "203")
    assert manner(call, told) == {people.ben.pk: (True, False)}
    # It rings at another line of theirs as well.
    assert manner(ring_group("202", "203"), told)[people.ben.pk] == (False, False)
    # It is somebody else's by now: what Ben set for it does not count for her.
    quiet.user = people.anna
    quiet.save()
    Line.objects.filter(extension=quiet).delete()
    call = tell("ringing", "203", JULIA)
    assert manner(call, told) == {people.anna.pk: (False, False)}


def test_blocked_numbers_get_no_card(people: Cast, told: Told) -> None:
    call = tell("ringing", "201", JULIA)
    assert manner(call, told)[people.anna.pk] == (False, False)
    BlockedNumber.objects.create(party=JULIA, number=JULIA)
    assert manner(call, told)[people.anna.pk] == (True, False)
    assert manner(tell("ringing", "201", "anonymous"), told) == {
        people.anna.pk: (False, False)
    }


@pytest.mark.parametrize("wanted", [True, False])
def test_internal_calls_follow_the_rule(people: Cast, told: Told, wanted: bool) -> None:
    RuleSettings.objects.create(pk=1, popup_internal=wanted)
    call = tell("ringing", "201", "202", direction="internal")
    assert call.direction == "internal"
    assert manner(call, told)[people.anna.pk] == (not wanted, False)


@pytest.mark.parametrize("wanted", [True, False])
def test_a_call_taken_by_a_colleague_follows_the_rule(
    people: Cast, told: Told, wanted: bool
) -> None:
    RuleSettings.objects.create(pk=1, popup_answered_elsewhere=wanted)
    assert manner(ring_group("201", "202"), told)[people.anna.pk] == (False, False)
    call = tell("connected", "202", call_id="group", source="key:9")
    assert manner(call, told) == {
        people.anna.pk: (False, not wanted),
        people.ben.pk: (False, False),
    }


def test_how_long_a_card_stays_follows_the_rule(people: Cast, told: Told) -> None:
    RuleSettings.objects.create(pk=1, popup_stays=5)
    call = talk("201", ago=3)
    assert manner(call, told) == {people.anna.pk: (False, False)}
    with time_machine.travel(timezone.now() + timedelta(seconds=3)):
        assert manner(call, told) == {people.anna.pk: (False, True)}
    assert popup.stack(HttpRequest()) == {"stays": 5}


def test_what_was_held_back_is_told_anew(people: Cast, told: Told) -> None:
    call = tell("ringing", "201")
    told.clear()
    popup.show_again(people.anna.pk)
    [(users, message)] = told
    assert users == {people.anna.pk}
    assert message["key"] == str(call.uid)
    assert message["version"] > call.version
    later = tell("connected", "201", call_id=call.reports.get().client_call_id)
    assert later.version > message["version"]
