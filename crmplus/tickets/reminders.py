"""Tells people what is due, once, in all their tabs."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from crmplus.tickets.models import OPEN_ACTIVITIES, Activity
from crmplus.tickets.telling import tell

BATCH = 200
SECONDS = 30.0


def remind(now: datetime | None = None) -> int:
    """Tell the owners of what has become due; gives how many were told.

    Each is claimed in the database first: of N servers one tells of it, and no server
    tells again after it was started anew.
    """
    now = now or timezone.now()
    rows = Activity.objects.filter(
        OPEN_ACTIVITIES, reminded_at__isnull=True, due_at__lte=now
    )
    found = list(rows.order_by("due_at").values_list("pk", "owner_id")[:BATCH])
    claimed = [(pk, owner) for pk, owner in found if _claim(pk, now)]
    for pk, owner in claimed:
        if owner:
            tell(owner, "tickets:reminder", pk)
    return len(claimed)


def _claim(pk: int, now: datetime) -> bool:
    rows = Activity.objects.filter(pk=pk, reminded_at__isnull=True)
    return bool(rows.update(reminded_at=now))
