"""Tickets are made and changed here, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from crmplus.tickets import texts
from crmplus.tickets.models import (
    TICKET,
    Priority,
    Reference,
    Status,
    Ticket,
    TicketWord,
)
from crmplus.tickets.signals import tell
from crmplus.timeline.changes import note
from crmplus.timeline.models import Deed

if TYPE_CHECKING:
    from crmplus.accounts.models import User

CHANGEABLE = (
    "subject",
    "description",
    "status",
    "priority",
    "owner",
    "due_at",
    "target",
)


class EmptySubjectError(ValueError):
    """A ticket needs a subject."""


@transaction.atomic
def create_ticket(
    by: User | None,
    subject: str,
    *,
    description: str = "",
    target: Reference | None = None,
    call: int | None = None,
    owner: User | None = None,
    priority: int = Priority.NORMAL,
    due: datetime | None = None,
) -> Ticket:
    """A new, open ticket. Nobody owns it unless ``owner`` does.

    Raises EmptySubjectError.
    """
    ticket = Ticket(
        subject=_subject(subject),
        description=texts.lines(description),
        target_kind=target[0] if target else "",
        target_id=target[1] if target else None,
        call=call,
        owner=owner,
        created_by=by,
        priority=priority,
        due_at=due,
    )
    ticket.save()
    _index(ticket)
    note(TICKET, ticket.pk, by=by, deed=Deed.CREATED)
    tell(ticket, by, given=True)
    return ticket


@transaction.atomic
def change_ticket(ticket: Ticket, by: User | None, **values: Any) -> list[str]:
    """Change some of ``CHANGEABLE``; gives the fields that were changed.

    Two may do it at once: what counts is what the ticket is at this moment, and what
    is so already is no change. ``ticket`` is then as it has become.
    Raises EmptySubjectError.
    """
    _lock(ticket)
    cleaned = {name: CLEAN.get(name, _same)(value) for name, value in values.items()}
    before = {name: getattr(ticket, name) for name in cleaned}
    changed = [name for name, value in cleaned.items() if before[name] != value]
    if not changed:
        return []
    now = timezone.now()
    for name in changed:
        setattr(ticket, name, cleaned[name])
    _close(ticket, by, now)
    ticket.changed_at = now
    ticket.save(update_fields=_columns(changed))
    if "subject" in changed:
        _index(ticket)
    noted = {name: (_text(before[name]), _text(cleaned[name])) for name in changed}
    note(TICKET, ticket.pk, by=by, fields=noted)
    tell(ticket, by, given="owner" in changed)
    return changed


def _columns(changed: list[str]) -> list[str]:
    columns = ["closed_at", "closed_by", "changed_at"]
    for name in changed:
        columns += ("target_kind", "target_id") if name == "target" else (name,)
    return columns


def _lock(ticket: Ticket) -> None:
    """Read the ticket as it is now, and let nobody else change it meanwhile."""
    Ticket.all_objects.select_for_update().get(pk=ticket.pk)
    related = Ticket.all_objects.select_related("owner", "closed_by")
    ticket.refresh_from_db(from_queryset=related)


def _subject(text: str) -> str:
    subject = texts.line(text)
    if not subject:
        raise EmptySubjectError("A ticket needs a subject.")
    return subject


def _close(ticket: Ticket, by: User | None, now: datetime) -> None:
    """Keep what says that it is closed in step with its status."""
    if ticket.status != Status.CLOSED:
        ticket.closed_at = ticket.closed_by = None
    elif ticket.closed_at is None:
        ticket.closed_at, ticket.closed_by = now, by


def _index(ticket: Ticket) -> None:
    TicketWord.objects.filter(ticket=ticket).delete()
    index([ticket])


def index(tickets: list[Ticket]) -> None:
    """Keep the words of new tickets, to search by."""
    TicketWord.objects.bulk_create(
        TicketWord(ticket=ticket, word=word)
        for ticket in tickets
        for word in texts.words(ticket.subject)
    )


def _same(value: Any) -> Any:
    return value


def _text(value: Any) -> str:
    """A value as the history keeps it: an owner by name, a time in ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "{}:{}".format(*value)
    return value.isoformat() if isinstance(value, datetime) else str(value)


CLEAN: dict[str, Callable[[Any], Any]] = {
    "subject": _subject,
    "description": texts.lines,
}
