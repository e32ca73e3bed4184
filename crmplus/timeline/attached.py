"""Comments and the history follow a record into another (``hooks.Attached``)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from crmplus.batches import batches
from crmplus.timeline.models import Change, Comment

if TYPE_CHECKING:
    from django.db.models import QuerySet

Reference = tuple[str, int]
Moved = dict[str, list[int]]


def move(old: Reference, new: Reference) -> Moved:
    """Give what was written about one thing to another; the IDs of it."""
    return {name: _move(rows, old, new) for name, rows in _rows().items()}


def take_back(old: Reference, new: Reference, moved: Moved) -> None:
    """Undo that; what was written since stays where it is."""
    for name, rows in _rows().items():
        for ids in batches(moved.get(name, [])):
            _point(_of(rows, new).filter(pk__in=ids), old)


def forget(kind: str, ids: Sequence[int]) -> None:
    """Delete what was written about things that are deleted for good."""
    for rows in _rows().values():
        for some in batches(ids):
            rows.filter(target_kind=kind, target_id__in=some).delete()


def used(kind: str, ids: Sequence[int], since: datetime) -> set[int]:
    """Those of some things on which somebody wrote a comment since a time (UTC)."""
    rows = Comment.objects.filter(target_kind=kind, created_at__gte=since)
    return set(rows.filter(target_id__in=ids).values_list("target_id", flat=True))


def _rows() -> dict[str, QuerySet[Comment] | QuerySet[Change]]:
    return {"comments": Comment.all_objects.all(), "changes": Change.objects.all()}


def _move(
    rows: QuerySet[Comment] | QuerySet[Change], old: Reference, new: Reference
) -> list[int]:
    ids = list(_of(rows, old).order_by("pk").values_list("pk", flat=True))
    _point(_of(rows, old), new)
    return ids


def _of(
    rows: QuerySet[Comment] | QuerySet[Change], of: Reference
) -> QuerySet[Comment] | QuerySet[Change]:
    return rows.filter(target_kind=of[0], target_id=of[1])


def _point(rows: QuerySet[Comment] | QuerySet[Change], to: Reference) -> None:
    rows.update(target_kind=to[0], target_id=to[1])
