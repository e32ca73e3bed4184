"""Acts on many records at once, in batches, and taking them back.

An act is planned as steps of some hundred records. Each is a transaction of its own, so
that a phone's event waits for no more than that, and keeps with itself what the records
were before. So whoever goes on after a process died finds each step done or not done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from crmplus.batches import batches
from crmplus.phonebook.index import index_records, remove_records
from crmplus.records.bulk_models import BulkAct, BulkChange, BulkStep
from crmplus.records.countries import countries
from crmplus.records.history import note_made, note_many, values_of
from crmplus.records.models import Record
from crmplus.records.restoring import put_back
from crmplus.records.types import TYPES, RecordType
from crmplus.timeline.models import Deed

if TYPE_CHECKING:
    from crmplus.accounts.models import User

BATCH = 500
KEPT = timedelta(days=7)
Progress = Callable[[int], object]


class CannotActError(ValueError):
    """What was asked for is no act, or no value for it."""


@dataclass(frozen=True)
class Wanted:
    """An act with its value: an owner's ID ("" for nobody), or a country."""

    act: BulkAct
    value: str = ""


def wanted(act: str, value: str) -> Wanted:
    """What somebody asks for. Raises CannotActError."""
    if act == BulkAct.DELETE:
        return Wanted(BulkAct.DELETE)
    if act == BulkAct.OWNER and (value == "" or _is_colleague(value)):
        return Wanted(BulkAct.OWNER, value)
    if act == BulkAct.COUNTRY and value in dict(countries()):
        return Wanted(BulkAct.COUNTRY, value)
    raise CannotActError(act)


def _is_colleague(value: str) -> bool:
    users = get_user_model().objects.filter(is_active=True)
    return value.isdecimal() and len(value) < 19 and users.filter(pk=value).exists()


def concerned(rows: QuerySet[Record], what: Wanted) -> QuerySet[Record]:
    """Those of the rows that an act changes."""
    if what.act == BulkAct.OWNER:
        owner = int(what.value) if what.value else None
        # ``exclude`` keeps those without an owner as well.
        return rows.exclude(owner=owner)
    if what.act == BulkAct.COUNTRY:
        return rows.exclude(country=what.value)
    return rows


def begin(user: User, kind: RecordType, what: Wanted) -> BulkChange:
    """An act that has reached nobody yet; those of long ago are forgotten."""
    BulkChange.objects.filter(user=user, made_at__lt=timezone.now() - KEPT).delete()
    value = timezone.now().isoformat() if what.act == BulkAct.DELETE else what.value
    return BulkChange.objects.create(
        user=user, kind=kind.key, act=what.act, value=value
    )


@transaction.atomic
def plan(change: BulkChange, ids: Sequence[int]) -> None:
    """Name the records that an act is to reach; the caller has seen to it that the
    user sees them.
    """
    BulkStep.objects.bulk_create(
        [
            BulkStep(change=change, ids=list(some), size=len(some))
            for some in batches(ids, BATCH)
        ],
        batch_size=100,
    )


def planned(change: BulkChange) -> int:
    """How many records an act is to reach."""
    return _sum(change, "size")


def carry_out(change: BulkChange, progress: Progress | None = None) -> None:
    """Do what is planned and not done yet. ``progress`` is told how many records are
    behind it, after each step.
    """
    seen = 0
    for pk, size in _steps(change):
        with transaction.atomic():
            step = _locked_step(pk, before__isnull=True)
            if step:
                step.before = _batch(change, step.ids)
                step.count = sum(len(ids) for _value, ids in step.before)
                step.save(update_fields=["before", "count"])
        seen += size
        if progress:
            progress(seen)


def count_of(change: BulkChange) -> int:
    """How many records were changed."""
    return _sum(change, "count")


def take_back(change: BulkChange, progress: Progress | None = None) -> int:
    """Undo what nobody changed since; gives how many records are as they were."""
    seen = 0
    for pk, size in _steps(change):
        with transaction.atomic():
            step = _locked_step(pk, before__isnull=False, undone=None)
            if step:
                step.undone = sum(
                    _undo(change, value, ids) for value, ids in step.before or ()
                )
                step.save(update_fields=["undone"])
        seen += size
        if progress:
            progress(seen)
    change.undone_at = timezone.now()
    change.save(update_fields=["undone_at"])
    return _sum(change, "undone")


