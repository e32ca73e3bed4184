"""What the page of a ticket shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from crmplus.accounts.fields import names_of
from crmplus.phonebook import display
from crmplus.phonebook.records import records_for
from crmplus.tickets.asking import visible_activities
from crmplus.tickets.fields import parse_target, record_of, users_who_work
from crmplus.tickets.finding import call_link
from crmplus.tickets.models import TICKET, Priority, Status, Ticket
from crmplus.tickets.showing import activity_rows, due_words, picks
from crmplus.timeline.changes import change_entries
from crmplus.timeline.entries import Entry
from crmplus.timeline.pages import timeline
from crmplus.web import signed_in_user

if TYPE_CHECKING:
    from crmplus.accounts.models import User

MANY = 50
# What can stand in the timeline of a ticket.
KINDS = ("comment", "change", "activity")


def ticket_context(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    """The context of ``tickets/ticket.html``."""
    user = signed_in_user(request)
    record = record_of(ticket.target, user)
    todo = visible_activities(user).filter(ticket=ticket).select_related("owner")
    return {
        "ticket": ticket,
        "record": record,
        "numbers": _numbers(ticket) if record else [],
        "call": call_link(user, ticket.call),
        "is_overdue": ticket.is_overdue(timezone.now()),
        "statuses": Status.choices,
        "priorities": Priority.choices,
        "owners": list(names_of(users_who_work(ticket.owner_id))),
        "picks": picks(),
        "activities": activity_rows(list(todo.order_by("due_at", "pk")[:MANY]), user),
        "activity_url": _activity_url(ticket),
        "timeline": timeline(user, TICKET, ticket, request.GET, KINDS),
    }


def _numbers(ticket: Ticket) -> list[tuple[str, str]]:
    """The numbers of the record: for people, and as E.164."""
    assert ticket.target  # noqa: S101  (only asked where there is a record)
    found = sorted(records_for(*ticket.target))
    return [(display.pretty(number), number) for number in found]


def _activity_url(ticket: Ticket) -> str:
    query = {"ticket": ticket.pk, "next": ticket.get_absolute_url()}
    if ticket.target:
        query["target"] = "{}:{}".format(*ticket.target)
    return f"{reverse('tickets:create-activity')}?{urlencode(query)}"


def history(
    user: User, source_key: str, record: Any, before: datetime | None, limit: int
) -> Sequence[Entry]:
    """What was done to a ticket, in its timeline (a ``TimelineSource``)."""
    if source_key != TICKET:
        return []
    return change_entries(
        TICKET,
        record.pk,
        before,
        limit,
        label=field_label,
        value=lambda name, text: shown(user, name, text),
    )


def field_label(name: str) -> str:
    """The name of a field for people."""
    if name == "target":
        return _("About")
    labels = {field.name: field.verbose_name for field in Ticket._meta.fields}
    text = str(labels.get(name, name))
    return text[:1].upper() + text[1:]


def shown(user: User, name: str, text: str) -> str:
    """A value that the history keeps, as people read it."""
    if not text:
        return ""
    if name == "target":
        record = record_of(parse_target(text), user)
        return record.title if record else _("a record that is gone")
    if name == "due_at":
        at = parse_datetime(text)
        return due_words(at, timezone.now()) if at else text
    if name == "status":
        return str(dict(Status.choices).get(text, text))
    if name == "priority":
        return str(dict(Priority.choices).get(int(text), text))
    return text
