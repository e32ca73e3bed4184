"""How a leg turned out. Pure: knows no Django."""

from __future__ import annotations

from datetime import datetime

from pbxmanager.events import Cause, Direction
from pbxmanager.legs import JITTER, Leg, Outcome

CAUSE_OUTCOME = {
    Cause.ANSWERED_ELSEWHERE: Outcome.ANSWERED_ELSEWHERE,
    Cause.REJECTED: Outcome.REJECTED,
    Cause.CANCELLED: Outcome.CANCELLED,
    Cause.BUSY: Outcome.BUSY,
}


def _ended_outcome(
    leg: Leg, over_at: datetime, answered_at: datetime | None
) -> Outcome:
    """What became of a leg that ended without talk."""
    stated = CAUSE_OUTCOME.get(leg.cause)
    called = leg.direction is not Direction.OUTBOUND
    taken = answered_at is not None and over_at >= answered_at - JITTER
    # A PBX cancels the other phones of a group once somebody has answered.
    if called and taken and stated in {None, Outcome.CANCELLED}:
        return Outcome.ANSWERED_ELSEWHERE
    if stated:
        return stated
    if leg.direction is Direction.OUTBOUND:
        return Outcome.NOT_REACHED
    return Outcome.MISSED


def outcome_of(
    leg: Leg, answered_at: datetime | None, *, is_over: bool, now: datetime
) -> Outcome:
    """What became of a leg.

    ``answered_at`` is when somebody else answered the call, ``is_over`` whether the
    call's end was told: a leg whose own end nobody told by then is lost, not missed.
    """
    if leg.is_only_dialled:
        return Outcome.RUNNING
    if leg.over_at and not leg.connected_at:
        return _ended_outcome(leg, leg.over_at, answered_at)
    if leg.connected_at and (leg.over_at or is_over):
        return Outcome.ANSWERED
    if leg.is_running(now) and not is_over:
        return Outcome.RUNNING
    return Outcome.LOST
