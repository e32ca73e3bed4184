"""What became of one extension's part in a call. Pure: knows no Django."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crmplus.phonebook.normalise import Number
from pbxmanager.events import NO_NUMBER, CallEvent, Cause, Direction, EventKind
from pbxmanager.told import Told, best_number, by_extension, report_directions

JITTER = timedelta(seconds=2)
RINGING_LOST = timedelta(minutes=5)
TALK_LOST = timedelta(hours=12)


class Outcome(StrEnum):
    """What became of a leg; empty while it runs."""

    RUNNING = ""
    ANSWERED = "answered"
    MISSED = "missed"
    NOT_REACHED = "not_reached"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    BUSY = "busy"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One extension's part in a call; times in UTC.

    ``reopened`` says that it rings or talks again after an end (a queue that tries
    the same extension twice); that can only be told from stated times.
    """

    extension: str
    number: Number = NO_NUMBER
    direction: Direction = Direction.INBOUND
    cause: Cause = Cause.UNKNOWN
    first_at: datetime
    rang_at: datetime | None = None
    last_rang_at: datetime | None = None
    connected_at: datetime | None = None
    ended_at: datetime | None = None
    missed_at: datetime | None = None
    reopened: bool = False
    outcome: Outcome = Outcome.RUNNING

    @property
    def over_at(self) -> datetime | None:
        """When it ended, None while it runs."""
        return None if self.reopened else self.ended_at or self.missed_at

    @property
    def last_at(self) -> datetime:
        """The last sign of life."""
        times = (self.first_at, self.last_rang_at, self.connected_at, self.over_at)
        return max(time for time in times if time)

    @property
    def is_only_dialled(self) -> bool:
        """Clicked in the CRM; no phone has reported it yet."""
        return not (self.rang_at or self.connected_at or self.over_at)

    @property
    def overdue_at(self) -> datetime | None:
        """When its end is given up: after 5 min of ringing or 12 h of talk.

        None where it has ended or no phone has reported it.
        """
        if self.over_at or self.is_only_dialled:
            return None
        if self.connected_at:
            return self.connected_at + TALK_LOST
        return (self.last_rang_at or self.first_at) + RINGING_LOST

    def is_running(self, now: datetime) -> bool:
        """Rings or talks, and may still be believed."""
        return self.overdue_at is not None and now < self.overdue_at


# Of two causes stated for one leg, the more telling one: a phone knows that its user
# rejected the call where the PBX only says "busy".
CAUSE_RANK = {cause: rank for rank, cause in enumerate(Cause)}


def _leg_direction(said: Iterable[Direction]) -> Direction:
    """Outbound beats inbound: a call-back rings the own phone as if it came in."""
    stated = set(said)
    for direction in (Direction.OUTBOUND, Direction.INTERNAL):
        if direction in stated:
            return direction
    return Direction.INBOUND


def _end(events: Sequence[CallEvent], connected_at: datetime | None) -> datetime | None:
    """The latest stated end, else the first arrival that can end the talk."""
    stated = [event.at for event in events if event.stated_at]
    if stated:
        return max(stated)
    arrived = sorted(event.at for event in events)
    fitting = [at for at in arrived if connected_at and at >= connected_at]
    return next(iter(fitting or arrived), None)


def _goes_on(
    by_kind: Mapping[EventKind, Sequence[CallEvent]], connected_at: datetime | None
) -> bool:
    """Whether, all times being stated, it rings or talks again after the last end.

    Arrival times can't tell it from events that overtook each other; the clocks of
    two sources may differ by as much as a connection may lag behind its own end.
    """
    ends = [*by_kind[EventKind.ENDED], *by_kind[EventKind.MISSED]]
    lives = [*by_kind[EventKind.CONNECTED], *by_kind[EventKind.RINGING]]
    if not ends or any(one.stated_at is None for one in (*ends, *lives)):
        return False
    over_at = max(end.at for end in ends)
    if connected_at:
        return connected_at > over_at + JITTER
    return any(ring.at > over_at for ring in by_kind[EventKind.RINGING])


def _connected(
    events: Sequence[Told],
    direction: Direction,
    directions: Mapping[tuple[Hashable, str], Direction],
) -> datetime | None:
    """The earliest connection.

    A phone that saw an outbound call come in (its PBX dialled back) only tells when
    its own user picked up; who saw it go out knows whether the other party did.
    """
    told = [one for one in events if one.event.kind is EventKind.CONNECTED]
    if direction is Direction.OUTBOUND:
        saw_it_go_out = {
            one.report
            for one in events
            if one.event.kind is not EventKind.DIALLED
            and directions[one.report, one.event.extension] is not Direction.INBOUND
        }
        if saw_it_go_out:
            told = [one for one in told if one.report in saw_it_go_out]
    return min((one.event.at for one in told), default=None)


def _build(
    extension: str,
    told: Sequence[Told],
    directions: Mapping[tuple[Hashable, str], Direction],
) -> Leg:
    by_kind: dict[EventKind, list[CallEvent]] = defaultdict(list)
    for _, event in told:
        by_kind[event.kind].append(event)
    direction = _leg_direction(
        directions[one.report, one.event.extension] for one in told
    )
    rings = [event.at for event in by_kind[EventKind.RINGING]]
    connected_at = _connected(told, direction, directions)
    ended_at = _end(by_kind[EventKind.ENDED], connected_at)
    missed_at = _end(by_kind[EventKind.MISSED], connected_at)
    over_at = ended_at or missed_at
    talk = max((event.duration or 0 for _, event in told), default=0)
    if talk and over_at and not connected_at:
        connected_at = over_at - timedelta(seconds=talk)
    return Leg(
        extension=extension,
        number=best_number(event for _, event in told),
        direction=direction,
        cause=min((event.cause for _, event in told), key=CAUSE_RANK.__getitem__),
        first_at=min(
            at for at in (*(event.at for _, event in told), connected_at) if at
        ),
        rang_at=min(rings, default=None),
        last_rang_at=max(rings, default=None),
        connected_at=connected_at,
        ended_at=ended_at,
        missed_at=missed_at,
        reopened=_goes_on(by_kind, connected_at),
    )


def legs(told: Iterable[Told]) -> list[Leg]:
    """The legs of a call, first come first; outcomes are still empty.

    Events of kind ``other`` change nothing.
    """
    counted = [one for one in told if one.event.kind is not EventKind.OTHER]
    directions = report_directions(counted)
    built = [
        _build(extension, events, directions)
        for extension, events in by_extension(counted).items()
    ]
    return sorted(built, key=lambda leg: (leg.first_at, leg.extension))
