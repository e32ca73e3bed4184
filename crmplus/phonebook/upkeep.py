"""Rebuilding the whole index, and finding where it differs from the records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from crmplus import hooks
from crmplus.hooks import PhoneSource
from crmplus.phonebook.models import PhoneIndex, unpack
from crmplus.phonebook.plan import number_plan
from crmplus.phonebook.rows import (
    SLOT,
    insert,
    lock_for_rebuild,
    make_room,
    maker,
    records_after,
    rows_between,
)
from crmplus.phonebook.slots import forget, name_of, slots_of

CHUNK = 5_000  # records; a live write waits for one chunk at most
EXAMPLES = 10

ByRef = dict[int, tuple[int | None, str | None]]
Progress = Callable[[PhoneSource, int], object]


@dataclass
class Drift:
    """How the index differs from the records: counts, and a few examples in words.

    ``missing`` numbers are not in the index, ``stale`` ones are there without a
    record, ``wrong`` ones say another number than the record.
    """

    missing: int = 0
    stale: int = 0
    wrong: int = 0
    examples: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.missing or self.stale or self.wrong)

    def add(self, kind: str, ref: int) -> None:
        setattr(self, kind, getattr(self, kind) + 1)
        if len(self.examples) < EXAMPLES:
            object_id, slot, _ = unpack(ref)
            source, name = name_of(slot) or ("?", "?")
            self.examples.append(f"{kind}: {source} {object_id} {name}")


def totals() -> Counter[str]:
    """How many records each source has, by key."""
    counts: Counter[str] = Counter()
    for source in hooks.registered(PhoneSource):
        counts[source.key] = source.model._default_manager.count()
    return counts


def rebuild(progress: Progress = lambda source, records: None) -> int:
    """Write the index anew, in chunks beside a running server; the number of rows.

    ``progress`` is called with the source and the number of records done.
    """
    forget()
    make_room()
    written = 0
    for source in hooks.registered(PhoneSource):
        rows = maker(source, number_plan())
        last: int | None = 0
        while last is not None:
            with transaction.atomic():
                lock_for_rebuild()
                records = records_after(source, last, CHUNK)
                fresh = [row for record in records for row in rows(record)]
                following = _end(records)
                rows_between(source, last + 1, following and following + 1).delete()
                insert(fresh)
            written += len(fresh)
            last = following
            progress(source, len(records))
    _strays().delete()
    return written


def check(progress: Progress = lambda source, records: None) -> Drift:
    """Compare the index with what the records hold now."""
    forget()
    drift = Drift()
    for source in hooks.registered(PhoneSource):
        for records, expected, found in _chunks(source):
            _compare(expected, found, drift)
            progress(source, records)
    for ref in _strays().values_list("ref", flat=True).iterator():
        drift.add("stale", ref)
    return drift


def _chunks(source: PhoneSource) -> Iterator[tuple[int, ByRef, ByRef]]:
    """The number of records, the rows they should have, and those they have."""
    rows = maker(source, number_plan())
    last: int | None = 0
    while last is not None:
        records = records_after(source, last, CHUNK)
        following = _end(records)
        stored = rows_between(source, last + 1, following and following + 1)
        expected = _by_ref(row for record in records for row in rows(record))
        found = _by_ref(stored.values_list("ref", "e164", "value"))
        yield len(records), expected, found
        last = following


def _end(records: list[Any]) -> int | None:
    """The last ID of a full chunk; None where no record follows."""
    return records[-1].pk if len(records) == CHUNK else None


def _by_ref(rows: Iterable[Any]) -> ByRef:
    return {ref: (e164, value) for ref, e164, value in rows}


def _compare(expected: ByRef, found: ByRef, drift: Drift) -> None:
    for ref in expected.keys() | found.keys():
        if ref not in found:
            drift.add("missing", ref)
        elif ref not in expected:
            drift.add("stale", ref)
        elif expected[ref] != found[ref]:
            drift.add("wrong", ref)


def _strays() -> QuerySet[PhoneIndex]:
    """Rows of sources and fields that are not registered (any more)."""
    slots = {
        slot
        for source in hooks.registered(PhoneSource)
        for slot in slots_of(source).values()
    }
    return PhoneIndex.objects.annotate(slot=SLOT).exclude(slot__in=slots)
