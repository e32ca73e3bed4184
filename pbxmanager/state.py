"""What a call is: one pure function of its events. Knows no Django.

``summarise(told, now)`` sorts and de-duplicates, so neither the order in which events
came nor how often they came counts: with stated times the result is the same to the
second, with arrival times status and outcomes are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from crmplus.phonebook.normalise import Number, NumberKind
from pbxmanager.events import Direction, EventKind
from pbxmanager.legs import Leg, Outcome, legs
from pbxmanager.outcomes import outcome_of
from pbxmanager.told import Told, best_number, best_text


class Status(StrEnum):
    """Where a call stands. ``initial`` is a click that no phone has reported yet."""

    INITIAL = "initial"
    RINGING = "ringing"
    CONNECTED = "connected"
    ENDED = "ended"
    MISSED = "missed"
    NOT_REACHED = "not_reached"
    LOST = "lost"

    @property
    def is_live(self) -> bool:
        return self in {Status.RINGING, Status.CONNECTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallState:
    """A conversation: one line of the log. Times in UTC, durations in whole seconds.

    ``wait`` runs from the first ringing to the connection, else to the end; None
    where nothing rang. ``duration`` is None while the call runs and where its end was
    never told, 0 where nobody talked. ``extension`` is who took the call, placed it,
    or was called first.
    """

    direction: Direction
    status: Status
    number: Number
    name: str
    extension: str
    started_at: datetime
    connected_at: datetime | None
    ended_at: datetime | None
    wait: int | None
    duration: int | None
    recording_url: str
    legs: tuple[Leg, ...]


class Course(NamedTuple):
    """How far the conversation went."""

    status: Status
    connected_at: datetime | None
    ended_at: datetime | None


def _seconds(start: datetime | None, end: datetime | None) -> int | None:
    """Whole seconds between two times, never negative; None where one is missing."""
    if start is None or end is None:
        return None
    return max(0, int((end - start).total_seconds()))


def calls_each_other(caller: Leg, called: Leg) -> bool:
    """x calls y and y is called by x, or x calls a group and y is called by x."""
    if not (caller.extension and called.extension):
        return False
    if caller.extension == called.extension:
        return False
    if called.number.key != caller.extension:
        return False
    if called.direction is Direction.OUTBOUND:
        return False
    if caller.number.key == called.extension:
        return True
    is_group = caller.number.kind is NumberKind.INTERNAL
    return is_group and caller.direction is Direction.OUTBOUND


def _caller(all_legs: Sequence[Leg]) -> Leg | None:
    """The leg that called another leg of the same call; outbound ones first."""
    callers = [
        leg
        for leg in all_legs
        if any(calls_each_other(leg, other) for other in all_legs)
    ]
    callers.sort(key=lambda leg: leg.direction is not Direction.OUTBOUND)
    return callers[0] if callers else None


def _direction(all_legs: Sequence[Leg], caller: Leg | None) -> Direction:
    said = {leg.direction for leg in all_legs}
    if caller or Direction.INTERNAL in said:
        return Direction.INTERNAL
    return Direction.OUTBOUND if Direction.OUTBOUND in said else Direction.INBOUND


def _judged(
    all_legs: Sequence[Leg], direction: Direction, caller: Leg | None
) -> list[Leg]:
    """The legs that decide: of an internal call the called ones, else all."""
    if direction is not Direction.INTERNAL:
        return list(all_legs)
    return [
        leg
        for leg in all_legs
        if leg is not caller and leg.direction is not Direction.OUTBOUND
    ]


def _ends(judged: Sequence[Leg], caller: Leg | None, now: datetime) -> list[datetime]:
    """When the judged legs ended; empty while one of them still runs.

    A caller who hung up has ended the call for all of them.
    """
    if caller and caller.over_at:
        return [caller.over_at]
    if any(leg.is_running(now) for leg in judged):
        return []
    return [leg.over_at for leg in judged if leg.over_at]


def _unanswered(judged: Sequence[Leg]) -> Status:
    """An attempt that only the calling side told of was not reached."""
    if any(leg.direction is Direction.OUTBOUND for leg in judged):
        return Status.NOT_REACHED
    return Status.MISSED


def _course(judged: Sequence[Leg], caller: Leg | None, now: datetime) -> Course:
    if all(leg.is_only_dialled for leg in judged):
        return Course(Status.INITIAL, None, None)
    talked = [leg for leg in judged if leg.connected_at]
    connected_at = min(
        (leg.connected_at for leg in talked if leg.connected_at), default=None
    )
    ends = _ends(talked or judged, caller, now)
    if ends:
        status = Status.ENDED if talked else _unanswered(judged)
        return Course(status, connected_at, max(ends))
    if not any(leg.is_running(now) for leg in talked or judged):
        return Course(Status.LOST, connected_at, None)
    return Course(Status.CONNECTED if talked else Status.RINGING, connected_at, None)


def _main_leg(all_legs: Sequence[Leg], caller: Leg | None) -> Leg:
    """Who placed an internal or outbound call, who took it, or who rang first."""
    if caller:
        return caller
    return min(
        all_legs,
        key=lambda leg: (
            leg.connected_at is None,
            leg.direction is not Direction.OUTBOUND,
            leg.connected_at or leg.first_at,
            leg.extension,
        ),
    )


def summarise(told: Iterable[Told], now: datetime) -> CallState:
    """What the events of one call say at the time ``now`` (UTC).

    Raises ValueError where no event says anything (all are of kind ``other``).
    """
    counted = [one for one in told if one.event.kind is not EventKind.OTHER]
    all_legs = legs(counted)
    if not all_legs:
        raise ValueError("a call needs an event that says something")
    caller = _caller(all_legs)
    direction = _direction(all_legs, caller)
    judged = _judged(all_legs, direction, caller)
    status, connected_at, ended_at = _course(judged, caller, now)
    if caller and connected_at and not caller.connected_at:
        answered = replace(caller, connected_at=connected_at)
        all_legs = [answered if leg is caller else leg for leg in all_legs]
    duration = _seconds(connected_at, ended_at) if connected_at else None
    if ended_at and not connected_at:
        duration = 0
    rang_at = min((leg.rang_at for leg in all_legs if leg.rang_at), default=None)
    answers = {leg.extension: leg.connected_at for leg in judged if leg.connected_at}
    main = _main_leg(all_legs, caller)
    events = [one.event for one in counted]
    return CallState(
        direction=direction,
        status=status,
        number=main.number if caller else best_number(events),
        name=best_text(events, lambda event: event.name),
        extension=main.extension,
        started_at=min(leg.first_at for leg in all_legs),
        connected_at=connected_at,
        ended_at=ended_at,
        wait=_seconds(rang_at, connected_at or ended_at),
        duration=duration,
        recording_url=best_text(events, lambda event: event.recording_url),
        legs=tuple(
            replace(
                leg,
                outcome=outcome_of(
                    leg,
                    _answered_by_other(leg, answers),
                    is_over=ended_at is not None,
                    now=now,
                ),
            )
            for leg in all_legs
        ),
    )


def _answered_by_other(leg: Leg, answers: Mapping[str, datetime]) -> datetime | None:
    return min(
        (at for extension, at in answers.items() if extension != leg.extension),
        default=None,
    )


def overdue_at(state: CallState) -> datetime | None:
    """When the end of a leg that still runs is to be given up (UTC).

    A leg that was given up while another one talks is not waited for any more.
    """
    if not state.status.is_live:
        return None
    running = [leg for leg in state.legs if leg.outcome is Outcome.RUNNING]
    return min((leg.overdue_at for leg in running if leg.overdue_at), default=None)
