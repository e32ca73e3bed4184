"""Two records that are the same become one, and two again if that was wrong.

The old record goes to the recycle bin and its page leads to the new one. What hung on
it (comments, history, calls, choices, people) hangs on the new one, and what moved is
kept, so that undoing moves back just that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from crmplus import hooks
from crmplus.accounts.visibility import visible_records
from crmplus.batches import batches
from crmplus.records.access import may_see
from crmplus.records.history import Values, difference, values_of
from crmplus.records.merge_models import Merge, Way
from crmplus.records.models import Contact, Organisation, Record
from crmplus.records.types import TYPES, RecordType
from crmplus.recyclebin.models import SoftDeleteModel
from crmplus.recyclebin.services import CannotRestore
from crmplus.timeline.changes import note
from crmplus.timeline.models import Deed

if TYPE_CHECKING:
    from crmplus.accounts.models import User

LONGEST_CHAIN = 20
Reference = tuple[str, int]


class MergedMeanwhile(LookupError):
    """One of the records is gone: somebody else merged or deleted it."""


def merge(
    kind: RecordType, new_id: int, old_id: int, values: Mapping[str, Any], by: User
) -> Merge:
    """Let the old record become part of the new one, which gets ``values``.

    Those are raw values by ``attname``. Raises MergedMeanwhile.
    """
    with transaction.atomic():
        new, old = _both(kind, new_id, old_id, by)
        before = values_of(new)
        undo: dict[str, Any] = {"fields": _write(new, values)}
        undo["people"] = _move_people(old, new)
        undo["moved"] = move_attached(reference(old), reference(new))
        SoftDeleteModel.move_to_bin(old, by=by)
        _note(new, old, Deed.MERGED, before, by)
        return keep(old, new, Way.MERGED, undo, by)


def keep(old: Record, new: Record, way: Way, undo: dict[str, Any], by: User) -> Merge:
    """Remember that a record became another, and how to undo it."""
    # A lead that was converted, brought back and converted again has an old row.
    return Merge.objects.update_or_create(
        old_kind=old.type_key,
        old_id=old.pk,
        defaults={
            "new_kind": new.type_key,
            "new_id": new.pk,
            "way": way,
            "by": by,
            "undo": undo,
        },
    )[0]


def successor(kind: RecordType, pk: int, user: User) -> Record | None:
    """The record that a gone one became, if this user may see it."""
    at: Reference = (kind.key, pk)
    for _step in range(LONGEST_CHAIN):
        found = Merge.objects.filter(old_kind=at[0], old_id=at[1])
        became = found.values_list("new_kind", "new_id").first()
        if became is None:
            return None
        at = became
        rows = visible_records(user, TYPES[at[0]].model.objects.filter(pk=at[1]))
        if record := rows.first():
            return record
    return None


def merge_of(record: Record) -> Merge | None:
    """How a record in the recycle bin became part of another, if it did."""
    return Merge.objects.filter(old_kind=record.type_key, old_id=record.pk).first()


def undo_merge(old: Record, by: User) -> None:
    """Make two records of one again, each with what it had.

    What somebody changed since stays. Raises CannotRestore, also for who does not see
    the record that has it all now.
    """
    with transaction.atomic():
        rows = Merge.objects.select_for_update()
        kept = rows.filter(old_kind=old.type_key, old_id=old.pk).first()
        if kept is None:
            raise CannotRestore(_("This was undone already."))
        new = _winner(kept)
        refuse_unseen(new, by)
        before = values_of(new)
        _write_back(new, kept.undo.get("fields", {}))
        _bring_back_people(old, new, kept.undo.get("people", []))
        take_back_attached(reference(old), reference(new), kept.undo["moved"])
        revive(old)
        kept.delete()
        _note(new, old, Deed.SPLIT, before, by)


def refuse_unseen(new: Record, by: User) -> None:
    """Raise CannotRestore for who may not change the record that another became."""
    if not may_see(by, new):
        raise CannotRestore(
            _("It became part of an entry that you can't see. Ask an administrator.")
        )


def revive(old: Record) -> None:
    """Take a record out of the recycle bin as if it had never been there."""
    restored_at = old.restored_at
    SoftDeleteModel.restore(old)
    if restored_at is None:
        old.restored_at = None
        old.save(update_fields=["restored_at"])


def move_attached(old: Reference, new: Reference) -> dict[str, Any]:
    """Give what hangs on one record to another; what moved, by the hook's key."""
    found = hooks.registered(hooks.Attached)
    return {hook.key: hook.move(old, new) for hook in found}


def take_back_attached(
    old: Reference, new: Reference, moved: Mapping[str, Any]
) -> None:
    """Undo ``move_attached``."""
    for hook in hooks.registered(hooks.Attached):
        if hook.key in moved:
            hook.take_back(old, new, moved[hook.key])


def reference(record: Record) -> Reference:
    """What names a record anywhere."""
    return (record.type_key, record.pk)


def locked(rows: QuerySet[Record], ids: Sequence[int]) -> dict[int, Record]:
    """Records by ID, nobody else's to change until the transaction ends."""
    found = rows.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    return {record.pk: record for record in found}


def _both(
    kind: RecordType, new_id: int, old_id: int, by: User
) -> tuple[Record, Record]:
    found = locked(visible_records(by, kind.model.objects.all()), [new_id, old_id])
    if len(found) < 2:
        raise MergedMeanwhile
    return found[new_id], found[old_id]


def _note(new: Record, old: Record, deed: Deed, before: Values, by: User) -> None:
    fields = difference(before, values_of(new))
    note(*reference(new), by=by, deed=deed, about=old.title, fields=fields)


def _write(new: Record, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the new record its values; [before, after] of those that changed."""
    changed = {
        name: [getattr(new, name), value]
        for name, value in values.items()
        if getattr(new, name) != value
    }
    for name, (_old, value) in changed.items():
        setattr(new, name, value)
    # Also where no field differs: what is undone elsewhere must not take it along.
    new.save()
    return changed


def _write_back(new: Record, fields: Mapping[str, list[Any]]) -> None:
    """Give fields their old values, but for those that changed since."""
    back = {
        name: before
        for name, (before, after) in fields.items()
        if getattr(new, name) == after and _is_there(new, name, before)
    }
    for name, value in back.items():
        setattr(new, name, value)
    if back:
        new.save()


def _is_there(record: Record, attname: str, value: Any) -> bool:
    """Whether what a field is to point to still exists; true for plain fields."""
    field = record._meta.get_field(attname.removesuffix("_id"))
    related = field.related_model
    if value is None or not isinstance(related, type) or not issubclass(related, Model):
        return True
    return related._base_manager.filter(pk=value).exists()


def _move_people(old: Record, new: Record) -> list[int]:
    """Give the people of one organisation to another; their IDs."""
    if not isinstance(old, Organisation):
        return []
    rows = Contact.all_objects.filter(organisation=old)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.update(organisation=new, organisation_key=new.make_name_key())
    return ids


def _bring_back_people(old: Record, new: Record, ids: Sequence[int]) -> None:
    for some in batches(ids):
        rows = Contact.all_objects.filter(pk__in=some, organisation=new.pk)
        rows.update(organisation=old, organisation_key=old.make_name_key())


def _winner(kept: Merge) -> Record:
    rows = TYPES[kept.new_kind].model.objects.all()
    found = locked(rows, [kept.new_id]).get(kept.new_id)
    if found is None:
        raise CannotRestore(
            _("It became part of an entry that is gone. Bring that back first.")
        )
    return found
