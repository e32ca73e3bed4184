"""What the page of a record shows beside its fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string

from crmplus import hooks
from crmplus.accounts.visibility import visible_records
from crmplus.records.access import may_see
from crmplus.records.duplicates import possible_duplicates
from crmplus.records.facts import facts
from crmplus.records.models import Contact, Organisation, Record
from crmplus.records.numbers import NumberField, numbers, with_main_numbers
from crmplus.records.types import LEADS, RecordType
from crmplus.timeline.pages import timeline
from crmplus.web import signed_in_user

if TYPE_CHECKING:
    from crmplus.accounts.models import User

PEOPLE = 10
COLLEAGUES = 5


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
    user = signed_in_user(request)
    organisation = organisation_of(record, user)
    return {
        "kind": kind,
        "record": record,
        "numbers": numbers(record),
        "facts": facts(kind, record),
        "duplicates": possible_duplicates(kind, record, user),
        "convertible": kind is LEADS,
        "organisation": organisation,
        "colleagues": colleagues(record, organisation, user),
        "organisation_number": next(iter(numbers(organisation)), None)
        if organisation
        else None,
        "people": people(record, user),
        "panels": panels(request, kind, record),
        "timeline": timeline(user, kind.key, record, request.GET),
    }


def people(record: Record, user: User) -> People | None:
    """Who belongs to the record, if it is an organisation."""
    if not isinstance(record, Organisation):
        return None
    return _people(visible_records(user, record.contacts.all()), PEOPLE)


def colleagues(
    record: Record, organisation: Organisation | None, user: User
) -> People | None:
    """Who else is at the organisation of a contact."""
    if organisation is None:
        return None
    others = visible_records(user, organisation.contacts.exclude(pk=record.pk))
    return _people(others, COLLEAGUES)


def _people(rows: QuerySet[Contact], most: int) -> People:
    found = list(rows.order_by("name_key", "pk")[: most + 1])
    return People(with_main_numbers(found[:most]), len(found) > most)


def organisation_of(record: Record, user: User) -> Organisation | None:
    """The organisation of a contact; None if it is deleted or hidden from the user."""
    found = record.organisation if isinstance(record, Contact) else None
    return found if found and not found.is_deleted and may_see(user, found) else None


def panels(request: HttpRequest, kind: RecordType, record: Record) -> list[Panel]:
    """The panels that have something to say about the record."""
    found = []
    for hook in hooks.registered(hooks.RecordPanel):
        context = hook.context(request, kind.key, record)
        if context is not None:
            html = render_to_string(hook.template, context, request)
            found.append(Panel(hook.key, str(hook.title), hook.icon, html))
    return found
