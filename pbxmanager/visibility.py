"""Who may see which call. Every page, API call, popup and live message asks here."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from crmplus.statements import compiled
from pbxmanager.models import Call, Leg, MergedCall

if TYPE_CHECKING:
    from crmplus.accounts.models import User


def visible_calls(user: User) -> QuerySet[Call]:
    """The calls a user may see."""
    return visible_among(user, Call.objects.all())


def visible_among(user: User, calls: QuerySet[Call]) -> QuerySet[Call]:
    """Those of some calls, deleted ones too, that a user may see.

    Supervisors all, agents those they had a part in.
    """
    if user.is_supervisor:
        return calls
    own_leg = Exists(Leg.objects.filter(call=OuterRef("pk"), user=user))
    return calls.filter(Q(user=user) | Q(clicked_by=user) | own_leg)


def call_for(user: User, uid: UUID) -> Call | None:
    """A call by its address, also by that of a call joined into it.

    None where there is none or the user may not see it: nobody learns which.
    """
    calls = visible_calls(user).select_related("user")
    found = calls.filter(uid=uid).first()
    if found is None:
        merged = MergedCall.objects.filter(uid=uid).values("call")
        found = calls.filter(pk__in=merged).first()
    return found


def people_of(call: Call) -> set[int]:
    """The users (ids) whom a call's popups and messages go to."""
    found = {user for (user,) in _users_of_legs(call=call.pk)} | {call.clicked_by_id}
    return {user for user in found if user is not None}


@compiled
def _users_of_legs(call: int) -> QuerySet[Leg, tuple[int | None]]:
    legs = Leg.objects.filter(call=call, user__isnull=False)
    return legs.values_list("user_id")
