"""The columns of a list of records: what there is, and what a user chose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from crmplus.records.types import CONTACTS, LEADS, RecordType

if TYPE_CHECKING:
    from crmplus.hooks import Text

# Who looks through a small window sees those of the chosen ones that say the most.
ON_A_NARROW_SCREEN = 4
IMPORTANCE = (
    "organisation",
    "phone",
    "email",
    "changed",
    "city",
    "mobile",
    "position",
    "owner",
    "country",
    "created",
)


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a list.

    ``order`` is the column of the database that it sorts by, "" where it can't, with
    "-" where the greatest come first by nature. ``wide_only`` leaves it out on narrow
    screens.
    """

    key: str
    label: Text
    order: str = ""
    numeric: bool = False
    wide_only: bool = False


NAME = Column(key="name", label=_("Name"), order="name_key")
ORGANISATION = {
    CONTACTS.key: Column(
        key="organisation", label=_("Organisation"), order="organisation_key"
    ),
    LEADS.key: Column(key="organisation", label=_("Company"), order="company_key"),
}
POSITION = Column(key="position", label=_("Position"))
OF_ALL = (
    Column(key="phone", label=_("Phone"), numeric=True),
    Column(key="mobile", label=_("Mobile"), numeric=True),
    Column(key="email", label=_("E-mail")),
    Column(key="city", label=_("City"), order="city_key"),
    Column(key="country", label=_("Country")),
    Column(key="owner", label=_("Owner")),
    Column(key="created", label=_("Created"), order="-created_at", numeric=True),
    Column(key="changed", label=_("Changed"), order="-changed_at", numeric=True),
)


def columns(kind: RecordType) -> dict[str, Column]:
    """The columns that a user may choose from, by key; the name is always there."""
    own = (ORGANISATION[kind.key], POSITION) if kind.is_person else ()
    return {column.key: column for column in (*own, *OF_ALL)}


def orders(kind: RecordType) -> dict[str, str]:
    """What a list can be sorted by: the column of the database, by key."""
    found = (NAME, *columns(kind).values())
    return {column.key: column.order for column in found if column.order}


def proposed(kind: RecordType) -> list[str]:
    """The keys of the columns that a list shows to who chose none."""
    first = "organisation" if kind.is_person else "city"
    return [first, "phone", "email", "owner", "changed"]


def shown(kind: RecordType, chosen: Iterable[str]) -> list[Column]:
    """The columns of a list as a user chose them; what there is no more is left out."""
    known = columns(kind)
    keys = [key for key in dict.fromkeys(chosen) if key in known] or proposed(kind)
    first = sorted(keys, key=IMPORTANCE.index)[:ON_A_NARROW_SCREEN]
    return [replace(known[key], wide_only=key not in first) for key in keys]


def all_in_order(kind: RecordType, chosen: Iterable[str]) -> list[tuple[Column, bool]]:
    """All columns for the menu: the chosen ones in their order, then the others."""
    there = shown(kind, chosen)
    keys = {column.key for column in there}
    rest = [column for key, column in columns(kind).items() if key not in keys]
    return [(column, True) for column in there] + [(column, False) for column in rest]


def reordered(keys: list[str], key: str, by: int) -> list[str]:
    """The keys with one of them moved; ``by`` is -1 or 1."""
    if key not in keys:
        return keys
    rest = [other for other in keys if other != key]
    place = min(max(keys.index(key) + by, 0), len(rest))
    return [*rest[:place], key, *rest[place:]]
