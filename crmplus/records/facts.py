"""The fields of a record as its page shows them, each to be changed where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from crmplus.records.forms import ADDRESS_FIELDS
from crmplus.records.history import field_label, shown_value, values_of
from crmplus.records.models import PHONE_FIELDS, Record
from crmplus.records.numbers import NumberField, numbers
from crmplus.records.types import RecordType


@dataclass(frozen=True)
class Fact:
    """A field: its value as people read it, "" for nothing; a number has ``number``.

    ``form_url`` gives the field as a form, ``edit_url`` is the page with all of them.
    """

    name: str
    label: str
    value: str
    form_url: str
    edit_url: str
    number: NumberField | None = None


def facts(kind: RecordType, record: Record) -> list[list[Fact]]:
    """All fields of a record, in groups."""
    values, dialled = values_of(record), {one.name: one for one in numbers(record)}
    return [
        [_fact(kind, record, name, values, dialled) for name in names]
        for names in _groups(kind)
    ]


def fact(kind: RecordType, record: Record, name: str) -> Fact:
    """One field of a record."""
    dialled = {one.name: one for one in numbers(record)}
    return _fact(kind, record, name, values_of(record), dialled)


def field_names(kind: RecordType) -> frozenset[str]:
    """The fields of a kind that can be changed one by one."""
    return frozenset(name for names in _groups(kind) for name in names)


def field_order(kind: RecordType) -> list[str]:
    """The model's fields in the page's order."""
    return [field_key(name) for names in _groups(kind) for name in names]


def field_key(name: str) -> str:
    """The model's field behind one of a form."""
    return "organisation" if name == "organisation_name" else name


def _groups(kind: RecordType) -> tuple[tuple[str, ...], ...]:
    return (
        kind.name_fields,
        PHONE_FIELDS,
        ("email", "website"),
        ADDRESS_FIELDS,
        ("owner",),
    )


def _fact(
    kind: RecordType,
    record: Record,
    name: str,
    values: dict[str, str],
    dialled: dict[str, NumberField],
) -> Fact:
    key = field_key(name)
    page = reverse("records:edit", args=[kind.key, record.pk])
    return Fact(
        name=name,
        label=field_label(type(record), key),
        value=shown_value(key, values[key]),
        form_url=reverse("records:field", args=[kind.key, record.pk, name]),
        edit_url=f"{page}#id_{name}",
        number=dialled.get(name),
    )
