"""The log beside a small model of what really happened, written on its own.

Customers (some anonymous) call two extensions, alone or as a ring group; people answer,
hang up, or let it ring. Each phone and the PBX report all of it with the time at which
it happened, but reports get lost, come late and come twice. The model knows which
facts were told, and from them alone what the log must say.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pbxmanager import models
from pbxmanager.events import EventKind
from pbxmanager.housekeeping import give_up_overdue
from pbxmanager.recorder import record
from tests.pbxmanager.cast import (
    CONNECTED,
    CUSTOMER,
    ENDED,
    IN,
    MISSED,
    OTHER_CUSTOMER,
    OUT,
    RINGING,
    at,
    event,
    people,
)
from tests.support.examples import examples

RING_LIMIT, TALK_LIMIT = 5 * 60, 12 * 3600
PHONES = {"201": "anna", "202": "ben"}
ANONYMOUS = "anonymous"
Entry = tuple[str, str, str, int | None]


@dataclass
class TrueCall:
    """A call as it really was, with what was told of it, by source."""

    number: str
    extensions: tuple[str, ...]
    is_outbound: bool
    began: int
    pbx_tells: bool = True
    answered_by: str = ""
    connected: int | None = None
    over: int | None = None
    told: dict[str, set[EventKind]] = field(default_factory=dict)

    @property
    def end_is_known(self) -> bool:
        """Whether everybody who told of it at all knows that it is over."""
        return all(ENDED in facts or MISSED in facts for facts in self.told.values())

    def entries(self, now: int) -> list[Entry]:
        """What the log must say: anonymous calls are one entry for each source."""
        if self.number == ANONYMOUS:
            known = list(self.told.values())
        else:
            known = [set().union(*self.told.values())] if self.told else []
        return [self._entry(facts, now) for facts in known]

    def _entry(self, facts: set[EventKind], now: int) -> Entry:
        direction = "outbound" if self.is_outbound else "inbound"
        party = "" if self.number == ANONYMOUS else self.number
        status, duration = self._status(facts, now)
        return party, direction, status, duration

    def _status(self, facts: set[EventKind], now: int) -> tuple[str, int | None]:
        is_over = ENDED in facts or MISSED in facts
        if self.connected is not None and CONNECTED in facts:
            if is_over and self.over is not None:
                return "ended", self.over - self.connected
            lost = now - self.connected >= TALK_LIMIT
            return "lost" if lost else "connected", None
        if is_over:
            return "not_reached" if self.is_outbound else "missed", 0
        return "lost" if now - self.began >= RING_LIMIT else "ringing", None


class Exchange(RuleBasedStateMachine):
    """A small company's telephones for an afternoon."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        people()
        self.now = 0
        self.calls: list[TrueCall] = []
        self.unsent: list[tuple[TrueCall, str, dict[str, Any]]] = []
        self.sent: list[dict[str, Any]] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    # What happens.

    @initialize()
    def begin(self) -> None:
        """A second goes by."""
        self.now = 1

    @rule(seconds=st.sampled_from([3, 8, 40, 400, 15000]))
    def time_goes_by(self, seconds: int) -> None:
        """Nobody lets it ring for five minutes: that would look like a lost end."""
        began = [call.began for call in self._running() if call.connected is None]
        if not began or self.now + seconds - min(began) < RING_LIMIT:
            self.now += seconds

    @rule(
        number=st.sampled_from([CUSTOMER, OTHER_CUSTOMER, ANONYMOUS]),
        extension=st.sampled_from(["201", "202"]),
        is_outbound=st.booleans(),
    )
    def one_calls(self, number: str, extension: str, is_outbound: bool) -> None:
        is_outbound = is_outbound and number != ANONYMOUS
        self._call(TrueCall(number, (extension,), is_outbound, self.now))

    @rule(number=st.sampled_from([CUSTOMER, OTHER_CUSTOMER]), pbx_tells=st.booleans())
    def a_group_rings(self, number: str, pbx_tells: bool) -> None:
        self._call(TrueCall(number, ("201", "202"), False, self.now, pbx_tells))

    def _call(self, call: TrueCall) -> None:
        """A number has one call at a time, and waits until the log knows that its
        last one is over: before that nobody could tell the two apart."""
        before = [one for one in self.calls if one.number == call.number]
        done = (
            one.over is not None and one.over + 3 <= self.now and one.end_is_known
            for one in before
        )
        if not all(done) or any(one is call for one, _, _ in self.unsent):
            return
        if any(one.number == call.number for one, _, _ in self.unsent):
            return
        self.calls.append(call)
        for extension in call.extensions:
            self._happens(call, extension, RINGING)

    @precondition(lambda self: self._running())
    @rule(data=st.data())
    def somebody_answers(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from(self._running()))
        if call.connected is None:
            call.connected = self.now
            call.answered_by = data.draw(st.sampled_from(call.extensions))
            self._happens(call, call.answered_by, CONNECTED)
            for extension in call.extensions:
                if extension != call.answered_by:
                    self._happens(call, extension, MISSED, is_loser=True)

    @precondition(lambda self: self._running())
    @rule(data=st.data())
    def somebody_hangs_up(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from(self._running()))
        call.over = self.now
        kind = MISSED if call.connected is None and not call.is_outbound else ENDED
        for extension in call.extensions:
            if call.answered_by in {"", extension}:
                self._happens(call, extension, kind)

    def _running(self) -> list[TrueCall]:
        return [call for call in self.calls if call.over is None]

    def _happens(
        self, call: TrueCall, ext: str, kind: EventKind, *, is_loser: bool = False
    ) -> None:
        place = self.calls.index(call)
        for by in (PHONES[ext], "pbx") if call.pbx_tells else (PHONES[ext],):
            fields: dict[str, Any] = {
                "kind": kind,
                "seconds": self.now,
                "ext": ext,
                "by": by,
                "number": call.number,
                "call_id": f"{by}-{place}",
                "direction": OUT if call.is_outbound else IN,
            }
            self.unsent.append((call, "loser" if is_loser else by, fields))

    # What is told of it.

    @precondition(lambda self: self.unsent)
    @rule(data=st.data())
    def a_report_arrives(self, data: st.DataObject) -> None:
        self._send(data.draw(st.integers(0, len(self.unsent) - 1)))

    @precondition(lambda self: self.unsent)
    @rule(data=st.data())
    def a_report_gets_lost(self, data: st.DataObject) -> None:
        """Connections and the ringing of groups never do: without them nobody could
        know what belongs together."""
        place = data.draw(st.integers(0, len(self.unsent) - 1))
        call, _, fields = self.unsent[place]
        is_alone = len(call.extensions) == 1 and fields["kind"] is not CONNECTED
        if is_alone or fields["kind"] is ENDED:
            self.unsent.pop(place)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def a_report_comes_again(self, data: st.DataObject) -> None:
        self._record(data.draw(st.sampled_from(self.sent)))

    @rule()
    def all_is_told(self) -> None:
        while self.unsent:
            self._send(0)
        self._compare()

    def _send(self, place: int) -> None:
        call, by, fields = self.unsent.pop(place)
        if by != "loser":
            call.told.setdefault(by, set()).add(fields["kind"])
        self._record(fields)
        self.sent.append(fields)

    def _record(self, fields: dict[str, Any]) -> None:
        record(event(**fields, received_at=at(self.now)))

    def _compare(self) -> None:
        while give_up_overdue(at(self.now)):
            pass
        log = models.Call.objects.values_list(
            "party", "direction", "status", "duration"
        )
        expected = [entry for call in self.calls for entry in call.entries(self.now)]
        assert Counter(log) == Counter(expected)


@pytest.mark.django_db
def test_the_log_says_what_was_told_of_what_happened() -> None:
    run_state_machine_as_test(
        Exchange,
        settings=settings(
            max_examples=examples(30),
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
