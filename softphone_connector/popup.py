"""Which calls pop up for whom: live messages and the snapshot a stream starts with."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from crmplus.live.bus import publish
from crmplus.statements import compiled
from pbxmanager.blocking import blocked
from pbxmanager.legs import TALK_LOST
from pbxmanager.models import Call, Direction, Leg, Status
from pbxmanager.rules import Rules, rules
from pbxmanager.workplace import routing
from softphone_connector.availability import Availability, disturbed
from softphone_connector.lines import Line

CLICK_SHOWN = timedelta(minutes=2)
RUNNING = (Status.RINGING, Status.CONNECTED)


@dataclass(frozen=True, slots=True)
class Part:
    """A user's part in a call.

    ``talked`` is whether they took it; ``quiet`` whether they want no cards now, or
    none of that line.
    """

    user: int
    talked: bool
    quiet: bool


def message(
    call: Call, known: Rules, *, quiet: bool = False, gone: bool = False
) -> dict[str, Any]:
    """What a browser has to know of a call; the card itself is at ``card``.

    ``quiet``: no card appears for it; one that is there follows it all the same.
    """
    return {
        "type": "call",
        "key": str(call.uid),
        "version": call.version,
        "state": call.status,
        "card": reverse("softphone_connector:card", args=[call.uid]),
        "quiet": quiet,
        "gone": gone or call.is_deleted or not pops_up(call, timezone.now(), known),
    }


def gone(uid: UUID, version: int) -> dict[str, Any]:
    """Takes the card of a call away that was joined into another one."""
    return {"type": "call", "key": str(uid), "version": version, "gone": True}


def stack(request: HttpRequest) -> dict[str, Any]:
    """What the page's stack of cards is told: how many seconds they stay."""
    return {"stays": rules().popup_stays}


def pops_up(call: Call, now: datetime, known: Rules) -> bool:
    """Whether a call is live or has just ended (UTC)."""
    if call.status == Status.INITIAL:
        return now - call.started_at < CLICK_SHOWN
    if call.status in RUNNING:
        return True
    stays = timedelta(seconds=known.popup_stays)
    return call.ended_at is not None and now - call.ended_at < stays


def on_call_changed(
    sender: type[Call], call: Call, merged: Sequence[UUID], **kwargs: Any
) -> None:
    """Tell the browsers of everyone who has a part in the call."""
    known, parts = rules(), _by_user(_parts(call=call.pk))
    parts = {**_shared(call), **parts}
    told: dict[tuple[bool, bool], list[int]] = defaultdict(list)
    is_blocked = bool(parts and call.party and blocked([call.party]))
    for user, own in parts.items():
        told[_manner(call, own, known, is_blocked)].append(user)
    if call.clicked_by_id is not None and call.clicked_by_id not in parts:
        told[False, False].append(call.clicked_by_id)
    for (is_quiet, is_gone), users in told.items():
        publish(users, message(call, known, quiet=is_quiet, gone=is_gone))
    people = [user for users in told.values() for user in users]
    for uid in merged:
        publish(people, gone(uid, call.version))


def _manner(
    call: Call, own: Sequence[Part], known: Rules, is_blocked: bool
) -> tuple[bool, bool]:
    """Whether the card of a call is held back from a user (their parts), and whether
    one that is there goes.

    Who dialled it in the CRM asked for it: that is no disturbance.
    """
    if own[0].user == call.clicked_by_id:
        return False, False
    internal = call.direction == Direction.INTERNAL and not known.popup_internal
    quiet = is_blocked or internal or all(part.quiet for part in own)
    taken = call.connected_at is not None and not any(part.talked for part in own)
    inbound = call.direction == Direction.INBOUND
    return quiet, taken and inbound and not known.popup_answered_elsewhere


def _shared(call: Call) -> Mapping[int, list[Part]]:
    """The parts of those for whom a call pops up that rings at no phone of theirs."""
    users = routing.people(call)
    away = disturbed(users) if users else set()
    return {user: [Part(user, talked=False, quiet=user in away)] for user in users}


@compiled
def _parts(call: int) -> QuerySet[Leg, tuple[Any, ...]]:
    return _rows(Leg.objects.filter(call=call, user__isnull=False))


def _rows(legs: QuerySet[Leg]) -> QuerySet[Leg, tuple[Any, ...]]:
    quiet_line = Line.objects.filter(
        extension__number=OuterRef("extension"),
        extension__user=OuterRef("user"),
        pops_up=False,
    )
    away = Availability.objects.filter(user=OuterRef("user"), do_not_disturb=True)
    return legs.annotate(quiet=Exists(quiet_line), away=Exists(away)).values_list(
        "call_id", "user_id", "connected_at", "quiet", "away"
    )


def _by_user(rows: Iterable[tuple[Any, ...]]) -> Mapping[int, list[Part]]:
    parts: dict[int, list[Part]] = defaultdict(list)
    for _call, user, connected_at, quiet, away in rows:
        parts[user].append(Part(user, connected_at is not None, bool(quiet or away)))
    return parts


def live_calls(user: int, now: datetime, known: Rules) -> QuerySet[Call]:
    """The calls of a user (id) that are live or have just ended, oldest first."""
    since = now - TALK_LOST
    ended = now - timedelta(seconds=known.popup_stays)
    own_leg = Leg.objects.filter(
        Q(over_at=None) | Q(over_at__gt=ended),
        call=OuterRef("pk"),
        user=user,
        first_at__gte=since,
    )
    shared = routing.popped_up_for(user) or Q(pk__in=())
    # Once somebody has taken it, it is over for those at whose phones it did not ring.
    shared &= Q(connected_at=None) | Q(connected_at__gt=ended)
    return Call.objects.filter(
        Q(clicked_by=user) | Exists(own_leg) | shared,
        Q(status__in=RUNNING)
        | Q(status=Status.INITIAL, started_at__gt=now - CLICK_SHOWN)
        | Q(ended_at__gt=ended),
        started_at__gte=since,
    ).order_by("started_at", "pk")


def snapshot(user: int) -> list[dict[str, Any]]:
    """What a live stream of a user (id) starts with."""
    known = rules()
    calls = list(live_calls(user, timezone.now(), known))
    return _messages(calls, user, known) if calls else []


def _messages(calls: Collection[Call], user: int, known: Rules) -> list[dict[str, Any]]:
    legs = Leg.objects.filter(call__in=calls, user=user)
    parts: dict[int, list[Part]] = defaultdict(list)
    for row in _rows(legs):
        parts[row[0]] += _by_user([row])[user]
    unwanted = blocked({call.party for call in calls if call.party})
    is_shared = any(not parts[call.pk] and call.clicked_by_id != user for call in calls)
    away = is_shared and user in disturbed({user})
    found = []
    for call in calls:
        own = parts[call.pk] or [Part(user, talked=False, quiet=away)]
        quiet, is_gone = _manner(call, own, known, call.party in unwanted)
        found.append(message(call, known, quiet=quiet, gone=is_gone))
    return [one for one in found if not one["gone"]]


def show_again(user: int) -> None:
    """Tell a user's (id) tabs of all live calls anew: cards held back may come now."""
    for one in snapshot(user):
        # Tabs pass over a version that they know; the call's next one is above this.
        publish([user], one | {"version": time.time_ns() // 1000})
