"""Call-backs that were planned are done once somebody has reached the person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from crmplus.batches import batches
from crmplus.tickets.services import close_call_backs
from pbxmanager.models import Call, Direction
from pbxmanager.same_person import same_person

BATCH: Final = 100


def close_reached(calls: Collection[int]) -> int:
    """Tick off the call-backs to those whom some calls (ids) reached; how many.

    Whoever called whom, and under which of their numbers: the person was spoken to. A
    call-back that was planned since the call was taken stays.
    """
    reached = Call.objects.filter(
        pk__in=calls, connected_at__isnull=False, party__gt=""
    ).exclude(direction=Direction.INTERNAL)
    talks = list(reached.select_related("user").order_by("connected_at"))
    return sum(_close(some) for some in batches(talks, BATCH))


def _close(talks: Sequence[Call]) -> int:
    alike = same_person({call.party for call in talks})
    return sum(
        len(close_call_backs(call.user, call.connected_at, party=party))
        for call in talks
        if call.connected_at
        for party in (call.party, *sorted(alike.get(call.party, ())))
    )
