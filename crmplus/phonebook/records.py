"""Records as the phonebook names them: by their source's key and their ID."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from typing import Any

from crmplus import hooks
from crmplus.hooks import PhoneSource
from crmplus.phonebook.choices import Reference
from crmplus.phonebook.index import source_of
from crmplus.phonebook.models import PhoneIndex
from crmplus.phonebook.rows import refs_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What others show of a record, without knowing its model.

    ``order`` is the rank of its type among several.
    """

    source: str
    object_id: int
    title: str
    organisation: str = ""
    type_label: str = ""
    icon: str = ""
    url: str = ""
    order: int = 0

    def as_fields(self) -> dict[str, Any]:
        """The fields as keywords."""
        return {one.name: getattr(self, one.name) for one in fields(Record)}


def resolve(source: str, object_id: int, user: Any = None) -> Record | None:
    """A record by reference; None if it is gone, deleted, or hidden from the user."""
    return load([(source, object_id)], user).get((source, object_id))


def load(
    references: Collection[Reference], user: Any = None
) -> dict[Reference, Record]:
    """Records by reference, in one query per source. ``user`` as for ``resolve``."""
    found: dict[Reference, Record] = {}
    for source in hooks.registered(PhoneSource):
        wanted = [object_id for key, object_id in references if key == source.key]
        if wanted:
            for record in _visible(source, wanted, user):
                found[source.key, record.pk] = _record(source, record)
    return found


resolve_many = load


def records_for(source: str, object_id: int) -> set[str]:
    """The E.164 numbers of a record, as the index knows them."""
    refs = [ref for ref in refs_of(source_of(source), [object_id]) if not ref & 1]
    rows = PhoneIndex.objects.filter(ref__in=refs, e164__isnull=False)
    return {f"+{e164}" for e164 in rows.values_list("e164", flat=True)}


def _visible(source: PhoneSource, ids: list[int], user: Any) -> Iterable[Any]:
    records = source.model._default_manager.filter(pk__in=ids)
    if user is not None and source.visible is not None:
        records = source.visible(user, records)
    return records.select_related(*source.select_related)


def _record(source: PhoneSource, record: Any) -> Record:
    return Record(
        source=source.key,
        object_id=record.pk,
        title=source.title(record),
        organisation=source.organisation(record),
        type_label=str(source.label),
        icon=source.icon,
        url=source.url(record),
        order=source.order,
    )
