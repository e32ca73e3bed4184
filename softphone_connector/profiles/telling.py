"""What a profile's page tells: abilities, steps, and what is lacking. Pure rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pbxmanager.endpoint_spec import Role
from pbxmanager.events import Direction, EventKind
from softphone_connector.profiles.shape import (
    How,
    Lack,
    Profile,
    Statement,
    Step,
)

# Steps that belong to making the key.
KEY = frozenset({Step.ONE_KEY_EACH, Step.SIGNING_KEY, Step.SIGNING_SECRET})
ROWS = (EventKind.RINGING, EventKind.CONNECTED, EventKind.ENDED, EventKind.MISSED)


class Ability(StrEnum):
    """Whether a client reports something; ``concluded`` follows from other events."""

    YES = "yes"
    CONCLUDED = "concluded"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of one event, of incoming and of outgoing calls."""

    event: EventKind
    inbound: Ability
    outbound: Ability


def abilities(profile: Profile) -> list[Row]:
    """The table of what a client can report; empty for one that reports nothing."""
    if not profile.events:
        return []
    return [
        Row(
            event,
            _ability(profile, event, Direction.INBOUND),
            _ability(profile, event, Direction.OUTBOUND),
        )
        for event in ROWS
    ]


def _ability(profile: Profile, event: EventKind, direction: Direction) -> Ability:
    if profile.reports(event, direction):
        return Ability.YES
    ended = profile.reports(EventKind.ENDED, direction)
    told = profile.reports(EventKind.CONNECTED, direction) or states_duration(profile)
    may_be_concluded = event in {EventKind.MISSED, EventKind.CONNECTED}
    if ended and told and may_be_concluded:
        return Ability.CONCLUDED
    return Ability.NO


def states_duration(profile: Profile) -> bool:
    """Whether the end of a call says how long the talk was."""
    return Role.DURATION in profile.variables


def lacks(profile: Profile) -> list[Statement]:
    """What a client can't report: as its file says, and as follows from its events."""
    stated = [statement.code for statement in profile.cannot_report]
    found = [Statement(lack) for lack in _found(profile) if lack not in stated]
    return [*profile.cannot_report, *found]


def _found(profile: Profile) -> Iterator[Lack]:
    if not profile.events:
        return
    is_late = not profile.reports(EventKind.RINGING, Direction.INBOUND)
    reports_end = profile.reports(EventKind.ENDED, Direction.INBOUND)
    if not reports_end:
        yield Lack.NO_END
    if not (profile.reports(EventKind.CONNECTED, Direction.INBOUND) or is_late):
        yield Lack.NO_CONNECTED
    if not (profile.reports(EventKind.RINGING, Direction.OUTBOUND) or is_late):
        yield Lack.NO_OUTBOUND
    if profile.how is How.URL and not profile.files:
        yield from _unstated(profile)


def _unstated(profile: Profile) -> Iterator[Lack]:
    answered = profile.reports(EventKind.CONNECTED, Direction.INBOUND)
    ended = profile.reports(EventKind.ENDED, Direction.INBOUND)
    if answered and ended and not profile.reports(EventKind.MISSED, Direction.INBOUND):
        yield Lack.NO_MISSED
    if Role.EXTENSION not in profile.variables:
        yield Lack.NO_EXTENSION
    if Role.NAME not in profile.variables:
        yield Lack.NO_NAME


def key_steps(profile: Profile) -> list[Statement]:
    """What is to be heeded when the key is made."""
    own = [step for step in profile.steps if step.code in KEY]
    if profile.how is How.URL and Role.EXTENSION not in profile.variables:
        own.insert(0, Statement(Step.ONE_KEY_EACH))
    return own


def steps(profile: Profile) -> list[Statement]:
    """What is to be done in the client beside pasting; last what dialling needs."""
    own = [step for step in profile.steps if step.code not in KEY]
    return sorted(own, key=lambda step: step.code is Step.ALLOW_DIALLING)
