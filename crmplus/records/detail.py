"""What the page of a record shows beside its fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from crmplus import hooks
from crmplus.records.countries import country_name
from crmplus.records.models import Contact, Organisation, Record
from crmplus.records.numbers import NumberField, numbers, with_main_numbers
from crmplus.records.types import RecordType
from crmplus.timeline.pages import timeline
from crmplus.web import signed_in_user

PEOPLE = 10


@dataclass(frozen=True)
class Panel:
    """A panel that another app puts on the page."""

    key: str
    title: str
    icon: str
    html: str


@dataclass(frozen=True)
class People:
    """The first people of an organisation; ``more`` if there are more."""

    contacts: list[tuple[Contact, NumberField | None]]
    more: bool


def detail_context(
    request: HttpRequest, kind: RecordType, record: Record
) -> dict[str, Any]:
    """The context of ``records/detail.html``."""
    organisation = organisation_of(record)
    return {
        "kind": kind,
        "record": record,
        "numbers": numbers(record),
        "country": country_name(record.country) if record.country else "",
        "organisation": organisation,
        "organisation_number": next(iter(numbers(organisation)), None)
        if organisation
        else None,
        "people": people(record),
        "panels": panels(request, kind, record),
        "timeline": timeline(signed_in_user(request), kind.key, record, request.GET),
    }


def people(record: Record) -> People | None:
    """Who belongs to the record, if it is an organisation."""
    if not isinstance(record, Organisation):
        return None
    found = list(record.contacts.order_by("name_key", "pk")[: PEOPLE + 1])
    return People(with_main_numbers(found[:PEOPLE]), len(found) > PEOPLE)


def organisation_of(record: Record) -> Organisation | None:
    """The organisation that a contact belongs to, unless it is deleted."""
    found = record.organisation if isinstance(record, Contact) else None
    return found if found and not found.is_deleted else None


def panels(request: HttpRequest, kind: RecordType, record: Record) -> list[Panel]:
    """The panels that have something to say about the record."""
    found = []
    for hook in hooks.registered(hooks.RecordPanel):
        context = hook.context(request, kind.key, record)
        if context is not None:
            html = render_to_string(hook.template, context, request)
            found.append(Panel(hook.key, str(hook.title), hook.icon, html))
    return found
