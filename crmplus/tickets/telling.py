"""Live messages: what is due, and what somebody else gave one to do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from crmplus.live.bus import publish
from crmplus.tickets.models import Activity, Ticket
from crmplus.tickets.signals import activity_changed, ticket_changed

if TYPE_CHECKING:
    from crmplus.accounts.models import User

MESSAGE = "work"


def connect() -> None:
    """Listen to what changes."""
    ticket_changed.connect(ticket_given, dispatch_uid="tickets.ticket-given")
    activity_changed.connect(activity_given, dispatch_uid="tickets.activity-given")


def tell(owner: int, name: str, pk: int) -> None:
    """Show a card in all tabs of a user: the page ``name`` of the row ``pk``."""
    version = time.time_ns() // 1_000_000
    message = {
        "type": MESSAGE,
        "id": f"{name}:{pk}",
        "at": version,
        "card": reverse(name, args=[pk]),
    }
    publish([owner], message)


def ticket_given(ticket: Ticket, by: User | None, given: bool, **signal: Any) -> None:
    """Tell the new owner of a ticket, unless it was the owner's own doing."""
    if given and ticket.owner_id and _by_another(ticket, by):
        tell(ticket.owner_id, "tickets:ticket-news", ticket.pk)


def activity_given(
    activity: Activity, by: User | None, given: bool, **signal: Any
) -> None:
    """Tell the new owner of an activity, unless it was the owner's own doing."""
    if given and activity.owner_id and _by_another(activity, by):
        tell(activity.owner_id, "tickets:activity-news", activity.pk)


def _by_another(what: Ticket | Activity, by: User | None) -> bool:
    return by is not None and by.pk != what.owner_id
