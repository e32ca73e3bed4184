"""Adding the number of a call to a record that is there already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from crmplus import hooks

if TYPE_CHECKING:
    from crmplus.accounts.models import User

FOUND_PER_TYPE = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that could take the number, and the empty fields it has for it."""

    source: str
    object_id: int
    title: str
    organisation: str
    type_label: str
    icon: str
    fields: tuple[tuple[str, str], ...]


class NoPlace(ValueError):
    """The field is taken, or there is no such record or field."""


def candidates(user: User, text: str) -> list[Candidate]:
    """Records whose name begins with a text, that the user may see."""
    if not text.strip():
        return []
    return [
        _candidate(source, record)
        for source in hooks.registered(hooks.PhoneSource)
        if source.search
        for record in source.search(user, text.strip(), FOUND_PER_TYPE)
    ]


def _candidate(source: hooks.PhoneSource, record: Any) -> Candidate:
    return Candidate(
        source=source.key,
        object_id=record.pk,
        title=source.title(record),
        organisation=source.organisation(record),
        type_label=str(source.label),
        icon=source.icon,
        fields=tuple(
            (name, str(label))
            for name, label in source.fields.items()
            if not getattr(record, name)
        ),
    )


def attach(user: User, source_key: str, object_id: int, field: str, number: str) -> Any:
    """Write a number into an empty field of a record; gives the record.

    Raises NoPlace.
    """
    sources = hooks.registered(hooks.PhoneSource)
    source = next((one for one in sources if one.key == source_key), None)
    if source is None or field not in source.fields:
        raise NoPlace
    rows: Any = source.model._default_manager.all()
    if source.visible:
        rows = source.visible(user, rows)
    with transaction.atomic():
        record = rows.select_for_update(of=("self",)).filter(pk=object_id).first()
        if record is None or getattr(record, field):
            raise NoPlace
        before = {field: getattr(record, field)}
        setattr(record, field, number)
        record.save()
        if source.noted:
            source.noted(user, record, before)
    return record
