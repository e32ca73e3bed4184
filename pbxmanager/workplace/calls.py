"""What a change of a call means for people: group calls, wrap-up, presence."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from pbxmanager.models import Call, Status
from pbxmanager.workplace import routing, shifts, told
from pbxmanager.workplace.models import MAX_WRAP_UP, Membership


def on_call_changed(sender: type[Call], call: Call, **kwargs: Any) -> None:
    """After commit: who gets the call, whose wrap-up begins, whose presence changed.

    Asks the database nothing while there are neither groups nor deputies.
    """
    now = timezone.now()
    if routing.routes():
        if call.status == Status.RINGING:
            routing.grant(call, now)
        if _has_just_ended(call, now):
            begin_wrap_ups(call)
    told.teller.call_changed(call.pk)


def _has_just_ended(call: Call, now: datetime) -> bool:
    if call.status != Status.ENDED or call.ended_at is None:
        return False
    return (now - call.ended_at).total_seconds() < MAX_WRAP_UP


def begin_wrap_ups(call: Call) -> None:
    """Let those who took a group's call wrap it up, as long as their group says."""
    legs = routing.parts_of(call)
    groups = routing.routes().groups_of(legs)
    talked = {leg.user for leg in legs if leg.connected_at and leg.user}
    if not groups or not talked or call.ended_at is None:
        return
    rows = Membership.objects.filter(
        group__in=groups, user__in=talked, group__wrap_up__gt=0
    )
    seconds: dict[int, int] = {}
    for user, wrap_up in rows.values_list("user_id", "group__wrap_up"):
        seconds[user] = max(seconds.get(user, 0), wrap_up)
    for user, longest in seconds.items():
        shifts.wrap_up(user, call.ended_at, longest)
