"""What a person's presence is, and who gets a group's calls. Pure: knows no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# A page gives a sign of life every two minutes; one may get lost.
SIGN_LASTS = timedelta(minutes=5)
IDLE_AFTER = timedelta(minutes=20)


class Status(StrEnum):
    """What somebody says of their workplace.

    ``SIGNED_IN`` is at the desk, and not ready for group calls yet.
    """

    AVAILABLE = "available"
    SIGNED_IN = "signed_in"
    NOT_AVAILABLE = "not_available"
    WRAP_UP = "wrap_up"
    PAUSE = "pause"
    SIGNED_OUT = "signed_out"


class State(StrEnum):
    """What colleagues see of a person."""

    FREE = "free"
    RINGING = "ringing"
    TALKING = "talking"
    DISTURB = "disturb"
    WRAP_UP = "wrap_up"
    PAUSE = "pause"
    UNAVAILABLE = "unavailable"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Shift:
    """A workplace status, since when, and until when it lasts by itself (UTC)."""

    status: Status = Status.AVAILABLE
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a person at a moment (times in UTC).

    ``ringing`` and ``talking`` say since when, None for not at all. ``seen`` is the
    last sign of an open page, ``active`` the last key or click in one.
    """

    shift: Shift = Shift()
    ringing: datetime | None = None
    talking: datetime | None = None
    disturb: bool = False
    seen: datetime | None = None
    active: datetime | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """What colleagues see of a person, and since when, if that is known (UTC)."""

    state: State = State.AWAY
    since: datetime | None = None


def effective(shift: Shift, now: datetime) -> Shift:
    """A shift as it counts now: wrap-up that is over has become available."""
    over = shift.until is not None and shift.until <= now
    if shift.status is Status.WRAP_UP and over:
        return Shift(Status.AVAILABLE, shift.until)
    return shift


def is_here(facts: Facts, now: datetime) -> bool:
    """Whether a page is open and somebody sits before it."""
    if facts.seen is None or facts.active is None:
        return False
    return now - facts.seen < SIGN_LASTS and now - facts.active < IDLE_AFTER


def presence(facts: Facts, now: datetime) -> Presence:
    """What colleagues see: what the phone does, else what was said, else who is here.

    Who signed out is away whatever else was set; a break and "do not disturb" tell
    more than that nobody sits at the screen.
    """
    if facts.talking:
        return Presence(State.TALKING, facts.talking)
    if facts.ringing:
        return Presence(State.RINGING, facts.ringing)
    shift = effective(facts.shift, now)
    if shift.status is Status.SIGNED_OUT:
        return Presence(State.AWAY, shift.since)
    if facts.disturb:
        return Presence(State.DISTURB)
    if shift.status is Status.PAUSE:
        return Presence(State.PAUSE, shift.since)
    if not is_here(facts, now):
        return Presence(State.AWAY, facts.seen)
    if shift.status is Status.WRAP_UP:
        return Presence(State.WRAP_UP, shift.since)
    if shift.status is Status.NOT_AVAILABLE:
        return Presence(State.UNAVAILABLE, shift.since)
    return Presence(State.FREE)


def gets_group_call(
    shift: Shift, now: datetime, *, needs_sign_in: bool, is_signed_in: bool
) -> bool:
    """Whether a group's call pops up for a member: only who is available, and signed
    in to that group where it asks for that."""
    ready = effective(shift, now).status is Status.AVAILABLE
    return ready and (is_signed_in or not needs_sign_in)


def gets_bosses_call(shift: Shift, now: datetime, *, is_signed_in: bool) -> bool:
    """Whether a call of somebody's pops up for their deputy."""
    return is_signed_in and effective(shift, now).status is Status.AVAILABLE


def wrap_up_until(
    ended: datetime, seconds: int, shift: Shift, now: datetime
) -> datetime | None:
    """When the wrap-up after a group call ends (UTC); None where there is none.

    It begins for who was available, and not again once they have said something else.
    """
    until = ended + timedelta(seconds=seconds)
    if until <= now or effective(shift, now).status is not Status.AVAILABLE:
        return None
    if shift.since is not None and shift.since > ended:
        return None
    return until
