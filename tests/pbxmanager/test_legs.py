"""What becomes of one extension's part in a call."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pbxmanager.events import CallEvent, Cause, Direction, EventKind
from pbxmanager.legs import RINGING_LOST, TALK_LOST, Leg, Outcome, legs
from pbxmanager.outcomes import outcome_of
from tests.pbxmanager.cast import (
    CONNECTED,
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


def leg(*events: CallEvent) -> Leg:
    (found,) = legs(told(*events))
    return found


def arrived(kind: EventKind, seconds: float) -> CallEvent:
    return event(kind, seconds, stated=False)


@pytest.mark.parametrize(
    ("events", "connected", "over"),
    [
        ([event(RINGING, 0)], None, None),
        ([event(CONNECTED, 5), event(CONNECTED, 4)], 4, None),
        ([event(ENDED, 5), event(ENDED, 9)], None, 9),
        ([event(MISSED, 9), event(ENDED, 8)], None, 8),
        ([event(MISSED, 9)], None, 9),
        # A stated end beats an arrival; of arrivals the first one that fits counts.
        ([event(ENDED, 5), arrived(ENDED, 9)], None, 5),
        ([arrived(ENDED, 5), arrived(ENDED, 9)], None, 5),
        ([arrived(CONNECTED, 6), arrived(ENDED, 5)], 6, 5),
        ([arrived(CONNECTED, 6), arrived(ENDED, 5), arrived(ENDED, 9)], 6, 9),
        # The talk that a client states gives the connection that nobody told.
        ([event(ENDED, 50, duration=42)], 8, 50),
        ([event(CONNECTED, 10), event(ENDED, 50, duration=42)], 10, 50),
        ([event(ENDED, 50, duration=0)], None, 50),
        ([event(RINGING, 0, duration=42)], None, None),
    ],
)
def test_times_of_a_leg(
    events: list[CallEvent], connected: float | None, over: float | None
) -> None:
    for one in (leg(*events), leg(*reversed(events))):
        assert one.connected_at == (None if connected is None else at(connected))
        assert one.over_at == (None if over is None else at(over))


@pytest.mark.parametrize(
    ("events", "goes_on"),
    [
        ([event(RINGING, 0), event(MISSED, 9)], False),
        ([event(RINGING, 0), event(MISSED, 9), event(RINGING, 12)], True),
        ([event(RINGING, 0), event(MISSED, 9), event(RINGING, 9)], False),
        ([arrived(RINGING, 0), event(MISSED, 9), event(RINGING, 12)], False),
        ([event(RINGING, 0), arrived(MISSED, 9), event(RINGING, 12)], False),
        ([event(RINGING, 0), event(MISSED, 9), event(CONNECTED, 12)], True),
        ([event(RINGING, 0), event(MISSED, 9), event(CONNECTED, 11)], False),
        ([event(RINGING, 0), event(MISSED, 9), arrived(CONNECTED, 12)], False),
        ([event(CONNECTED, 1), event(ENDED, 9), event(CONNECTED, 12)], False),
        ([event(CONNECTED, 1), event(ENDED, 9), event(RINGING, 12)], False),
        ([event(RINGING, 0), event(CONNECTED, 3)], False),
        ([event(ENDED, 50, duration=42), event(RINGING, 60)], False),
    ],
)
def test_a_leg_rings_or_talks_again_after_its_end(
    events: list[CallEvent], goes_on: bool
) -> None:
    found = leg(*events)

    assert found.reopened is goes_on
    ended = any(one.kind.is_end for one in events)
    assert (found.over_at is None) is (goes_on or not ended)


@pytest.mark.parametrize(
    ("said", "direction"),
    [
        ((IN, OUT), OUT),
        ((OUT, IN), OUT),
        ((Direction.UNKNOWN, OUT), OUT),
        ((Direction.INTERNAL, OUT), OUT),
        ((IN, Direction.INTERNAL), Direction.INTERNAL),
        ((IN, Direction.UNKNOWN), IN),
        ((Direction.UNKNOWN, Direction.UNKNOWN), IN),
    ],
)
def test_the_direction_of_a_leg(
    said: tuple[Direction, Direction], direction: Direction
) -> None:
    phone = event(RINGING, 0, direction=said[0])
    pbx = event(RINGING, 0, by="pbx", direction=said[1])

    assert leg(phone, pbx).direction is direction


def test_of_a_dial_back_the_pbx_knows_when_the_customer_answered() -> None:
    phone = [event(RINGING, 0), event(CONNECTED, 2), event(ENDED, 30)]
    pbx = [event(RINGING, 2, by="pbx", direction=OUT)]
    pbx_answered = event(CONNECTED, 9, by="pbx", direction=OUT)

    assert leg(click(0, user=1), *phone).connected_at == at(2)
    assert leg(*phone, *pbx).connected_at is None
    assert leg(*phone, *pbx, pbx_answered).connected_at == at(9)


def test_a_dial_back_that_was_not_answered_does_not_go_on() -> None:
    picked_up = event(CONNECTED, 10)
    found = leg(event(MISSED, 0), picked_up, event(ENDED, 5, by="pbx", direction=OUT))

    assert (found.connected_at, found.over_at) == (None, at(5))


def test_the_more_telling_cause_counts() -> None:
    busy = event(MISSED, 9, by="pbx", cause=Cause.BUSY)
    rejected = event(MISSED, 9, cause=Cause.REJECTED)

    assert leg(busy, rejected).cause is Cause.REJECTED
    assert leg(busy, event(MISSED, 9)).cause is Cause.BUSY


def test_legs_come_in_the_order_they_began() -> None:
    found = legs(
        told(
            event(RINGING, 1, ext="202", by="ben"),
            event(RINGING, 1, ext="201"),
            event(RINGING, 0, ext="203", by="carl"),
        )
    )

    assert [one.extension for one in found] == ["203", "201", "202"]


def test_other_events_make_no_leg() -> None:
    assert legs(told(event(EventKind.OTHER, 0))) == []


def test_a_click_alone_never_gets_overdue() -> None:
    found = leg(click(0, user=1))

    assert found.is_only_dialled
    assert found.overdue_at is None
    assert not found.is_running(at(0))


@pytest.mark.parametrize(
    ("events", "overdue"),
    [
        ([event(RINGING, 0)], at(0) + RINGING_LOST),
        ([event(RINGING, 0), event(RINGING, 60)], at(60) + RINGING_LOST),
        ([event(RINGING, 0), event(CONNECTED, 9)], at(9) + TALK_LOST),
        ([event(RINGING, 0), event(MISSED, 9)], None),
        (
            [event(RINGING, 0), event(MISSED, 9), event(RINGING, 12)],
            at(12) + RINGING_LOST,
        ),
    ],
)
def test_when_the_end_of_a_leg_is_given_up(
    events: list[CallEvent], overdue: datetime | None
) -> None:
    found = leg(*events)

    assert found.overdue_at == overdue
    if overdue:
        assert found.is_running(overdue - timedelta(microseconds=1))
        assert not found.is_running(overdue)


def test_the_last_sign_of_life() -> None:
    assert leg(event(RINGING, 0), event(RINGING, 7)).last_at == at(7)
    assert leg(event(RINGING, 0), event(MISSED, 9)).last_at == at(9)


def outcome(
    *events: CallEvent,
    answered: float | None = None,
    is_over: bool = False,
    now: float = 30,
) -> str:
    taken_at = None if answered is None else at(answered)
    return outcome_of(leg(*events), taken_at, is_over=is_over, now=at(now)).value


def test_a_leg_that_runs_has_no_outcome() -> None:
    assert outcome(click(0, user=1)) == ""
    assert outcome(event(RINGING, 0)) == ""
    assert outcome(event(CONNECTED, 0)) == ""


def test_a_leg_whose_end_nobody_told_is_lost() -> None:
    assert outcome(event(RINGING, 0), now=300) == "lost"
    assert outcome(event(RINGING, 0), is_over=True) == "lost"
    assert outcome(event(CONNECTED, 0), now=12 * 3600) == "lost"


def test_a_leg_with_talk_was_answered() -> None:
    assert outcome(event(CONNECTED, 0), event(ENDED, 9)) == "answered"
    assert outcome(event(CONNECTED, 0), is_over=True) == "answered"


@pytest.mark.parametrize(
    ("over", "answered", "expected"),
    [(9, None, "missed"), (9, 11, "answered_elsewhere"), (9, 11.1, "missed")],
)
def test_who_stopped_up_to_two_seconds_before_the_answer_did_not_miss_it(
    over: float, answered: float | None, expected: str
) -> None:
    assert outcome(event(MISSED, over), answered=answered) == expected


@pytest.mark.parametrize(
    ("cause", "inbound", "outbound", "taken"),
    [
        (Cause.UNKNOWN, "missed", "not_reached", "answered_elsewhere"),
        (Cause.NO_ANSWER, "missed", "not_reached", "answered_elsewhere"),
        (Cause.UNREACHABLE, "missed", "not_reached", "answered_elsewhere"),
        (Cause.BUSY, "busy", "busy", "busy"),
        (Cause.REJECTED, "rejected", "rejected", "rejected"),
        (Cause.CANCELLED, "cancelled", "cancelled", "answered_elsewhere"),
        (Cause.ANSWERED_ELSEWHERE, *["answered_elsewhere"] * 3),
    ],
)
def test_a_stated_cause_names_the_outcome(
    cause: Cause, inbound: str, outbound: str, taken: str
) -> None:
    end = event(MISSED, 9, cause=cause)

    assert outcome(end) == inbound
    assert outcome(event(ENDED, 9, cause=cause, direction=OUT)) == outbound
    assert outcome(end, answered=9) == taken


def test_an_outbound_leg_is_not_answered_elsewhere() -> None:
    assert outcome(event(ENDED, 9, direction=OUT), answered=9) == Outcome.NOT_REACHED
