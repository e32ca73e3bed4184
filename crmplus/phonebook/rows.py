"""The index rows of a record, and how they are written in bulk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet

from crmplus.hooks import PhoneSource
from crmplus.phonebook.models import SLOT_BITS, PhoneIndex, pack
from crmplus.phonebook.normalise import NumberPlan, head_number, normalise_once
from crmplus.phonebook.slots import slots_of

# ``ref``, ``e164`` without plus, ``value``.
Row = tuple[int, int | None, str | None]
TABLE = PhoneIndex._meta.db_table
COLUMNS = "ref, e164, value"
SLOT = F("ref").bitrightshift(1).bitand((1 << SLOT_BITS - 1) - 1)


def maker(source: PhoneSource, plan: NumberPlan) -> Callable[[Any], list[Row]]:
    """A function that gives the rows of a record of this source."""
    fields = [
        (field, slot, field in source.trunk_fields)
        for field, slot in slots_of(source).items()
    ]

    plans: dict[str, NumberPlan] = {}

    def rows(record: Any) -> list[Row]:
        if getattr(record, "deleted_at", None) is not None:
            return []
        region = source.region(record)
        own_plan = plans.get(region) or plans.setdefault(
            region, plan.for_record(region)
        )
        found: list[Row] = []
        for field, slot, is_trunk in fields:
            if text := getattr(record, field):
                _add_rows(found, text, own_plan, pack(record.pk, slot), is_trunk)
        return found

    return rows


def _add_rows(
    rows: list[Row], text: str, plan: NumberPlan, ref: int, is_trunk: bool
) -> None:
    number = normalise_once(text, plan)
    if number.e164 is None:
        if number.value:
            rows.append((ref, None, number.value))
        return
    e164 = int(number.e164)
    rows.append((ref, e164, None))
    head = head_number(text, number, plan)
    if head or is_trunk:
        rows.append((ref | 1, int(head) if head else e164, None))


def refs_of(source: PhoneSource, object_ids: Iterable[int]) -> list[int]:
    """All refs that rows of these records may have."""
    slots = slots_of(source).values()
    return [
        pack(object_id, slot, trunk=trunk)
        for object_id in object_ids
        for slot in slots
        for trunk in (False, True)
    ]


def rows_between(
    source: PhoneSource, first: int, beyond: int | None
) -> QuerySet[PhoneIndex]:
    """A source's rows of the records first ≤ object_id < beyond (None: all others)."""
    slots = slots_of(source).values()
    rows = PhoneIndex.objects.annotate(slot=SLOT).filter(
        slot__in=slots, ref__gte=pack(first, 0)
    )
    return rows if beyond is None else rows.filter(ref__lt=pack(beyond, 0))


def insert(rows: Sequence[Row]) -> None:
    """Write rows that are not there yet, as fast as the database takes them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {TABLE} ({COLUMNS}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.executemany(
                f"INSERT INTO {TABLE} ({COLUMNS}) VALUES (%s, %s, %s)",  # noqa: S608
                rows,
            )


def make_room() -> None:
    """Let SQLite keep the btrees that a rebuild writes in memory (64 MB)."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -64000")


def lock_for_rebuild() -> None:
    """Hold back other writers of the index until the transaction ends.

    SQLite's IMMEDIATE transaction does so by itself.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {TABLE} IN SHARE ROW EXCLUSIVE MODE")


def records_after(source: PhoneSource, object_id: int, limit: int) -> list[Any]:
    """The source's next records by ID, those in the recycle bin left out.

    Where the region is a field, or none, a record holds no more than the numbers.
    """
    records = source.model._default_manager.filter(pk__gt=object_id).order_by("pk")
    if source.region_field is None:
        return list(records.select_related(*source.select_related)[:limit])
    has = {field.name for field in source.model._meta.fields}
    wanted = [*source.fields, source.region_field, "deleted_at"]
    needed = [name for name in dict.fromkeys(wanted) if name in has]
    return list(records.values_list("pk", *needed, named=True)[:limit])
