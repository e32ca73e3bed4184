"""The small numbers that stand for a source's fields in the index."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crmplus import hooks
from crmplus.phonebook.models import PhoneSlot

_known: dict[tuple[str, str], int] = {}
_names: dict[int, tuple[str, str]] = {}


def slots_of(source: hooks.PhoneSource) -> dict[str, int]:
    """The slot of each field of a source; new fields get theirs."""
    return {field: _slot(source.key, field) for field in source.fields}


def name_of(slot: int) -> tuple[str, str] | None:
    """The source's key and the field behind a slot, None if it is not known."""
    if slot not in _names:
        _remember(PhoneSlot.objects.all())
    return _names.get(slot)


def forget(**signal: Any) -> None:
    """Read the slots anew at the next use."""
    _known.clear()
    _names.clear()


def create_all(**signal: Any) -> None:
    """Give every registered field its slot (a receiver of ``post_migrate``)."""
    forget()
    for source in hooks.registered(hooks.PhoneSource):
        slots_of(source)


def _slot(source: str, field: str) -> int:
    if (source, field) not in _known:
        _remember(PhoneSlot.objects.all())
    if (source, field) in _known:
        return _known[source, field]
    # Not remembered before it is read again: a rollback may undo it.
    return PhoneSlot.objects.get_or_create(source=source, field=field)[0].pk


def _remember(slots: Iterable[PhoneSlot]) -> None:
    for slot in slots:
        _known[slot.source, slot.field] = slot.pk
        _names[slot.pk] = (slot.source, slot.field)
