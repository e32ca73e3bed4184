"""Which calls pop up for whom: live messages and the snapshot a stream starts with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from crmplus.live.bus import publish
from pbxmanager.legs import TALK_LOST
from pbxmanager.models import Call, Leg, Status
from pbxmanager.visibility import people_of

JUST_ENDED = timedelta(seconds=60)
CLICK_SHOWN = timedelta(minutes=2)
RUNNING = (Status.RINGING, Status.CONNECTED)


def message(call: Call) -> dict[str, Any]:
    """What a browser has to know of a call; the card itself is at ``card``."""
    return {
        "type": "call",
        "key": str(call.uid),
        "version": call.version,
        "state": call.status,
        "card": reverse("softphone_connector:card", args=[call.uid]),
        "gone": call.is_deleted or not pops_up(call, timezone.now()),
    }


def gone(uid: UUID, version: int) -> dict[str, Any]:
    """Takes the card of a call away that was joined into another one."""
    return {"type": "call", "key": str(uid), "version": version, "gone": True}


def pops_up(call: Call, now: datetime) -> bool:
    """Whether a call is live or has just ended (UTC)."""
    if call.status == Status.INITIAL:
        return now - call.started_at < CLICK_SHOWN
    if call.status in RUNNING:
        return True
    return call.ended_at is not None and now - call.ended_at < JUST_ENDED


def on_call_changed(
    sender: type[Call], call: Call, merged: Sequence[UUID], **kwargs: Any
) -> None:
    """Tell the browsers of everyone who has a part in the call."""
    people = people_of(call)
    publish(people, message(call))
    for uid in merged:
        publish(people, gone(uid, call.version))


def live_calls(user: int, now: datetime) -> QuerySet[Call]:
    """The calls of a user (id) that are live or have just ended, oldest first."""
    since = now - TALK_LOST
    own_leg = Leg.objects.filter(
        Q(over_at=None) | Q(over_at__gt=now - JUST_ENDED),
        call=OuterRef("pk"),
        user=user,
        first_at__gte=since,
    )
    return Call.objects.filter(
        Q(clicked_by=user) | Exists(own_leg),
        Q(status__in=RUNNING)
        | Q(status=Status.INITIAL, started_at__gt=now - CLICK_SHOWN)
        | Q(ended_at__gt=now - JUST_ENDED),
        started_at__gte=since,
    ).order_by("started_at", "pk")


def snapshot(user: int) -> list[dict[str, Any]]:
    """What a live stream of a user (id) starts with."""
    return [message(call) for call in live_calls(user, timezone.now())]
