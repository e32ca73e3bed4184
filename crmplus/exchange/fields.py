"""The fields of a kind of records as columns of a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crmplus.records.countries import country_name
from crmplus.records.models import PHONE_FIELDS, Record
from crmplus.records.types import CONTACTS, LEADS, RecordType
from crmplus.spreadsheets import Cell

if TYPE_CHECKING:
    from crmplus.hooks import Text

FULL_NAME, ORGANISATION, OWNER = "full_name", "organisation", "owner"
ADDRESS = ("street", "postcode", "city")


@dataclass(frozen=True, kw_only=True)
class Field:
    """A column: its key (mostly the model's field), its head, and how it is written.

    ``written`` is False for what can only be read from files, ``taken`` for what is
    only written to them.
    """

    key: str
    label: Text
    cell: Callable[[Any], Cell]
    written: bool = True
    taken: bool = True

    @property
    def head(self) -> str:
        """The label as it stands at the top of a column."""
        text = str(self.label)
        return text[:1].upper() + text[1:]


@cache
def fields(kind: RecordType) -> dict[str, Field]:
    """All columns of a kind by key, in their order in a file."""
    found = [*_name_fields(kind)]
    found += [_plain(kind, name) for name in (*PHONE_FIELDS, "email", "website")]
    found += [_plain(kind, name) for name in ADDRESS]
    found += [
        Field(key="country", label=_("country"), cell=_country),
        Field(key=OWNER, label=_("owner"), cell=_owner),
        _time("created_at", pgettext_lazy("column", "created")),
        _time("changed_at", pgettext_lazy("column", "changed")),
    ]
    return {field.key: field for field in found}


def written(kind: RecordType) -> list[Field]:
    """What an export has."""
    return [field for field in fields(kind).values() if field.written]


def taken(kind: RecordType) -> list[Field]:
    """What an import takes."""
    return [field for field in fields(kind).values() if field.taken]


def fields_of_columns(kind: RecordType, columns: list[str]) -> list[Field]:
    """The fields behind the columns that a list shows; the name always comes first."""
    known = fields(kind)
    renamed = {"created": "created_at", "changed": "changed_at"}
    if kind is LEADS:
        renamed[ORGANISATION] = "company"
    names = ("first_name", "last_name") if kind.is_person else ("name",)
    keys = [*names, *(renamed.get(column, column) for column in columns)]
    return [known[key] for key in dict.fromkeys(keys) if key in known]


def _name_fields(kind: RecordType) -> list[Field]:
    found = []
    for name in kind.name_fields:
        if name == "organisation_name":
            name_of = attrgetter("organisation_name")
            found.append(Field(key=ORGANISATION, label=_("organisation"), cell=name_of))
        else:
            found.append(_plain(kind, name))
    if kind.is_person:
        full = Field(
            key=FULL_NAME,
            label=_("first and last name in one"),
            cell=attrgetter("title"),
            written=False,
        )
        found.insert(2, full)
    return found


def _plain(kind: RecordType, name: str) -> Field:
    label: Any = kind.model._meta.get_field(name)
    return Field(key=name, label=label.verbose_name, cell=attrgetter(name))


def _time(name: str, label: Text) -> Field:
    return Field(key=name, label=label, cell=attrgetter(name), taken=False)


def _country(record: Record) -> Cell:
    return country_name(record.country) if record.country else ""


def _owner(record: Record) -> Cell:
    return record.owner.username if record.owner else ""


def needs_organisation(kind: RecordType) -> bool:
    """Does the kind belong to organisations that are records themselves?"""
    return kind is CONTACTS
