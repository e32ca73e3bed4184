"""What a record was and became, by whom, when; its page shows it in the timeline.

Who writes a record notes it, in the same transaction:

    before = values_of(record)
    …change and save it…
    note_saved(record, by=user, before=before)

    note_created(record, by=user)                    # a new one
    note_made(records, by=user, deed=Deed.IMPORTED)  # many new ones
    note_many([(record, before), …], by=user)        # many changed ones, one INSERT
                                                     # for each 500
``move_to_bin(by=…)`` and ``restore(by=…)`` of a record note themselves; what an
``update()`` moved to the bin or back is noted by ``note_made`` with that deed. A
ticket or anything else that is no record has ``crmplus.timeline.changes``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from crmplus.records.countries import country_name
from crmplus.records.models import Contact, Record
from crmplus.timeline import changes as timeline_changes
from crmplus.timeline.changes import Fields, Noted
from crmplus.timeline.entries import Entry
from crmplus.timeline.models import Change, Deed

if TYPE_CHECKING:
    from crmplus.accounts.models import User

UNSEEN = frozenset({"id", "created_at", "changed_at"})
Values = dict[str, str]


def values_of(record: Record) -> Values:
    """What people read in a record, as texts by field.

    For many records select ``owner`` (and ``organisation`` of contacts) with them.
    """
    found = {
        field.name: _text(record, field.name)
        for field in record._meta.concrete_fields
        if field.editable and field.name not in UNSEEN
    }
    if isinstance(record, Contact):
        found["organisation"] = record.organisation_name
    return found


def note_saved(
    record: Record,
    by: User | None,
    before: Mapping[str, str],
    after: Mapping[str, str] | None = None,
) -> Change | None:
    """Keep what a user (None: a job) changed in a record; None where nothing differs.

    ``before`` is what ``values_of`` gave then, ``after`` what it gives now.
    """
    fields = difference(before, values_of(record) if after is None else after)
    return timeline_changes.note(record.type_key, record.pk, by=by, fields=fields)


def note_fields(user: User, record: Record, before: Mapping[str, str]) -> None:
    """Keep what another app changed in some fields (``PhoneSource.noted``)."""
    now = values_of(record)
    note_saved(record, user, before, {name: now[name] for name in before})


def note_created(record: Record, by: User | None) -> Change | None:
    """Keep who made a record."""
    return timeline_changes.note(record.type_key, record.pk, by=by, deed=Deed.CREATED)


def note_made(
    records: Iterable[Record], by: User | None, deed: Deed = Deed.CREATED
) -> int:
    """Keep that one thing was done to many records: created, imported, deleted …"""
    noted = (Noted(record.type_key, record.pk) for record in records)
    return timeline_changes.note_many(noted, by=by, deed=deed)


def note_many(
    saved: Iterable[tuple[Record, Mapping[str, str]]], by: User | None
) -> int:
    """Keep what changed in many records: each as it is now, with what it was before."""
    noted = (
        Noted(record.type_key, record.pk, difference(before, values_of(record)))
        for record, before in saved
    )
    return timeline_changes.note_many(noted, by=by)


def changes(record: Record) -> QuerySet[Change]:
    """What was done to a record, the newest first."""
    return timeline_changes.changes(record.type_key, record.pk)


def entries(
    user: User, source_key: str, record: Any, before: datetime | None, limit: int
) -> list[Entry]:
    """The history of a record in its timeline (a ``TimelineSource``)."""
    if not isinstance(record, Record):
        return []
    return timeline_changes.change_entries(
        source_key,
        record.pk,
        before,
        limit,
        label=lambda name: field_label(type(record), name),
        value=shown_value,
    )


def field_label(model: type[Record], name: str) -> str:
    """The name of a field for people; the field's own name if it is gone."""
    labels = {field.name: field.verbose_name for field in model._meta.fields}
    text = str(labels.get(name, name))
    return text[:1].upper() + text[1:]


def difference(before: Mapping[str, str], after: Mapping[str, str]) -> Fields:
    """The old and the new value of each field that differs."""
    return {
        name: (before.get(name, ""), text)
        for name, text in after.items()
        if before.get(name, "") != text
    }


def shown_value(name: str, text: str) -> str:
    """A value of ``values_of`` for people: a country by its name."""
    return country_name(text) if name == "country" and text else text


def _text(record: Record, name: str) -> str:
    value = getattr(record, name)
    return "" if value is None else str(value)
