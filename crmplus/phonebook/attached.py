"""Remembered choices follow a record into another (``hooks.Attached``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crmplus.batches import batches
from crmplus.phonebook.models import Choice

if TYPE_CHECKING:
    from django.db.models import QuerySet

Reference = tuple[str, int]


def move(old: Reference, new: Reference) -> list[int]:
    """Let numbers that were one record's be another's; the numbers without plus."""
    numbers = list(_of(old).order_by("pk").values_list("pk", flat=True))
    _of(old).update(source=new[0], object_id=new[1])
    return numbers


def take_back(old: Reference, new: Reference, moved: list[int]) -> None:
    """Undo that, but for numbers for which somebody chose anew."""
    for numbers in batches(moved):
        _of(new).filter(pk__in=numbers).update(source=old[0], object_id=old[1])


def forget(source: str, ids: Sequence[int]) -> None:
    """Nobody's choice is a record that is deleted for good."""
    for some in batches(ids):
        Choice.objects.filter(source=source, object_id__in=some).delete()


def _of(reference: Reference) -> QuerySet[Choice]:
    return Choice.objects.filter(source=reference[0], object_id=reference[1])
