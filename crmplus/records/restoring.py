"""What the recycle bin asks of records: what became of one, and back with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crmplus import hooks
from crmplus.batches import batches
from crmplus.phonebook.index import index_records
from crmplus.records.converting import undo_conversion
from crmplus.records.fields import begins_with
from crmplus.records.history import note_made
from crmplus.records.keys import spellings
from crmplus.records.merge_models import Distinct, Merge, Way
from crmplus.records.merging import merge_of, undo_merge
from crmplus.records.models import Lead, Record
from crmplus.records.types import TYPES, RecordType
from crmplus.timeline.models import Deed

if TYPE_CHECKING:
    from crmplus.accounts.models import User

FOUND = 500


def restore(record: Record, by: User) -> None:
    """Bring a record back; one that became another is made two again.

    Raises CannotRestore.
    """
    kept = merge_of(record)
    if kept is None:
        record.restore(by=by)
    elif isinstance(record, Lead) and kept.way == Way.CONVERTED:
        undo_conversion(kept, record, by)
    else:
        undo_merge(record, by)


def restore_many(records: Sequence[Record], by: User) -> Sequence[Record]:
    """Bring records of a kind back at once, and give those that became another."""
    merged = notes(records)
    plain = [record for record in records if record.pk not in merged]
    if plain:
        put_back(TYPES[plain[0].type_key], [record.pk for record in plain], by)
    return [record for record in records if record.pk in merged]


def put_back(kind: RecordType, ids: Sequence[int], by: User) -> None:
    """Take records that became no other out of the bin, note so and index them."""
    kind.model.all_objects.filter(pk__in=ids).update(
        deleted_at=None,
        deleted_by=None,
        deleted_by_job="",
        restored_at=timezone.now(),
    )
    records = list(kind.model.objects.filter(pk__in=ids))
    index_records(kind.key, records)
    note_made(records, by=by, deed=Deed.RESTORED)


def notes(records: Sequence[Record]) -> Mapping[int, tuple[str, str]]:
    """Of those that became another: into which, and its page."""
    if not records:
        return {}
    kind = records[0].type_key
    rows = Merge.objects.filter(old_kind=kind, old_id__in=[one.pk for one in records])
    return {
        row.old_id: (
            _("Converted") if row.way == Way.CONVERTED else _("Merged"),
            reverse("records:detail", args=[row.new_kind, row.new_id]),
        )
        for row in rows
    }


def search(rows: QuerySet[Record], text: str) -> QuerySet[Record]:
    """Those of the rows whose name begins so, either way round; at most 500 by each."""
    found: set[int] = set()
    for key in spellings(text):
        for column in ("name_key", "turned_key"):
            hits = rows.filter(begins_with(column, key)).order_by()
            found.update(hits.values_list("pk", flat=True)[:FOUND])
    return rows.filter(pk__in=found)


def forget(kind: RecordType, ids: Sequence[int]) -> None:
    """Delete what hangs on records that are deleted for good.

    Their pages lead to what they became all the same.
    """
    for hook in hooks.registered(hooks.Attached):
        hook.forget(kind.key, ids)
    for some in batches(ids):
        Merge.objects.filter(new_kind=kind.key, new_id__in=some).delete()
        Merge.objects.filter(old_kind=kind.key, old_id__in=some).update(undo={})
        pairs = Q(low__in=some) | Q(high__in=some)
        Distinct.objects.filter(pairs, kind=kind.key).delete()
