"""Tickets and activities on the home page and on the pages of records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crmplus.keyset import first_rows
from crmplus.phonebook.index import source_of
from crmplus.phonebook.members import with_members
from crmplus.tickets.asking import (
    of_references,
    visible_activities,
    visible_tickets,
)
from crmplus.tickets.links import create_url
from crmplus.tickets.models import (
    OPEN_ACTIVITIES,
    OPEN_TICKETS,
    TICKET,
    Activity,
    Kind,
    Ticket,
    Work,
)
from crmplus.tickets.showing import (
    KIND_ICONS,
    TICKET_ICON,
    activity_rows,
    picks,
    ticket_rows,
    title,
)
from crmplus.tickets.times import midnight
from crmplus.timeline.entries import Entry
from crmplus.web import signed_in_user

if TYPE_CHECKING:
    from crmplus.accounts.models import User

ON_HOME, ON_RECORD = 8, 6


def due_today(user: User) -> QuerySet[Activity]:
    """What a user has to do until the end of the day, in the user's zone."""
    tonight = midnight(timezone.localtime(), 1)
    return Activity.objects.filter(OPEN_ACTIVITIES, owner=user, due_at__lt=tonight)


def home_panel(request: HttpRequest) -> dict[str, Any]:
    """The context of the panel "Due today"."""
    user = signed_in_user(request)
    rows = due_today(user).select_related("ticket", "owner").order_by("due_at", "pk")
    found = list(rows[: ON_HOME + 1])
    return {
        "rows": activity_rows(found[:ON_HOME], user),
        "more": len(found) > ON_HOME,
        "picks": picks(),
    }


def record_panel(request: HttpRequest, source_key: str, record: Any) -> dict[str, Any]:
    """The context of the panel with what is open of a record."""
    user, reference = signed_in_user(request), (source_key, record.pk)
    about = _about(user, source_key, record)
    tickets = _open_of(visible_tickets(user), about & OPEN_TICKETS, "due_order")
    todo = _open_of(visible_activities(user), about & OPEN_ACTIVITIES, "due_at")
    query = urlencode({"record": f"{source_key}:{record.pk}"})
    return {
        "target": f"{source_key}:{record.pk}",
        "tickets": ticket_rows(tickets[:ON_RECORD], user),
        "rows": activity_rows(todo[:ON_RECORD], user),
        "picks": picks(),
        "tickets_url": f"{reverse('tickets:list')}?{query}&status=any",
        "more_activities_url": f"{reverse('tickets:my-day')}?{query}"
        if len(todo) > ON_RECORD
        else "",
        "create_url": create_url(target=reference),
    }


def _about(user: User, source_key: str, record: Any) -> Q:
    """What is about a record, or about one of those that belong to it."""
    found = with_members(source_of(source_key), record, user)
    return of_references([(source.key, one.pk) for source, one in found])


def _open_of(rows: QuerySet[Any], wanted: Q, order: str) -> list[Any]:
    found = first_rows(rows.filter(wanted), order, "pk", limit=ON_RECORD + 1)
    return list(found.select_related("owner"))


def ticket_entries(
    user: User, source_key: str, record: Any, before: datetime | None, limit: int
) -> Sequence[Entry]:
    """The tickets of a record in its timeline: opened, closed (a ``TimelineSource``).

    On the page of a ticket there are none.
    """
    if source_key == TICKET:
        return []
    rows = visible_tickets(user).filter(_about(user, source_key, record))
    opened = _newest(rows, "created_at", before, limit)
    closed = _newest(rows.filter(closed_at__isnull=False), "closed_at", before, limit)
    entries = [
        *(_ticket_entry(ticket) for ticket in opened),
        *(_closed_entry(ticket) for ticket in closed),
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


def activity_entries(
    user: User, source_key: str, record: Any, before: datetime | None, limit: int
) -> Sequence[Entry]:
    """What was done for a record, or for a ticket (a ``TimelineSource``)."""
    rows = visible_activities(user).filter(done_at__isnull=False)
    if source_key == TICKET:
        rows = rows.filter(ticket=record.pk)
    else:
        rows = rows.filter(_about(user, source_key, record))
    return [_activity_entry(one) for one in _newest(rows, "done_at", before, limit)]


def _newest(
    rows: QuerySet[Any], column: str, before: datetime | None, limit: int
) -> list[Any]:
    if before:
        rows = rows.filter(**{f"{column}__lt": before})
    found = first_rows(rows, f"-{column}", "-pk", limit=limit)
    return list(found.select_related("owner", "created_by", *_doer(rows.model)))


def _doer(model: type[Work]) -> tuple[str, ...]:
    return ("closed_by",) if model is Ticket else ("done_by",)


def _ticket_entry(ticket: Ticket) -> Entry:
    return Entry(
        at=ticket.created_at,
        kind=TICKET,
        icon=TICKET_ICON,
        title=f"{ticket.number} {ticket.subject}",
        text=ticket.description,
        author=_("opened by %(name)s") % {"name": ticket.created_by}
        if ticket.created_by
        else _("opened"),
        url=ticket.get_absolute_url(),
    )


def _closed_entry(ticket: Ticket) -> Entry:
    assert ticket.closed_at  # noqa: S101  (the query asks for closed ones)
    return replace(
        _ticket_entry(ticket),
        at=ticket.closed_at,
        icon="circle-check",
        tone="done",
        text="",
        author=_("closed by %(name)s") % {"name": ticket.closed_by}
        if ticket.closed_by
        else _("closed"),
    )


def _activity_entry(activity: Activity) -> Entry:
    assert activity.done_at  # noqa: S101  (the query asks for what is done)
    return Entry(
        at=activity.done_at,
        kind="activity",
        icon=KIND_ICONS[Kind(activity.kind)],
        title=title(activity),
        text=activity.note,
        author=_("done by %(name)s") % {"name": activity.done_by}
        if activity.done_by
        else _("done"),
        url=activity.get_absolute_url(),
    )
