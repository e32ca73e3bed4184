"""Writing the rows of a file as records: in batches, each a transaction of its own.

With each batch, in the same transaction, it is kept what it wrote: so an import that
was interrupted goes on behind its last batch, and it can be undone.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crmplus.accounts.visibility import visible_records
from crmplus.administration.audit import Subject, note_change
from crmplus.exchange.checking import FAULTY, in_batches
from crmplus.exchange.cleaning import Clean, Cleaner
from crmplus.exchange.fields import needs_organisation
from crmplus.exchange.matching import Index, Match, Matcher
from crmplus.exchange.models import Action, Import, ImportBatch
from crmplus.exchange.reading import rows
from crmplus.jobs.services import JobError, Stopped
from crmplus.phonebook.index import index_records
from crmplus.records.history import Values, note_made, note_many, values_of
from crmplus.records.keys import fold
from crmplus.records.models import PHONE_FIELDS, Contact, Organisation, Record
from crmplus.records.types import TYPES, RecordType
from crmplus.timeline.models import Deed

if TYPE_CHECKING:
    from crmplus.accounts.models import User
    from crmplus.jobs.models import Job
    from crmplus.jobs.running import Progress

AREA, IMPORT = "exchange", "import"
# Between two batches others get their turn: SQLite lets whoever asks first.
BREATH = 0.003
LOCK = 0x43524D49  # "CRMI": the number of PostgreSQL's lock of imports


def run(job: Job, progress: Progress) -> dict[str, Any]:
    """Import a file (a ``hooks.JobKind``)."""
    one = Import.objects.select_related("user", "owner").get(
        uid=job.parameters["import"]
    )
    if not one.table.exists():
        raise JobError(_("The file is not kept any more. Choose it again."))
    importer = Importer(one, job.result)
    rest = islice(rows(one.table), one.position, None)
    for batch in in_batches(rest):
        importer.write([importer.cleaner.clean(row) for row in batch])
        job.result = dict(importer.counts)
        progress(one.position, one.rows)
        time.sleep(BREATH)
    facts = {"file": one.file_name, **importer.counts}
    note_change(one.user, Subject(AREA, IMPORT, one.kind), {}, facts)
    return dict(importer.counts)


@dataclass
class Written:
    """What a batch writes: new records, organisations made for them, changed ones."""

    created: list[Record] = field(default_factory=list)
    organisations: list[Organisation] = field(default_factory=list)
    changed: dict[int, tuple[Record, Values, dict[str, Any]]] = field(
        default_factory=dict
    )


class Importer:
    """Writes the batches of one import."""

    def __init__(self, one: Import, counts: dict[str, int]) -> None:
        self.one = one
        self.kind: RecordType = TYPES[one.kind]
        self.user: User = one.user
        self.cleaner = Cleaner(self.kind, one.mapping)
        self.matcher = Matcher(self.cleaner, one.user)
        self.counts = Counter(created=0, updated=0, skipped=0, faulty=0)
        self.counts.update({key: counts.get(key, 0) for key in self.counts})

    def write(self, batch: list[Clean]) -> None:
        """Write the rows of a batch, with what is kept about it.

        Raises Stopped, with nothing written, if another job has written these rows.
        """
        counts = Counter(self.counts)
        with transaction.atomic():
            _one_import_at_a_time()
            written = self._sort(batch, counts)
            self._store(written)
            self._keep(written, len(batch))
        self.counts = counts
        self.one.position += len(batch)

    def _sort(self, batch: list[Clean], counts: Counter[str]) -> Written:
        """Decide for each row, without writing anything yet."""
        good = [clean for clean in batch if not clean.problems]
        self.matcher.rows = Index()
        self.matcher.look_up(good)
        firms = self._organisations(good)
        written = Written()
        counts[FAULTY] += len(batch) - len(good)
        for clean in good:
            match = self.matcher.match(clean)
            action = self._action(clean, match)
            if action == Action.SKIP:
                counts["skipped"] += 1
            elif match is None or action == Action.CREATE:
                counts["created"] += 1
                self._create(clean, firms, written)
            else:
                changed = self._change(clean, match, action, firms, written)
                counts["updated" if changed else "skipped"] += 1
        return written

    def _action(self, clean: Clean, match: Match | None) -> str:
        if match is None:
            return Action.CREATE
        everywhere = (
            self.one.on_same if match.likeness == "same" else self.one.on_similar
        )
        chosen: str = self.one.choices.get(str(clean.number), everywhere)
        return chosen

    def _create(
        self, clean: Clean, firms: dict[str, Organisation], written: Written
    ) -> None:
        owner = clean.owner or self.one.owner
        record = self.kind.model(owner=owner, **clean.values)
        if isinstance(record, Contact) and clean.organisation:
            record.organisation = self._firm(clean.organisation, owner, firms, written)
        written.created.append(record)
        self.matcher.rows.add(self.matcher.of_row(clean, record))

    def _firm(
        self,
        name: str,
        owner: User | None,
        firms: dict[str, Organisation],
        written: Written,
    ) -> Organisation:
        """The organisation of a name: one that is there, or a new one."""
        key = fold(name)
        if key not in firms:
            firms[key] = Organisation(name=name, owner=owner)
            written.organisations.append(firms[key])
        return firms[key]

    def _change(
        self,
        clean: Clean,
        match: Match,
        action: str,
        firms: dict[str, Organisation],
        written: Written,
    ) -> bool:
        """Fill in or overwrite; gives whether that changes anything."""
        record = match.known.record
        new = self._news(clean, record, action, match.known.numbers)
        firm = self._new_firm(clean, record, action, firms, written)
        if not new and firm is None:
            return False
        if record.pk is not None:
            before = (values_of(record), {name: _stored(record, name) for name in new})
            kept = written.changed.setdefault(record.pk, (record, *before))
            for name, value in before[1].items():
                kept[2].setdefault(name, value)
            if firm is not None:
                kept[2].setdefault("organisation_id", record.organisation_id)
        for name, value in new.items():
            setattr(record, name, value)
        if firm is not None:
            record.organisation = firm
        return True

    def _news(
        self, clean: Clean, record: Any, action: str, numbers: frozenset[int]
    ) -> dict[str, Any]:
        """The fields that a row gives a new value."""
        found: dict[str, Any] = {}
        for name, value in clean.values.items():
            there = getattr(record, name)
            if value == there or (action == Action.FILL and there):
                continue
            if action == Action.FILL and name in PHONE_FIELDS:
                own = set(self.cleaner.numbers_of({name: value}, record.country))
                if own & numbers:
                    continue
            found[name] = value
        owner_open = action == Action.OVERWRITE or record.owner_id is None
        if clean.owner and owner_open and record.owner_id != clean.owner.pk:
            found["owner"] = clean.owner
        return found

    def _new_firm(
        self,
        clean: Clean,
        record: Any,
        action: str,
        firms: dict[str, Organisation],
        written: Written,
    ) -> Organisation | None:
        if not isinstance(record, Contact) or not clean.organisation:
            return None
        there = record.organisation
        same = there is not None and fold(there.name) == fold(clean.organisation)
        if same or (there is not None and action == Action.FILL):
            return None
        return self._firm(clean.organisation, record.owner, firms, written)

    def _organisations(self, batch: list[Clean]) -> dict[str, Organisation]:
        """The organisations that a batch names and that are there, by folded name."""
        if not needs_organisation(self.kind):
            return {}
        keys = {clean.firm_key for clean in batch} - {""}
        rows = Organisation.objects.filter(name_key__in=keys).order_by("-pk")
        # Of several with one name the oldest stays.
        return {row.name_key: row for row in visible_records(self.user, rows)}

    def _store(self, written: Written) -> None:
        if written.organisations:
            Organisation.objects.bulk_create(written.organisations)
            note_made(written.organisations, by=self.user, deed=Deed.IMPORTED)
        if written.created:
            self.kind.model.objects.bulk_create(written.created)
            note_made(written.created, by=self.user, deed=Deed.IMPORTED)
        changed = [(record, before) for record, before, _ in written.changed.values()]
        if changed:
            save_all(self.kind, [record for record, _ in changed])
            note_many(changed, by=self.user)
        everybody = [*written.created, *(record for record, _ in changed)]
        index_records(self.kind.key, everybody)

    def _keep(self, written: Written, count: int) -> None:
        ImportBatch.objects.create(
            of=self.one,
            created=[record.pk for record in written.created],
            organisations=[firm.pk for firm in written.organisations],
            changed=[
                [pk, before, {name: _stored(record, name) for name in before}]
                for pk, (record, _, before) in written.changed.items()
            ],
            made_at=timezone.now(),
        )
        here = Import.objects.filter(pk=self.one.pk, position=self.one.position)
        if not here.update(position=self.one.position + count):
            # A job that was given up for silent has come back to life.
            raise Stopped


def save_all(kind: RecordType, records: list[Any]) -> None:
    """Save changed records in one statement, with what follows from their fields."""
    names = [
        each.name
        for each in kind.model._meta.concrete_fields
        if not each.primary_key and each.name != "created_at"
    ]
    for record in records:
        for name in names:
            record._meta.get_field(name).pre_save(record, False)
    kind.model.objects.bulk_update(records, names, batch_size=100)


def _stored(record: Any, name: str) -> Any:
    """The value of a field as JSON can hold it: of an owner the ID."""
    if name == "owner":
        return record.owner_id
    return getattr(record, name)


def _one_import_at_a_time() -> None:
    """Until the transaction ends: two imports at once would each make the same people.

    SQLite's IMMEDIATE transaction sees to it by itself.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
