"""Saves what has become of calls; the only place that writes them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from crmplus.statements import compiled, insert, update
from crmplus.tickets.services import move_call
from crmplus.timeline.services import move_comments
from pbxmanager import legs, models, sharing
from pbxmanager.concerning import Bearing, Key, bearing, concerned
from pbxmanager.conversations import Conversation, Reported
from pbxmanager.joining import continued
from pbxmanager.state import overdue_at

CLEAN_UP = "PBX Clean Up"
CALL = "call"
UNFINISHED = (models.Status.INITIAL, models.Status.LOST)


@dataclass
class Changed:
    """A call that has changed, and the addresses of calls joined into it.

    ``concerned`` are those of the missed list whom the change concerns.
    """

    call: models.Call
    merged: list[UUID]
    concerned: frozenset[Key]


def save_all(
    found: Sequence[Conversation], users: Mapping[str, int], news: Collection[Reported]
) -> list[Changed]:
    """Save conversations, oldest first; gives those that have changed.

    Only what there is ``news`` of is written. The others were read to see whether
    they are the same call: somebody else may be writing them at this moment.
    """
    changed = []
    for conversation in found:
        continues = _continues(conversation, found)
        has_news = any(one in news for one in conversation.reported)
        is_linked_anew = conversation.call.continues_id != continues
        if not (has_news or conversation.is_regrouped or is_linked_anew):
            continue
        before = _bearings(conversation)
        if _save(conversation, continues, users):
            gone = [call.uid for call in conversation.absorbed]
            after = bearing(conversation.call)
            # Of a missed call also the phones that rang count, and they may be new.
            still = {after} if after and after.is_missed else set()
            whom = concerned((before ^ {after}) | still)
            changed.append(Changed(conversation.call, gone, whom))
    return changed


def _bearings(conversation: Conversation) -> set[Bearing | None]:
    """What the calls of a conversation said of a caller until now."""
    calls = [conversation.call, *conversation.absorbed]
    return {bearing(call) for call in calls if call.pk and call.direction}


def _continues(later: Conversation, found: Sequence[Conversation]) -> int | None:
    """The call (id) that another one continues, the latest where several fit.

    A link to a call that is not among those read stays.
    """
    fitting = [
        earlier.call.pk
        for earlier in found
        if earlier is not later and continued(later.state.legs, earlier.state.legs)
    ]
    if fitting:
        return fitting[-1]
    linked = later.call.continues_id
    return None if linked in {one.call.pk for one in found} else linked


def _save(
    conversation: Conversation, continues: int | None, users: Mapping[str, int]
) -> bool:
    """Save one conversation; whether anything of it has changed."""
    call = conversation.call
    was_unfinished = call.status in UNFINISHED
    values = _call_values(conversation, users) | {"continues_id": continues}
    changed = _set(call, values)
    rows = {row.extension: row for row in _legs_of(call=call.pk)} if call.pk else {}
    new_legs, changed_legs = _legs(conversation, rows, users)
    if not (changed or new_legs or changed_legs or rows or conversation.absorbed):
        _take_over_reports(conversation)
        return False
    call.version = call.next_version()
    if call.pk:
        # Only what was computed: the rest may be changed by people at this moment.
        update(call, [*changed, "version"])
        if was_unfinished and call.status not in UNFINISHED:
            _bring_back(call)
    else:
        call.private_at = _private_before(conversation)
        insert(call)
    for row in new_legs:
        row.call = call
        insert(row)
    for row, names in changed_legs:
        update(row, names)
    if rows:
        models.Leg.objects.filter(pk__in=[row.pk for row in rows.values()]).delete()
    _take_over_reports(conversation)
    for gone in conversation.absorbed:
        _absorb(call, gone)
    return True


def _private_before(conversation: Conversation) -> datetime | None:
    """Since when the call was private from which these reports are parted, if any."""
    parted = {one.row.call_id for one in conversation.reported if one.row.pk}
    if not parted:
        return None
    calls = models.Call.all_objects.filter(pk__in=parted, private_at__isnull=False)
    return calls.values_list("private_at", flat=True).order_by("private_at").first()


@compiled
def _legs_of(call: int) -> QuerySet[models.Leg]:
    return models.Leg.objects.filter(call=call)


def _bring_back(call: models.Call) -> None:
    """Take a call out of the bin if PBX Clean Up put it there: a late event has
    repaired it.

    The database decides, not what was read before: the clean-up may run just now.
    """
    binned = models.Call.all_objects.filter(pk=call.pk, deleted_by_job=CLEAN_UP)
    if binned.update(deleted_at=None, deleted_by_job=""):
        call.deleted_at, call.deleted_by_job = None, ""


def _legs(
    conversation: Conversation,
    rows: dict[str, models.Leg],
    users: Mapping[str, int],
) -> tuple[list[models.Leg], list[tuple[models.Leg, list[str]]]]:
    """New leg rows, and changed ones with the names of the fields that changed.

    What is left in ``rows`` is not a leg any more.
    """
    new, changed = [], []
    for leg in conversation.state.legs:
        row = rows.pop(leg.extension, None)
        if row is None:
            user = users.get(leg.extension)
            row = models.Leg(extension=leg.extension, user_id=user, **_leg_values(leg))
            new.append(row)
        elif names := _set(row, _leg_values(leg)):
            changed.append((row, names))
    return new, changed


def _take_over_reports(conversation: Conversation) -> None:
    """Let the saved reports point at their call; a new one is saved with its event."""
    for one in conversation.reported:
        moved = one.row.call_id != conversation.call.pk
        one.row.call = conversation.call
        if moved and one.row.pk:
            update(one.row, ["call"])


def _absorb(call: models.Call, gone: models.Call) -> None:
    """Let a call take over all that was added to another one, which then goes."""
    move_comments(CALL, gone.pk, call.pk)
    move_call(gone.pk, call.pk)
    sharing.move(gone.pk, call.pk)
    if gone.chosen_source and not call.chosen_source:
        call.chosen_source, call.chosen_id = gone.chosen_source, gone.chosen_id
        call.save(update_fields=["chosen_source", "chosen_id"])
    if gone.disposition_id and not call.disposition_id:
        call.disposition_id = gone.disposition_id
        update(call, ["disposition_id"])
    if gone.private_at and not call.private_at:
        call.private_at = gone.private_at
        call.save(update_fields=["private_at"])
    models.MergedCall.objects.filter(call=gone).update(call=call)
    models.MergedCall.objects.create(uid=gone.uid, call=call)
    models.Report.objects.filter(call=gone).update(call=call)
    models.Call.all_objects.filter(continues=gone).exclude(pk=call.pk).update(
        continues=call
    )
    models.Call.all_objects.filter(pk=gone.pk).delete()


def _set(row: Any, values: Mapping[str, Any]) -> list[str]:
    """Set a row's fields; the names of those that changed."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def _leg_values(leg: legs.Leg) -> dict[str, Any]:
    return {
        **models.number_fields(leg.number),
        "direction": leg.direction.value,
        "first_at": leg.first_at,
        "rang_at": leg.rang_at,
        "connected_at": leg.connected_at,
        "ended_at": leg.ended_at,
        "missed_at": leg.missed_at,
        "over_at": leg.over_at,
        "cause": leg.cause.value,
        "outcome": leg.outcome.value,
    }


def _clicked_by(conversation: Conversation) -> int | None:
    """The user whose click the call is, if there still is one."""
    clicks = (one.clicked_by for one in conversation.reported)
    clicked_by = next((user for user in clicks if user), None)
    if clicked_by in (None, conversation.call.clicked_by_id):
        return clicked_by
    is_there = get_user_model().objects.filter(pk=clicked_by).exists()
    return clicked_by if is_there else None


def _call_values(
    conversation: Conversation, users: Mapping[str, int]
) -> dict[str, Any]:
    state = conversation.state
    clicked_by = _clicked_by(conversation)
    return {
        **models.number_fields(state.number),
        "direction": state.direction.value,
        "status": state.status.value,
        "name": state.name,
        "extension": state.extension,
        "user_id": users.get(state.extension, clicked_by),
        "clicked_by_id": clicked_by,
        "started_at": state.started_at,
        "connected_at": state.connected_at,
        "ended_at": state.ended_at,
        "wait": state.wait,
        "duration": state.duration,
        "overdue_at": overdue_at(state),
        "recording_url": state.recording_url,
    }
