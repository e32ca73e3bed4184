"""The phone index: kept as records are saved, deleted, restored and imported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from crmplus import hooks
from crmplus.hooks import PhoneSource
from crmplus.phonebook.models import PhoneIndex
from crmplus.phonebook.plan import number_plan
from crmplus.phonebook.rows import Row, maker, refs_of

BATCH = 500


def source_of(key: str) -> PhoneSource:
    """The phone source with a key; LookupError for one that is not registered."""
    for source in hooks.registered(PhoneSource):
        if source.key == key:
            return source
    raise LookupError(f"No phone source is called {key!r}.")


def connect(source: PhoneSource) -> None:
    """Keep the index as records of a source are saved and deleted."""

    def saved(instance: Model, **signal: Any) -> None:
        index_records(source, [instance])

    def deleted(instance: Model, **signal: Any) -> None:
        # What the recycle bin deletes for good left the index when it went there.
        if not getattr(instance, "is_deleted", False):
            remove_records(source, [instance.pk])

    uid = f"phonebook.{source.key}"
    post_save.connect(saved, source.model, weak=False, dispatch_uid=uid)
    post_delete.connect(deleted, source.model, weak=False, dispatch_uid=uid)


def disconnect(source: PhoneSource) -> None:
    """Leave the index alone from now on."""
    uid = f"phonebook.{source.key}"
    post_save.disconnect(sender=source.model, dispatch_uid=uid)
    post_delete.disconnect(sender=source.model, dispatch_uid=uid)


@contextmanager
def indexed(source: PhoneSource) -> Iterator[None]:
    """Register and connect a phone source for one test."""
    with hooks.temporarily(source):
        connect(source)
        try:
            yield
        finally:
            disconnect(source)


def index_records(source: PhoneSource | str, records: Iterable[Any]) -> None:
    """Index saved records anew; for what ``bulk_create`` or ``update`` wrote, too.

    ``source`` is a phone source or its key. A record in the recycle bin leaves the
    index.
    """
    if isinstance(source, str):
        source = source_of(source)
    rows = maker(source, number_plan())
    todo = list(records)
    for start in range(0, len(todo), BATCH):
        batch = todo[start : start + BATCH]
        wanted = [row for record in batch for row in rows(record)]
        _replace(refs_of(source, (record.pk for record in batch)), wanted)


def remove_records(source: PhoneSource | str, object_ids: Iterable[int]) -> None:
    """Take records out of the index."""
    if isinstance(source, str):
        source = source_of(source)
    todo = list(object_ids)
    for start in range(0, len(todo), BATCH):
        _replace(refs_of(source, todo[start : start + BATCH]), [])


def _replace(refs: list[int], wanted: list[Row]) -> None:
    """Write what changed: most saves touch no number."""
    kept = PhoneIndex.objects.filter(ref__in=refs)
    there = set(kept.values_list("ref", "e164", "value"))
    if there == set(wanted):
        return
    changed = [row for row in wanted if row not in there]
    gone = {row[0] for row in there} - {row[0] for row in wanted}
    with transaction.atomic():
        if gone:
            PhoneIndex.objects.filter(ref__in=gone).delete()
        PhoneIndex.objects.bulk_create(
            [
                PhoneIndex(ref=ref, e164=e164, value=value)
                for ref, e164, value in changed
            ],
            # Two people may save the same record at once.
            update_conflicts=True,
            unique_fields=["ref"],
            update_fields=["e164", "value"],
        )
