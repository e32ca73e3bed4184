"""Call-backs that were planned are done once somebody has reached the person."""

from __future__ import annotations

from collections.abc import Collection

from crmplus.tickets.services import close_call_backs
from pbxmanager.models import Call, Direction


def close_reached(calls: Collection[int]) -> int:
    """Tick off the call-backs to those whom some calls (ids) reached; how many.

    Whoever called whom: the person was spoken to. A call-back that was planned since
    the call was taken stays.
    """
    reached = Call.objects.filter(
        pk__in=calls, connected_at__isnull=False, party__gt=""
    ).exclude(direction=Direction.INTERNAL)
    closed = 0
    for call in reached.select_related("user").order_by("connected_at"):
        if call.connected_at:
            by, at = call.user, call.connected_at
            closed += len(close_call_backs(by, at, party=call.party))
    return closed
