"""No page of a million tickets may read them all: SQLite's plans name an index."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from crmplus.accounts.models import User
from crmplus.tickets.agenda import Agenda
from crmplus.tickets.asking import of_references
from crmplus.tickets.filters import TicketFilter
from crmplus.tickets.models import (
    OPEN_ACTIVITIES,
    OPEN_TICKETS,
    Activity,
    Ticket,
    TicketWord,
)
from crmplus.tickets.searching import begins

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor != "sqlite", reason="plans are those of SQLite"
    ),
]
Rows = Callable[[User], "QuerySet[Ticket] | QuerySet[Activity] | QuerySet[TicketWord]"]


def tickets(query: str) -> Rows:
    def rows(user: User) -> QuerySet[Ticket]:
        form = TicketFilter(user, QueryDict(query))
        return form.rows().order_by(form.order, _key(form.order))

    return rows


def agenda(query: str) -> Rows:
    def rows(user: User) -> QuerySet[Activity]:
        found = Agenda(user, QueryDict(query))
        return found.rows().order_by(found.order, _key(found.order))

    return rows


def _key(order: str) -> str:
    return "-pk" if order.startswith("-") else "pk"


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (tickets(""), "tickets_ticket_open_owner"),
        (tickets("whose=all"), "tickets_ticket_open_due"),
        (tickets("whose=all&overdue=1"), "tickets_ticket_open_due"),
        (tickets("whose=all&sort=priority"), "tickets_ticket_open_priority"),
        (tickets("whose=all&status=any"), "tickets_ticket_changed"),
        (tickets("status=closed"), "tickets_ticket_owner"),
        (tickets("record=contacts:7&status=any"), "tickets_ticket_target"),
        (agenda(""), "tickets_activity_open_owner"),
        (agenda("whose=all"), "tickets_activity_open_due"),
        (agenda("show=done"), "tickets_activity_done_owner"),
        (agenda("show=done&whose=all"), "tickets_activity_done"),
        (agenda("record=contacts:7"), "tickets_activity_target"),
        (
            lambda user: Ticket.objects.filter(
                OPEN_TICKETS, of_references([("contacts", 1), ("contacts", 2)])
            ),
            "tickets_ticket_target",
        ),
        (lambda user: Ticket.objects.filter(call=7), "tickets_ticket_call"),
        (lambda user: Activity.objects.filter(call=7), "tickets_activity_call"),
        (
            lambda user: Activity.objects.filter(
                OPEN_ACTIVITIES, Q(party="+4930"), kind="call_back"
            ),
            "tickets_activity_open_party",
        ),
        (
            lambda user: Activity.objects.filter(
                OPEN_ACTIVITIES, reminded_at__isnull=True, due_at__lte=timezone.now()
            ).order_by("due_at"),
            "tickets_activity_remind",
        ),
        (lambda user: Activity.objects.filter(ticket=7), "tickets_activity_ticket"),
        (lambda user: TicketWord.objects.filter(begins("ton")), "tickets_word"),
    ],
)
def test_a_query_uses_its_index(anna: User, rows: Rows, index: str) -> None:
    plan = rows(anna).explain()
    assert index in plan.split()
    # What one record has is little, and may be sorted.
    assert "TEMP B-TREE" not in plan or "target" in index
