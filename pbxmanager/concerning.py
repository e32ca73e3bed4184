"""What a change of a call means for the missed list: whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from crmplus.phonebook.normalise import NumberKind
from pbxmanager.models import Call, Direction, Status

# Numbers inside the house, and codes that only the PBX understands.
INSIDE: Final = frozenset({NumberKind.INTERNAL, NumberKind.FEATURE})


class Key(NamedTuple):
    """Whom an entry of the missed list is for: a number, or one anonymous call."""

    party: str
    call: int = 0


class Bearing(NamedTuple):
    """What a call says of a caller: nobody took it, or somebody talked with them."""

    key: Key
    is_missed: bool
    facts: tuple[object, ...]


def bearing(call: Call) -> Bearing | None:
    """What a call says of a caller; None where it says nothing (yet).

    A missed call in the recycle bin is none any more; a talk was had all the same.
    """
    if call.direction == Direction.INTERNAL or call.number_kind in INSIDE:
        return None
    missed = call.direction == Direction.INBOUND and call.status == Status.MISSED
    if missed and call.deleted_at is None:
        key = Key(call.party) if call.party else Key("", call.pk)
        return Bearing(key, True, (call.started_at, call.extension))
    if call.connected_at is not None and call.party:
        return Bearing(Key(call.party), False, (call.connected_at,))
    return None


def concerned(bearings: Iterable[Bearing | None]) -> frozenset[Key]:
    """Whose entries are to be looked at anew."""
    return frozenset(one.key for one in bearings if one)
