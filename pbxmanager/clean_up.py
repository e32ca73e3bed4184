"""PBX Clean Up: entries that never got a duration go to the recycle bin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from crmplus.tickets.services import came_from_call
from crmplus.timeline.models import Comment
from pbxmanager.models import Call
from pbxmanager.saving import CALL, CLEAN_UP, UNFINISHED

OLD_ENOUGH = timedelta(hours=6)
BATCH = 500


def unfinished(now: datetime) -> QuerySet[Call]:
    """What the clean-up moves at a time (UTC).

    Entries without a duration that are ``initial`` or ``lost``, 6 h old, never
    restored from the bin, and to which nobody added anything.
    """
    comments = Comment.objects.filter(target_kind=CALL, target_id=OuterRef("pk"))
    return Call.objects.filter(
        ~Exists(comments),
        ~came_from_call(OuterRef("pk")),
        duration__isnull=True,
        status__in=UNFINISHED,
        started_at__lte=now - OLD_ENOUGH,
        restored_at__isnull=True,
        chosen_source="",
        disposition__isnull=True,
    ).order_by("started_at", "pk")


def clean_up(
    now: datetime | None = None, progress: Callable[[int], None] | None = None
) -> int:
    """Move what is unfinished to the recycle bin; gives how many were moved.

    It works in batches, so that no live event waits for it; ``progress`` hears of
    the size of each.
    """
    now = now or timezone.now()
    moved = 0
    while batch := _move_batch(now):
        moved += batch
        if progress:
            progress(batch)
    return moved


def _move_batch(now: datetime) -> int:
    with transaction.atomic():
        rows = unfinished(now).select_for_update(skip_locked=True, of=("self",))
        ids = list(rows.values_list("pk", flat=True)[:BATCH])
        return Call.objects.filter(pk__in=ids).update(
            deleted_at=timezone.now(), deleted_by=None, deleted_by_job=CLEAN_UP
        )
