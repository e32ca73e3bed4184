"""Tickets and activities hang on records: they go along when those are merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from crmplus.tickets.models import Activity, Reference, Ticket
from crmplus.tickets.moving import move_target

MODELS = {"tickets": Ticket, "activities": Activity}
Moved = Mapping[str, Sequence[int]]


def move(old: Reference, new: Reference) -> dict[str, list[int]]:
    """Give what is about one record to another; the keys of what was moved."""
    return dict(zip(MODELS, move_target(old, new), strict=True))


def take_back(old: Reference, new: Reference, moved: Moved) -> None:
    """Give back what was moved, unless it has gone elsewhere since."""
    for name, model in MODELS.items():
        keys = list(moved.get(name, ()))
        rows = model.all_objects.filter(target_kind=new[0], target_id=new[1])
        rows.filter(pk__in=keys).update(target_kind=old[0], target_id=old[1])


def forget(key: str, ids: Sequence[int]) -> None:
    """Records are deleted for good: their tickets and activities are about nobody."""
    for model in MODELS.values():
        rows = model.all_objects.filter(target_kind=key, target_id__in=ids)
        rows.update(target_kind="", target_id=None)


def used(key: str, ids: Sequence[int], since: datetime) -> set[int]:
    """Those of some records that got a ticket or an activity since a time (UTC)."""
    return {
        pk
        for model in MODELS.values()
        for pk in model.objects.filter(
            target_kind=key, target_id__in=ids, changed_at__gte=since
        ).values_list("target_id", flat=True)
        if pk is not None
    }
