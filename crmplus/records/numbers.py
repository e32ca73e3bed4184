"""The phone numbers of a record, as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from django.utils.translation import gettext as _

from crmplus.phonebook import display
from crmplus.phonebook.normalise import Number, NumberKind, NumberPlan, normalise
from crmplus.phonebook.plan import number_plan
from crmplus.records.countries import country_name
from crmplus.records.models import PHONE_FIELDS, Record, phone_labels

R = TypeVar("R", bound=Record)
DIALLED = frozenset({NumberKind.E164, NumberKind.INTERNAL, NumberKind.FEATURE})


@dataclass(frozen=True)
class NumberField:
    """A number of a record: as it was written, and as E.164 ("" if it has none)."""

    name: str
    label: str
    value: str
    e164: str
    understood: bool

    @property
    def region(self) -> str:
        """The country of the number, ISO 3166-1 alpha-2; "" if it has none."""
        return display.region(self.e164) if self.e164 else ""

    @property
    def region_name(self) -> str:
        """The country's name in the active language."""
        return country_name(self.region) if self.region else ""

    @property
    def warning(self) -> str:
        """What is wrong with it, for people; "" if nothing is."""
        if self.understood:
            return ""
        return _("No phone number that can be dialled; kept as written.")


def numbers(record: Record) -> list[NumberField]:
    """The numbers that a record has, in the order of its fields."""
    return list(_numbers(record, number_plan()))


def with_main_numbers(records: Iterable[R]) -> list[tuple[R, NumberField | None]]:
    """Each record with the number to ring first, None if it has none."""
    plan = number_plan()
    return [(record, next(_numbers(record, plan), None)) for record in records]


def _numbers(record: Record, plan: NumberPlan) -> Iterator[NumberField]:
    plan = plan.for_record(record.country)
    for name in PHONE_FIELDS:
        if value := getattr(record, name):
            yield _number_field(record, name, normalise(value, plan))


def _number_field(record: Record, name: str, number: Number) -> NumberField:
    return NumberField(
        name=name,
        label=str(phone_labels(type(record))[name]),
        value=getattr(record, name),
        e164=number.e164 or "",
        understood=number.kind in DIALLED,
    )
