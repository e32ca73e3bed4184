"""Taking an import back, but for what somebody changed or worked with since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crmplus.administration.audit import Subject, note_change
from crmplus.exchange.importing import AREA, IMPORT, save_all
from crmplus.exchange.models import Import, ImportBatch
from crmplus.jobs.services import JobError
from crmplus.phonebook.index import index_records, remove_records
from crmplus.records.history import field_label, note_made, note_many, values_of
from crmplus.records.models import Organisation, Record
from crmplus.records.types import ORGANISATIONS, TYPES, RecordType
from crmplus.records.used import used_since
from crmplus.timeline.models import Deed

if TYPE_CHECKING:
    from crmplus.accounts.models import User
    from crmplus.jobs.models import Job
    from crmplus.jobs.running import Progress

# So many of those that were left alone are named.
NAMED = 100


def undo(job: Job, progress: Progress) -> dict[str, Any]:
    """Take an import back, its last part first (a ``hooks.JobKind``)."""
    one = Import.objects.filter(uid=job.parameters["import"]).first()
    if one is None:
        raise JobError(_("This can't be undone any more."))
    undoing = Undoing(one)
    parts = list(one.batches.order_by("-pk").values_list("pk", flat=True))
    for number, pk in enumerate(parts, start=1):
        undoing.take_back(ImportBatch.objects.get(pk=pk))
        job.result = {**job.result, **undoing.result()}
        progress(number, len(parts))
    # Only now is nobody left in them who goes with the import.
    for pk in parts:
        undoing.remove_organisations(ImportBatch.objects.get(pk=pk))
    facts = {"file": one.file_name, "removed": undoing.removed}
    note_change(one.user, Subject(AREA, IMPORT, one.kind), facts, {})
    return undoing.result()


class Undoing:
    """Takes the parts of one import back."""

    def __init__(self, one: Import) -> None:
        self.kind: RecordType = TYPES[one.kind]
        self.user: User = one.user
        self.removed = self.restored = self.left_alone = 0
        # Those of the new ones that stay: changed since, or worked with.
        self.changed = self.used = 0
        self.left: list[list[str]] = []
        self.created: set[int] = set()
        # When the import itself wrote a record for the last time.
        self.touched: dict[int, datetime] = {}
        for created, changed, at in one.batches.order_by("pk").values_list(
            "created", "changed", "made_at"
        ):
            self.created.update(created)
            self.touched.update(dict.fromkeys(created, at))
            self.touched.update((pk, at) for pk, _before, _after in changed)

    def result(self) -> dict[str, Any]:
        """What was done, as plain JSON."""
        return {
            "removed": self.removed,
            "restored": self.restored,
            "changed": self.changed,
            "used": self.used,
            "left_alone": self.left_alone,
            "left": self.left,
        }

    def take_back(self, part: ImportBatch) -> None:
        """Take one part back, in a transaction of its own; again does nothing."""
        with transaction.atomic():
            locked = ImportBatch.objects.select_for_update().get(pk=part.pk)
            if locked.is_undone:
                return
            self._put_back(part.changed)
            found = self._locked(part.created)
            mine = self._unused(self.kind, found, part.made_at, self.touched)
            self._to_bin(self.kind, mine)
            self.removed += len(mine)
            ImportBatch.objects.filter(pk=part.pk).update(is_undone=True)

    def remove_organisations(self, part: ImportBatch) -> None:
        """Move the organisations that a part made on the way to the recycle bin."""
        with transaction.atomic():
            rows = Organisation.objects.filter(pk__in=part.organisations)
            found = rows.select_for_update().order_by("pk")
            mine = self._unused(ORGANISATIONS, found, part.made_at, {})
            self._to_bin(ORGANISATIONS, mine)

    def _unused(
        self,
        kind: RecordType,
        records: Iterable[Any],
        made_at: datetime,
        touched: Mapping[int, datetime],
    ) -> list[Any]:
        """Those new records with which nobody did anything; the others are named."""
        records = list(records)
        used = used_since(kind, [record.pk for record in records], made_at)
        mine = []
        for record in records:
            if record.changed_at > touched.get(record.pk, made_at):
                self.changed += 1
                self._leave(record, "")
            elif record.pk in used:
                self.used += 1
                self._leave(record, ", ".join(used[record.pk]))
            else:
                mine.append(record)
        return mine

    def _to_bin(self, kind: RecordType, records: list[Any]) -> None:
        pks = [record.pk for record in records]
        rows = kind.model.objects.filter(pk__in=pks)
        rows.update(deleted_at=timezone.now(), deleted_by=self.user, deleted_by_job="")
        remove_records(kind.key, pks)
        note_made(records, by=self.user, deed=Deed.DELETED)

    def _put_back(self, changed: Iterable[Any]) -> None:
        values = {pk: (before, after) for pk, before, after in changed}
        # What the import made goes as a whole.
        records = self._locked(values.keys() - self.created)
        saved = []
        for record in records:
            was = values_of(record)
            before, after = values[record.pk]
            if self._reset(record, before, after):
                saved.append((record, was))
        if saved:
            save_all(self.kind, [record for record, _was in saved])
            # The names of owners and organisations are read anew.
            fresh = {one.pk: one for one in self._locked(r.pk for r, _was in saved)}
            note_many(((fresh[r.pk], was) for r, was in saved), by=self.user)
            index_records(self.kind.key, [record for record, _was in saved])
        self.restored += len(saved)

    def _reset(self, record: Any, before: Any, after: Any) -> bool:
        """Put fields back that still are as the import left them."""
        done = False
        for name, value in before.items():
            column = "owner_id" if name == "owner" else name
            if getattr(record, column) == after[name] and _is_there(column, value):
                setattr(record, column, value)
                done = True
            else:
                self._leave(record, field_label(type(record), name.removesuffix("_id")))
        return done

    def _leave(self, record: Record, what: str) -> None:
        self.left_alone += 1
        if len(self.left) < NAMED:
            self.left.append([record.title, record.get_absolute_url(), what])

    def _locked(self, pks: Iterable[int]) -> QuerySet[Any]:
        rows = self.kind.model.objects.filter(pk__in=list(pks))
        rows = rows.select_for_update(of=("self",)).order_by("pk")
        return rows.select_related("owner", *self.kind.related)


def _is_there(column: str, value: Any) -> bool:
    """Whether an owner or organisation to go back to was not deleted for good."""
    models: dict[str, Any] = {
        "owner_id": get_user_model(),
        "organisation_id": Organisation,
    }
    if value is None or column not in models:
        return True
    return bool(models[column]._base_manager.filter(pk=value).exists())
