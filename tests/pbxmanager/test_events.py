"""What clients state is read without guessing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pbxmanager.events import (
    Cause,
    Direction,
    EventKind,
    parse_cause,
    parse_direction,
    trusted_time,
)
from tests.pbxmanager.cast import RINGING, START, at, event


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("busy", Cause.BUSY),
        ("BUSY", Cause.BUSY),
        ("User busy", Cause.BUSY),
        ("user_busy", Cause.BUSY),
        ("Busy-Here", Cause.BUSY),
        ("CHANUNAVAIL", Cause.UNREACHABLE),
        ("no+answer", Cause.NO_ANSWER),
        ("NOANSWER", Cause.NO_ANSWER),
        ("NO_ANSWER", Cause.NO_ANSWER),
        ("CALL_REJECTED", Cause.REJECTED),
        ("declined", Cause.REJECTED),
        ("cancel", Cause.CANCELLED),
        ("ORIGINATOR_CANCEL", Cause.CANCELLED),
        ("answered elsewhere", Cause.ANSWERED_ELSEWHERE),
        ("486", Cause.BUSY),
        (" 486 Busy Here", Cause.BUSY),
        ("SIP 603 Decline", Cause.REJECTED),
        ("sip:487", Cause.CANCELLED),
        ("Q.850/26", Cause.ANSWERED_ELSEWHERE),
        ("q850:17", Cause.BUSY),
        ("17", Cause.BUSY),
        ("16", Cause.UNKNOWN),
        ("200", Cause.UNKNOWN),
        ("999", Cause.UNKNOWN),
        ('Q.850;cause=26;text="Answered elsewhere"', Cause.ANSWERED_ELSEWHERE),
        ("q.850 ; cause = 21", Cause.REJECTED),
        ('SIP;cause=200;text="Call completed elsewhere"', Cause.ANSWERED_ELSEWHERE),
        ("SIP;cause=486", Cause.BUSY),
        ("Q.850;cause=200", Cause.UNKNOWN),
        ("", Cause.UNKNOWN),
        ("4861", Cause.UNKNOWN),
        ("normal clearing", Cause.UNKNOWN),
        ("besetzt", Cause.UNKNOWN),
    ],
)
def test_a_cause_is_read_in_words_and_codes(text: str, cause: Cause) -> None:
    assert parse_cause(text) is cause


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("in", Direction.INBOUND),
        (" Incoming ", Direction.INBOUND),
        ("OUT", Direction.OUTBOUND),
        ("outgoing", Direction.OUTBOUND),
        ("internal", Direction.INTERNAL),
        ("", Direction.UNKNOWN),
        ("  ", Direction.UNKNOWN),
        ("sideways", None),
    ],
)
def test_a_direction_is_read(text: str, direction: Direction | None) -> None:
    assert parse_direction(text) is direction


@pytest.mark.parametrize(
    ("off_by", "is_trusted"),
    [
        (timedelta(), True),
        (timedelta(seconds=60), True),
        (timedelta(seconds=61), False),
        (timedelta(days=-1), True),
        (timedelta(days=-1, seconds=-1), False),
    ],
)
def test_a_stated_time_is_trusted_within_limits(
    off_by: timedelta, is_trusted: bool
) -> None:
    stated = START + off_by

    assert trusted_time(stated, START) == (stated if is_trusted else None)


def test_no_stated_time_is_no_time() -> None:
    assert trusted_time(None, START) is None


def test_an_event_happened_when_it_says_else_when_it_came() -> None:
    assert event(RINGING, 5, received_at=at(9)).at == at(5)
    assert event(RINGING, 5, stated_at=None).at == at(5)


def test_ends_are_two_kinds() -> None:
    assert {kind for kind in EventKind if kind.is_end} == {
        EventKind.ENDED,
        EventKind.MISSED,
    }
