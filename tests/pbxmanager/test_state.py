"""What a call is, by its events."""

from __future__ import annotations

from typing import Any

import pytest

from pbxmanager.events import CallEvent, Direction, EventKind
from pbxmanager.legs import RINGING_LOST, TALK_LOST
from pbxmanager.state import CallState, Status, calls_each_other, overdue_at, summarise
from tests.pbxmanager.cast import (
    CONNECTED,
    CUSTOMER,
    ENDED,
    IN,
    MISSED,
    OUT,
    RINGING,
    at,
    click,
    event,
    told,
)


def state(*events: CallEvent, now: float = 100) -> CallState:
    return summarise(told(*events), at(now))


def outcomes(found: CallState) -> dict[str, str]:
    return {leg.extension: leg.outcome.value for leg in found.legs}


@pytest.mark.parametrize(
    ("events", "status", "wait", "duration"),
    [
        ([click(0, user=1)], Status.INITIAL, None, None),
        ([event(RINGING, 0)], Status.RINGING, None, None),
        ([event(RINGING, 0), event(CONNECTED, 5)], Status.CONNECTED, 5, None),
        (
            [event(RINGING, 0), event(CONNECTED, 5), event(ENDED, 65.9)],
            Status.ENDED,
            5,
            60,
        ),
        ([event(RINGING, 0), event(MISSED, 9)], Status.MISSED, 9, 0),
        ([event(RINGING, 0), event(ENDED, 9)], Status.MISSED, 9, 0),
        (
            [event(RINGING, 0, direction=OUT), event(ENDED, 9, direction=OUT)],
            Status.NOT_REACHED,
            9,
            0,
        ),
        ([event(ENDED, 9, direction=OUT)], Status.NOT_REACHED, None, 0),
        ([event(CONNECTED, 5)], Status.CONNECTED, None, None),
        # What is out of order is never negative.
        ([event(CONNECTED, 5), event(ENDED, 4)], Status.ENDED, None, 0),
        ([event(RINGING, 5), event(CONNECTED, 4)], Status.CONNECTED, 0, None),
    ],
)
def test_status_wait_and_duration(
    events: list[CallEvent], status: Status, wait: int | None, duration: int | None
) -> None:
    found = state(*events)

    assert (found.status, found.wait, found.duration) == (status, wait, duration)


def test_a_call_without_an_end_is_lost_and_has_no_duration() -> None:
    ringing, talking = [event(RINGING, 0)], [event(CONNECTED, 0)]

    assert state(*ringing, now=299).status is Status.RINGING
    assert state(*ringing, now=300).status is Status.LOST
    assert state(*talking, now=12 * 3600 - 1).status is Status.CONNECTED
    found = state(*talking, now=12 * 3600)
    assert (found.status, found.duration, found.ended_at) == (Status.LOST, None, None)


def test_a_late_end_repairs_a_lost_call() -> None:
    found = state(event(RINGING, 0), event(MISSED, 400), now=500)

    assert (found.status, found.wait, found.duration) == (Status.MISSED, 400, 0)


def test_who_took_the_call_stands_for_it() -> None:
    found = state(
        event(RINGING, 0),
        event(RINGING, 1, ext="202", by="ben"),
        event(CONNECTED, 5, ext="202", by="ben"),
        event(MISSED, 5),
    )

    assert found.extension == "202"
    assert found.started_at == at(0)
    assert outcomes(found) == {"201": "answered_elsewhere", "202": ""}


def test_one_who_still_rings_keeps_a_call_ringing() -> None:
    found = state(
        event(RINGING, 0), event(RINGING, 0, ext="202", by="ben"), event(MISSED, 9)
    )

    assert found.status is Status.RINGING
    assert outcomes(found) == {"201": "missed", "202": ""}


def test_a_talk_is_over_when_all_who_talked_are() -> None:
    both = [
        event(CONNECTED, 0),
        event(CONNECTED, 20, ext="202", by="ben"),
        event(ENDED, 30),
    ]

    assert state(*both).status is Status.CONNECTED
    assert state(*both, event(ENDED, 50, ext="202", by="ben")).duration == 50


def test_a_leg_whose_end_got_lost_does_not_keep_a_call_open() -> None:
    found = state(
        event(RINGING, 0),
        event(RINGING, 0, ext="202", by="ben"),
        event(CONNECTED, 5),
        event(ENDED, 30),
    )

    assert found.status is Status.ENDED
    assert outcomes(found) == {"201": "answered", "202": "lost"}


