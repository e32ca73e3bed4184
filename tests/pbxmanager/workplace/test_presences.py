"""What is read of people's phones, pages and words, and who is told of it."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from crmplus.accounts.models import User
from pbxmanager.workplace import keeping, presences, shifts, told
from pbxmanager.workplace.models import Pause, SignOfLife, Status
from pbxmanager.workplace.rules import IDLE_AFTER, SIGN_LASTS, State
from pbxmanager.workplace.told import Teller
from softphone_connector.availability import set_disturb
from tests.softphone_connector.talking import JULIA, queries, tell

People = dict[str, User]
NO_TIME = timedelta()


def here(*users: User) -> None:
    for user in users:
        presences.give_sign(user.pk, timezone.now(), idle=NO_TIME, watches=False)


def state(user: User) -> State:
    found = presences.presences([user.pk], timezone.now())
    return found[user.pk].presence.state


def test_one_follows_the_calls_of_all_phones(people: People) -> None:
    anna = people["anna"]
    here(anna)
    assert state(anna) is State.FREE
    tell("ringing", "301", call_id="c")
    assert state(anna) is State.RINGING
    tell("connected", "301", call_id="c")
    assert state(anna) is State.TALKING
    tell("ended", "301", call_id="c")
    assert state(anna) is State.FREE


def test_who_dials_is_on_the_phone(people: People) -> None:
    tell("ringing", "201", direction="outbound")
    assert state(people["anna"]) is State.TALKING


def test_a_phone_stops_ringing_when_another_takes_the_call(people: People) -> None:
    for extension in ("201", "202"):
        tell("ringing", extension, call_id="c", source="key:9")
    tell("connected", "202", call_id="c", source="key:9")
    assert state(people["anna"]) is not State.RINGING
    assert state(people["ben"]) is State.TALKING


def test_do_not_disturb_and_breaks_are_seen(people: People) -> None:
    anna, ben = people["anna"], people["ben"]
    here(anna, ben)
    set_disturb(anna, True)
    lunch = Pause.objects.create(name="Lunch", minutes=45)
    shifts.change(ben.pk, Status.PAUSE, lunch)
    assert state(anna) is State.DISTURB
    later = timezone.now() + timedelta(minutes=46)
    for now, late in ((timezone.now(), False), (later, True)):
        [shown] = presences.presences([ben.pk], now).values()
        assert (shown.presence.state, shown.pause) == (State.PAUSE, "Lunch")
        assert shown.is_late is late


def test_it_takes_as_many_queries_for_everybody(people: People) -> None:
    now = timezone.now()
    few = queries(lambda: presences.presences([people["anna"].pk], now))
    for number in range(40):
        user = User.objects.create(username=f"u{number}")
        here(user)
        shifts.change(user.pk, Status.NOT_AVAILABLE)
    for extension in ("201", "202", "203"):
        tell("ringing", extension, f"+49301111{extension}")
    everybody = set(User.objects.values_list("pk", flat=True))
    assert queries(lambda: presences.presences(everybody, now)) == few == 4


class TestASignOfLife:
    def test_is_news_only_when_it_changes_something(self, people: People) -> None:
        anna, now = people["anna"].pk, timezone.now()
        assert presences.give_sign(anna, now, idle=NO_TIME, watches=False)
        assert not presences.give_sign(anna, now, idle=NO_TIME, watches=True)
        later = now + SIGN_LASTS
        assert presences.give_sign(anna, later, idle=NO_TIME, watches=False)
        assert SignOfLife.objects.get().watches_until is not None

    def test_of_the_browser_that_is_used_counts(self, people: People) -> None:
        anna, now = people["anna"].pk, timezone.now()
        presences.give_sign(anna, now, idle=NO_TIME, watches=False)
        presences.give_sign(anna, now, idle=timedelta(hours=3), watches=False)
        assert SignOfLife.objects.get().active_at == now
        presences.give_sign(anna, now + IDLE_AFTER, idle=IDLE_AFTER, watches=False)
        assert SignOfLife.objects.get().seen_at == now + IDLE_AFTER

    def test_that_stays_away_is_noticed_once_it_matters(
        self, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        noticed: list[set[int]] = []
        monkeypatch.setattr(told.teller, "people_changed", noticed.append)
        here(people["anna"])
        now = timezone.now()
        for passed, count in ((60, 0), (290, 0), (310, 1), (3600, 0)):
            with time_machine.travel(now + timedelta(seconds=passed)):
                assert keeping.notice_away() == count


class TestWhoWatches:
    @pytest.fixture
    def heard(self, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
        heard: list[Any] = []
        monkeypatch.setattr(
            told, "publish", lambda users, message: heard.append((users, message))
        )
        return heard

    def test_is_told_of_the_people_of_a_call(
        self, people: People, heard: list[Any]
    ) -> None:
        anna, ben = people["anna"], people["ben"]
        presences.give_sign(ben.pk, timezone.now(), idle=NO_TIME, watches=True)
        call = tell("ringing", "201", JULIA, name="Julia Berg")
        told.tell({call.pk}, set())
        [(users, message)] = heard
        assert users == [ben.pk]
        [one] = message["people"]
        assert (one["id"], one["state"]) == (anna.pk, "ringing")
        # The state, and not whom one speaks with.
        assert "1712345678" not in str(message)
        assert "Julia" not in str(message)

    def test_nobody_who_has_stopped_watching(
        self, people: People, heard: list[Any]
    ) -> None:
        presences.give_sign(
            people["ben"].pk, timezone.now(), idle=NO_TIME, watches=True
        )
        call = tell("ringing", "201")
        with time_machine.travel(timezone.now() + timedelta(minutes=6)):
            asked = queries(lambda: told.tell({call.pk}, set()))
        assert heard == []
        assert asked == 1

    def test_in_as_many_queries_however_many_calls(
        self, people: People, heard: list[Any]
    ) -> None:
        presences.give_sign(
            people["ben"].pk, timezone.now(), idle=NO_TIME, watches=True
        )
        calls = [tell("ringing", "201", f"+4930111100{n}") for n in range(8)]
        assert queries(lambda: told.tell({calls[0].pk}, set())) == 6
        assert queries(lambda: told.tell({one.pk for one in calls}, set())) == 6


class TestTheTeller:
    def test_gathers_what_happens_together(self) -> None:
        done = threading.Event()
        seen: list[tuple[set[int], set[int]]] = []

        def tell_them(calls: set[int], people: set[int]) -> None:
            seen.append((calls, people))
            done.set()

        teller = Teller(tell_them, lambda: True, calm=0.05)
        for call in range(50):
            teller.call_changed(call)
        teller.people_changed([7, 8])
        assert done.wait(5)
        assert seen == [(set(range(50)), {7, 8})]

    def test_goes_on_after_a_failure(self, caplog: pytest.LogCaptureFixture) -> None:
        done = threading.Event()

        def fail_once(calls: set[int], people: set[int]) -> None:
            if calls == {1}:
                raise RuntimeError("a bug")
            done.set()

        teller = Teller(fail_once, lambda: True, calm=0)
        teller.call_changed(1)
        while teller._is_running:
            time.sleep(0.001)
        teller.call_changed(2)
        assert done.wait(5)
        assert "Nobody was told" in caplog.text

    def test_does_nothing_where_nobody_listens(self) -> None:
        teller = Teller(lambda calls, people: pytest.fail("told"), lambda: False)
        teller.call_changed(1)
        assert not teller._is_running
        assert not teller._calls
