"""One thing of a ticket, changed by one click: what was asked, and the answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from crmplus.tickets import times
from crmplus.tickets.fields import FIRST_YEAR, LAST_YEAR, users_who_work
from crmplus.tickets.models import Priority, Status, Ticket
from crmplus.tickets.showing import due_words


class NoChangeError(ValueError):
    """An address that asks for nothing one could do."""


def read(field: str, text: str) -> Any:
    """The value of a field that a text stands for. Raises NoChangeError."""
    try:
        return READ[field](text)
    except (KeyError, ValueError, OverflowError) as error:
        raise NoChangeError(field) from error


def raw(ticket: Ticket, field: str) -> str:
    """The text that stands for what a ticket is now."""
    value = getattr(ticket, f"{field}_id" if field == "owner" else field)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return "" if value is None else str(value)


def told(ticket: Ticket, field: str) -> str:
    """What a ticket is now, in a sentence."""
    values = {"number": ticket.number}
    if field == "owner":
        if ticket.owner is None:
            return _("%(number)s belongs to nobody now.") % values
        values["name"] = str(ticket.owner)
        return _("%(number)s belongs to %(name)s now.") % values
    if field == "due_at":
        if ticket.due_at is None:
            return _("%(number)s has no due time now.") % values
        values["time"] = due_words(ticket.due_at, timezone.now())
        return _("%(number)s is due: %(time)s.") % values
    if field == "priority":
        values["value"] = str(ticket.get_priority_display())
        return _("%(number)s has the priority “%(value)s” now.") % values
    return _status(ticket, values)


def _status(ticket: Ticket, values: dict[str, str]) -> str:
    if ticket.is_closed and ticket.closed_by:
        values["name"] = str(ticket.closed_by)
        return _("%(number)s is closed, by %(name)s.") % values
    values["value"] = str(ticket.get_status_display())
    return _("%(number)s: %(value)s.") % values


def _owner(text: str) -> Any:
    if not text:
        return None
    owner = users_who_work().filter(pk=int(text)).first()
    if owner is None:
        raise ValueError(text)
    return owner


def _due(text: str) -> datetime | None:
    """A quick choice, a moment in ISO 8601, or nothing for never."""
    if not text:
        return None
    at = times.pick(text, timezone.localtime()) or parse_datetime(text)
    if at is None or timezone.is_naive(at) or not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(text)
    return at.astimezone(UTC)


READ = {
    "status": lambda text: Status(text).value,
    "priority": lambda text: Priority(int(text)).value,
    "owner": _owner,
    "due_at": _due,
}
