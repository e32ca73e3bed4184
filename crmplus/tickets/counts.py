"""The figures beside the menu entries: both in one query for a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.db.models import Count, QuerySet, Value
from django.http import HttpRequest

from crmplus.tickets.models import OPEN_TICKETS, Ticket
from crmplus.tickets.panels import due_today
from crmplus.web import signed_in_user

if TYPE_CHECKING:
    Counts = QuerySet[Any, tuple[str, int]]

KEPT = "_tickets_counts"
TICKETS, DUE = "tickets", "due"


def open_tickets(request: HttpRequest) -> int:
    """The user's own open tickets."""
    return _counts(request).get(TICKETS, 0)


def due_activities(request: HttpRequest) -> int:
    """What the user has to do until the end of the day."""
    return _counts(request).get(DUE, 0)


def _counts(request: HttpRequest) -> dict[str, int]:
    found: dict[str, int] | None = getattr(request, KEPT, None)
    if found is None:
        user = signed_in_user(request)
        tickets = Ticket.objects.filter(OPEN_TICKETS, owner=user)
        both = _count(TICKETS, tickets).union(_count(DUE, due_today(user)), all=True)
        found = dict(both)
        setattr(request, KEPT, found)
    return found


def _count(name: str, rows: QuerySet[Any]) -> Counts:
    named = rows.order_by().annotate(name=Value(name)).values("name")
    counted = named.annotate(count=Count("pk"))
    return cast("Counts", counted.values_list("name", "count"))