def _sum(change: BulkChange, name: str) -> int:
    return change.steps.aggregate(sum=Sum(name))["sum"] or 0


def _steps(change: BulkChange) -> list[tuple[int, int]]:
    return list(change.steps.order_by("pk").values_list("pk", "size"))


def _locked_step(pk: int, **still: Any) -> BulkStep | None:
    """A step, nobody else's until the transaction ends; None if it is done already."""
    return BulkStep.objects.select_for_update().filter(pk=pk, **still).first()


def _batch(change: BulkChange, ids: Sequence[int]) -> list[Any]:
    kind = TYPES[change.kind]
    if change.act == BulkAct.DELETE:
        return _delete(change, ids)
    records = _locked(kind, kind.model.objects.filter(pk__in=ids))
    field = _field(change)
    before = sorted((_text(getattr(record, field)), record.pk) for record in records)
    _set(change.user, kind, records, field, change.value)
    return [
        [value, [pk for _, pk in pairs]]
        for value, pairs in groupby(before, key=itemgetter(0))
    ]


def _undo(change: BulkChange, value: str, ids: Sequence[int]) -> int:
    if change.act == BulkAct.DELETE:
        return _restore(change, ids)
    kind, field = TYPES[change.kind], _field(change)
    still = {field: _value(field, change.value)}
    records = _locked(kind, kind.model.objects.filter(pk__in=ids, **still))
    _set(change.user, kind, records, field, value)
    return len(records)


def _field(change: BulkChange) -> str:
    return "owner_id" if change.act == BulkAct.OWNER else "country"


def _value(field: str, text: str) -> Any:
    return (int(text) if text else None) if field == "owner_id" else text


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _locked(kind: RecordType, rows: QuerySet[Any]) -> list[Any]:
    # In one order, so that two who lock the same rows wait for each other once.
    rows = rows.select_for_update(of=("self",)).order_by("pk")
    return list(rows.select_related("owner", *kind.related))


def _set(
    user: User, kind: RecordType, records: Iterable[Any], field: str, text: str
) -> None:
    """Give records an owner (by ID) or a country, and note it in their history."""
    value = _value(field, text)
    owner = None
    if field == "owner_id":
        # Whom undoing gives them back to may be gone.
        owner = get_user_model().objects.filter(pk=value).first() if value else None
        value = owner.pk if owner else None
    changed = []
    for record in records:
        changed.append((record, values_of(record)))
        if field == "owner_id":
            record.owner = owner
        else:
            record.country = value
    rows = kind.model.objects.filter(pk__in=[record.pk for record, _ in changed])
    rows.update(**{field: value, "changed_at": timezone.now()})
    note_many(changed, by=user)
    if field == "country":  # numbers are read as those of the record's country
        index_records(kind.key, [record for record, _ in changed])


def _delete(change: BulkChange, ids: Sequence[int]) -> list[Any]:
    kind = TYPES[change.kind]
    records = list(
        kind.model.objects.filter(pk__in=ids).select_for_update().order_by("pk")
    )
    there = [record.pk for record in records]
    kind.model.objects.filter(pk__in=there).update(
        deleted_at=datetime.fromisoformat(change.value),
        deleted_by=change.user,
        deleted_by_job="",
    )
    remove_records(kind.key, there)
    note_made(records, by=change.user, deed=Deed.DELETED)
    return [["", there]] if there else []


def _restore(change: BulkChange, ids: Sequence[int]) -> int:
    """Only what is deleted since then: not what came back and was deleted anew."""
    kind, at = TYPES[change.kind], datetime.fromisoformat(change.value)
    rows = kind.model.all_objects.filter(
        pk__in=ids, deleted_at=at, deleted_by=change.user
    )
    there = list(rows.values_list("pk", flat=True))
    put_back(kind, there, change.user)
    return len(there)
