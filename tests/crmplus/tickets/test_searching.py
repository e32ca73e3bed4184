"""Searching tickets: everybody finds their own, however many others match."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from crmplus import keyset
from crmplus.accounts.models import User
from crmplus.tickets import searching
from crmplus.tickets.filters import TicketFilter
from crmplus.tickets.models import Ticket, TicketWord
from crmplus.tickets.services import create_ticket

pytestmark = pytest.mark.django_db


def found(user: User, query: str) -> list[str]:
    form = TicketFilter(user, QueryDict(query))
    page = keyset.page(form.rows(), form.order, QueryDict())
    return [ticket.subject for ticket in page.rows]


def many(count: int, subject: str, owner: User) -> None:
    """Tickets with one word each."""
    rows = (Ticket(subject=subject, owner=owner) for _ in range(count))
    made = Ticket.objects.bulk_create(rows)
    TicketWord.objects.bulk_create(
        TicketWord(word=subject.lower(), ticket=one) for one in made
    )


def test_one_finds_ones_own_however_many_others_match(own: User, anna: User) -> None:
    many(600, "Invoice", anna)
    create_ticket(own, "Invoice of mine", owner=own)

    assert found(own, "q=invoice") == ["Invoice of mine"]
    assert found(own, "q=invoice&whose=all") == ["Invoice of mine"]


@pytest.mark.parametrize("few", [2, 100])
def test_few_and_many_are_found_alike(
    anna: User, own: User, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FEW", few)
    for subject in ("Toner empty", "Toner for Ulm", "Paper", "Tone", "Toner, Ulm"):
        create_ticket(anna, subject, owner=anna)
    own_one = create_ticket(own, "Toner in Ulm", owner=own)

    everybodys = "whose=all&sort=newest"
    assert found(anna, f"{everybodys}&q=tone") == [
        "Toner in Ulm",
        "Toner, Ulm",
        "Tone",
        "Toner for Ulm",
        "Toner empty",
    ]
    assert found(anna, f"{everybodys}&q=ul+toner") == [
        "Toner in Ulm",
        "Toner, Ulm",
        "Toner for Ulm",
    ]
    assert found(own, f"{everybodys}&q=ul+toner") == ["Toner in Ulm"]
    assert found(anna, f"{everybodys}&q=T-{own_one.pk}") == ["Toner in Ulm"]
    assert found(anna, f"{everybodys}&q=toner+berlin") == []


@pytest.mark.parametrize("few", [2, 100])
def test_a_search_takes_two_queries_however_many_there_are(
    anna: User, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FEW", few)
    many(60, "Toner", anna)

    with CaptureQueriesContext(connection) as queries:
        assert len(found(anna, "q=toner")) == 50

    assert len(queries) == 2


@pytest.mark.skipif(connection.vendor != "sqlite", reason="plans are those of SQLite")
def test_many_are_met_in_the_order_of_the_list(
    anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FEW", 2)
    many(5, "Toner", anna)
    form = TicketFilter(anna, QueryDict("whose=all&q=toner"))

    plan = form.rows().order_by(form.order, "pk").explain()

    assert "tickets_ticket_open_due" in plan
    assert "tickets_ticketword_ticket_id" in plan
    assert "TEMP B-TREE" not in plan
