"""What two records of a kind say of each field, and which of them is to stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crmplus.phonebook.normalise import normalise
from crmplus.phonebook.plan import number_plan
from crmplus.records.facts import field_order
from crmplus.records.history import field_label, shown_value, values_of
from crmplus.records.keys import fold
from crmplus.records.models import PHONE_FIELDS, Record
from crmplus.records.types import type_of

NEW, OLD = "new", "old"


@dataclass(frozen=True)
class Choice:
    """A field of two records; ``chosen`` says whose value stays: "new" or "old".

    ``name`` is the attribute that holds the raw value ("owner_id").
    """

    name: str
    label: str
    new: str
    old: str
    chosen: str

    @property
    def differs(self) -> bool:
        return self.new != self.old


def choices(new: Record, old: Record, asked: Mapping[str, str]) -> list[Choice]:
    """The fields of two records, but for those that both leave empty.

    What ``asked`` does not say is chosen: the fuller value, else that of the record
    that was changed last.
    """
    news, olds = values_of(new), values_of(old)
    later = NEW if new.changed_at >= old.changed_at else OLD
    return [
        _choice(new, name, news[name], olds[name], later, asked)
        for name in field_order(type_of(new))
        if news[name] or olds[name]
    ]


def fuller(new: str, old: str, later: str) -> str:
    """Whose value says more: one that goes on where the other ends ("S.", "Stefan")."""
    one, other = fold(new), fold(old)
    if one == other:
        return later if new and old else NEW if new else OLD
    if one.startswith(other):
        return NEW
    return OLD if other.startswith(one) else later


def _choice(
    record: Record, name: str, new: str, old: str, later: str, asked: Mapping[str, str]
) -> Choice:
    attname = record._meta.get_field(name).attname  # type: ignore[union-attr]
    return Choice(
        name=attname,
        label=field_label(type(record), name),
        new=shown_value(name, new),
        old=shown_value(name, old),
        chosen=asked.get(attname, fuller(new, old, later)),
    )


def chosen_values(
    new: Record, old: Record, made: list[Choice], *, keep_numbers: bool
) -> dict[str, Any]:
    """The raw values that stay, by attribute.

    With ``keep_numbers`` numbers that were not chosen go to the number fields that
    are free, as long as there are some.
    """
    values = {
        choice.name: getattr(old if choice.chosen == OLD else new, choice.name)
        for choice in made
    }
    if keep_numbers:
        values |= _rescued(new, old, values)
    return values


def lost_numbers(new: Record, old: Record, values: Mapping[str, Any]) -> list[str]:
    """Numbers of the two that the values no longer hold."""
    kept = {_key(new, values.get(name, "")) for name in PHONE_FIELDS}
    found: dict[str, str] = {}
    for record in (new, old):
        for name in PHONE_FIELDS:
            if text := getattr(record, name):
                found.setdefault(_key(record, text), text)
    return [text for key, text in found.items() if key not in kept]


def _rescued(new: Record, old: Record, values: Mapping[str, Any]) -> dict[str, str]:
    # A fax is no place for a number one speaks at.
    free = [name for name in PHONE_FIELDS if name != "fax" and not values.get(name)]
    return dict(zip(free, lost_numbers(new, old, values), strict=False))


def _key(record: Record, text: str) -> str:
    """What two notations of a number share."""
    plan = number_plan().for_record(record.country)
    return normalise(text, plan).key or text if text else ""
