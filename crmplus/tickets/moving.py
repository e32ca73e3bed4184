"""Tickets and activities go along when calls are joined or records merged."""

from __future__ import annotations

from django.db import transaction

from crmplus.tickets.models import Activity, Reference, Ticket


def move_call(from_id: int, to_id: int) -> None:
    """Give what came from one call to another, also what is in the recycle bin."""
    for model in (Ticket, Activity):
        model.all_objects.filter(call=from_id).update(call=to_id)


@transaction.atomic
def move_target(origin: Reference, destination: Reference) -> tuple[list[int], ...]:
    """Give what is about one record to another, also what is in the recycle bin.

    Gives the keys of the tickets and of the activities that were moved.
    """
    kind, key = origin
    to_kind, to_key = destination
    moved = []
    for model in (Ticket, Activity):
        rows = model.all_objects.filter(target_kind=kind, target_id=key)
        moved.append(list(rows.values_list("pk", flat=True)))
        rows.update(target_kind=to_kind, target_id=to_key)
    return tuple(moved)
