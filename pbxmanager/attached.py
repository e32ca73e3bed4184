"""Calls that belong to a record follow it into another (``hooks.Attached``).

And what hangs on calls that are deleted for good goes with them (``hooks.BinType``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from crmplus.batches import batches
from crmplus.phonebook.find import find_many
from crmplus.phonebook.normalise import normalise
from crmplus.phonebook.plan import number_plan
from crmplus.timeline.models import Comment
from pbxmanager.models import Call
from pbxmanager.parties import numbers_of, owner, reference, source_of
from pbxmanager.saving import CALL

if TYPE_CHECKING:
    from django.db.models import QuerySet

Reference = tuple[str, int]


def move(old: Reference, new: Reference) -> list[int]:
    """Give the calls that were chosen for one record to another; their IDs."""
    ids = list(_of(old).order_by("pk").values_list("pk", flat=True))
    _of(old).update(chosen_source=new[0], chosen_id=new[1])
    return ids


def take_back(old: Reference, new: Reference, moved: list[int]) -> None:
    """Undo that, but for calls for which somebody chose anew."""
    for ids in batches(moved):
        rows = _of(new).filter(pk__in=ids)
        rows.update(chosen_source=old[0], chosen_id=old[1])


def forget(source: str, ids: Sequence[int]) -> None:
    """Calls of records that are deleted for good are nobody's again."""
    for some in batches(ids):
        rows = Call.all_objects.filter(chosen_source=source, chosen_id__in=some)
        rows.update(chosen_source="", chosen_id=None)


def used(source: str, ids: Sequence[int], since: datetime) -> set[int]:
    """Those of some records with whose calls people worked since a time (UTC).

    A call was chosen for one, or one of its own calls got a comment or an outcome.
    """
    rows = Call.objects.filter(chosen_source=source, chosen_id__in=ids)
    chosen = {pk for pk in rows.values_list("chosen_id", flat=True) if pk is not None}
    return chosen | _noted(source, ids, since)


def search_deleted(rows: QuerySet[Call], text: str) -> QuerySet[Call]:
    """Those of the deleted calls that were with a number, in whatever notation."""
    number = normalise(text, number_plan())
    return rows.filter(party=number.key) if number.key else rows.none()


def forget_comments(ids: Sequence[int]) -> None:
    """Delete the comments on calls that are deleted for good."""
    for some in batches(ids):
        Comment.all_objects.filter(target_kind=CALL, target_id__in=some).delete()


def _of(reference: Reference) -> QuerySet[Call]:
    source, object_id = reference
    return Call.all_objects.filter(chosen_source=source, chosen_id=object_id)


def _noted(source: str, ids: Sequence[int], since: datetime) -> set[int]:
    """Those that own a number whose calls got a comment or an outcome."""
    numbers = _numbers(source, ids)
    comments = Comment.objects.filter(target_kind=CALL, target_id=OuterRef("pk"))
    noted = Q(Exists(comments.filter(created_at__gte=since)))
    noted |= Q(disposition__isnull=False, started_at__gte=since)
    parties: set[str] = set()
    for some in batches(list(numbers)):
        rows = Call.objects.filter(noted, party__in=some, chosen_source="")
        parties.update(rows.values_list("party", flat=True).distinct())
    owners = [reference(owner(found)) for found in find_many(parties).values()]
    return {one[1] for one in owners if one and one[0] == source} & set(ids)


def _numbers(source_key: str, ids: Sequence[int]) -> set[str]:
    """The numbers of some records, as calls have them in ``party``."""
    source = source_of(source_key)
    if source is None:
        return set()
    records = source.model._default_manager.filter(pk__in=ids)
    return {one.key for record in records for one in numbers_of(source, record)}