def internal(
    *events: CallEvent, direction: Direction = IN, now: float = 100
) -> CallState:
    """201 calls 202, who is told of it from 0.1 s on."""
    caller = event(RINGING, 0, number="202", direction=OUT)
    called = event(RINGING, 0.1, ext="202", number="201", by="ben", direction=direction)
    return state(caller, called, *events, now=now)


def test_an_internal_call_is_judged_by_the_called_leg() -> None:
    found = internal(event(ENDED, 9, ext="202", number="201", by="ben"))

    assert found.direction is Direction.INTERNAL
    assert (found.status, found.extension, found.number.key) == (
        Status.MISSED,
        "201",
        "202",
    )


def test_a_caller_who_hangs_up_ends_an_internal_call() -> None:
    found = internal(event(ENDED, 9, number="202", direction=OUT))

    assert found.status is Status.MISSED
    assert outcomes(found) == {"201": "not_reached", "202": "lost"}


def test_a_caller_talks_as_soon_as_the_called_one_does() -> None:
    found = internal(event(CONNECTED, 4, ext="202", number="201", by="ben"))

    assert found.status is Status.CONNECTED
    assert [leg.connected_at for leg in found.legs] == [at(4), at(4)]


def test_an_internal_call_told_by_the_caller_alone_was_not_reached() -> None:
    stated: dict[str, Any] = {"number": "202", "direction": OUT}
    pbx = {**stated, "by": "pbx", "direction": Direction.INTERNAL}
    found = state(event(RINGING, 0, **stated), event(ENDED, 9, **stated))
    stated_internal = state(event(RINGING, 0, **pbx), event(ENDED, 9, **pbx))

    assert (found.direction, found.status) == (OUT, Status.NOT_REACHED)
    assert stated_internal.direction is Direction.INTERNAL
    assert stated_internal.status is Status.MISSED


def test_an_outbound_leg_makes_a_call_outbound() -> None:
    found = state(
        event(RINGING, 0), event(RINGING, 0, ext="202", by="ben", direction=OUT)
    )

    assert (found.direction, found.extension) == (OUT, "202")


def test_events_that_say_nothing_are_no_call() -> None:
    with pytest.raises(ValueError, match="an event that says something"):
        state(event(EventKind.OTHER, 0))


def test_name_and_recording_are_taken_from_the_events() -> None:
    found = state(
        event(RINGING, 0, name="Karin"),
        event(ENDED, 9, name="K.", recording_url="https://pbx.example/1"),
    )

    assert (found.name, found.recording_url) == ("Karin", "https://pbx.example/1")


def legs_of(ext: str, number: str, direction: Direction = IN, by: str = "x") -> object:
    events = told(event(RINGING, 0, ext=ext, number=number, direction=direction, by=by))
    return summarise(events, at(0)).legs[0]


@pytest.mark.parametrize(
    ("caller", "called", "do"),
    [
        (("201", "202", OUT), ("202", "201", IN), True),
        (("201", "202", IN), ("202", "201", IN), True),
        (("201", "600", OUT), ("202", "201", IN), True),
        (("201", "600", IN), ("202", "201", IN), False),
        (("201", CUSTOMER, OUT), ("202", "201", IN), False),
        (("201", "202", OUT), ("202", "201", OUT), False),
        (("201", "202", OUT), ("202", "203", IN), False),
        (("201", "201", OUT), ("201", "201", IN), False),
        (("201", "600", OUT), ("", "201", IN), False),
        (("", "202", OUT), ("202", "anonymous", IN), False),
    ],
)
def test_who_calls_whom(
    caller: tuple[str, str, Direction],
    called: tuple[str, str, Direction],
    do: bool,
) -> None:
    assert calls_each_other(legs_of(*caller), legs_of(*called)) is do  # type: ignore[arg-type]


def test_when_a_call_is_given_up() -> None:
    ringing = event(RINGING, 0)

    assert overdue_at(state(ringing)) == at(0) + RINGING_LOST
    assert overdue_at(state(ringing, event(MISSED, 9))) is None
    assert overdue_at(state(click(0, user=1))) is None
    assert overdue_at(state(ringing, now=300)) is None


def test_a_leg_given_up_is_not_waited_for_while_another_talks() -> None:
    events = [
        event(RINGING, 0),
        event(RINGING, 0, ext="202", by="ben"),
        event(CONNECTED, 5),
    ]

    assert overdue_at(state(*events)) == at(0) + RINGING_LOST
    assert overdue_at(state(*events, now=300)) == at(5) + TALK_LOST
