"""The calls that a user missed; a rule says whether those count that others took."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from pbxmanager.models import Call, Direction, Leg, Outcome, Status
from pbxmanager.rules import MissedShared, rules

if TYPE_CHECKING:
    from crmplus.accounts.models import User

IN_VAIN: Final = (
    Outcome.MISSED,
    Outcome.BUSY,
    Outcome.CANCELLED,
    Outcome.ANSWERED_ELSEWHERE,
)
TAKEN: Final = Q(connected_at__isnull=False)


def missed_by(user: User) -> QuerySet[Call]:
    """The calls that rang a user's phone in vain, in no order.

    A phone that was busy counts, one that turned the call down does not. What somebody
    else took counts where ``missed_shared`` says so, and never if the user took it on
    another phone.
    """
    legs = Leg.objects.filter(user=user, outcome__in=IN_VAIN)
    rang = legs.exclude(direction=Direction.OUTBOUND).values("call_id")
    calls = Call.objects.filter(pk__in=rang)
    if rules().missed_shared != MissedShared.RUNG:
        return calls.filter(status=Status.MISSED)
    own = Leg.objects.filter(call=OuterRef("pk"), user=user)
    talked = Exists(own.filter(connected_at__isnull=False))
    return calls.filter(Q(status=Status.MISSED) | TAKEN & ~talked)


def takers(calls: Iterable[Call]) -> dict[int, str]:
    """Who took those of some calls (by primary key) that somebody did, in words.

    One query at most.
    """
    taken = [call.pk for call in calls if call.connected_at]
    if not taken:
        return {}
    legs = Leg.objects.filter(TAKEN, call__in=taken).select_related("user")
    called = legs.exclude(direction=Direction.OUTBOUND).order_by("-connected_at")
    # Of several the first to answer stays.
    return {leg.call_id: str(leg.user or leg.extension) for leg in called}
