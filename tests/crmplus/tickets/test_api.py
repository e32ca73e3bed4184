"""``/api/tickets/`` and ``/api/activities/``, with the rights of their pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crmplus.accounts.models import Role, User
from crmplus.tickets import services
from crmplus.tickets.models import Activity, Kind, Priority, Reference, Status, Ticket
from tests.crmplus.api.programs import program, send

pytestmark = pytest.mark.thorough
DUE = "2026-03-04T15:00:00Z"


@pytest.fixture
def api(anna: User) -> Client:
    return program(anna)


def results(api: Client, path: str) -> list[dict[str, Any]]:
    answer = api.get(path)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


class TestTickets:
    def test_are_created_and_read(
        self, api: Client, anna: User, about: Reference
    ) -> None:
        sent = {
            "subject": "Toner",
            "description": "Two\nlines",
            "priority": "high",
            "owner": "anna",
            "target": f"contacts:{about[1]}",
            "due_at": DUE,
        }
        answer = send(api, "POST", "/api/tickets/", sent)
        assert answer.status_code == 201, answer.content
        made = Ticket.objects.get()
        content = answer.json()
        assert content.items() >= sent.items()
        assert content["number"] == f"T-{made.pk}"
        assert (content["status"], content["created_by"]) == ("open", "anna")
        assert api.get(answer["Location"]).json() == content
        assert results(api, "/api/tickets/") == [content]

    def test_are_changed_in_what_is_sent(self, api: Client, anna: User) -> None:
        made = services.create_ticket(anna, "Toner", owner=anna)
        path = f"/api/tickets/{made.pk}/"
        answer = send(api, "PATCH", path, {"status": "closed", "owner": None})
        assert answer.status_code == 200, answer.content
        made.refresh_from_db()
        assert (made.status, made.owner, made.closed_by) == ("closed", None, anna)
        assert made.subject == "Toner"
        assert answer.json()["closed_at"]

    def test_go_to_the_bin(self, api: Client, anna: User) -> None:
        made = services.create_ticket(anna, "Toner")
        answer = api.delete(f"/api/tickets/{made.pk}/")
        assert answer.status_code == 204
        assert Ticket.all_objects.get().deleted_by == anna

    @pytest.mark.parametrize(
        ("query", "wanted"),
        [
            ("", ["Due", "Mine", "Waiting"]),
            ("status=closed", ["Over"]),
            ("status=waiting", ["Waiting"]),
            ("status=any", ["Over", "Waiting", "Mine", "Due"]),
            ("status=any&q=over", ["Over"]),
            ("priority=high", ["Due"]),
            ("owner=", ["Due", "Waiting"]),
            ("owner=anna", ["Mine"]),
            ("q=min", ["Mine"]),
            ("due_until=2026-03-04", ["Due"]),
            ("due_until=2026-03-03", []),
            ("target=leads:7", ["Due"]),
            ("target=x", []),
        ],
    )
    def test_are_narrowed(
        self, api: Client, anna: User, query: str, wanted: list[str]
    ) -> None:
        services.create_ticket(
            anna,
            "Due",
            due=datetime(2026, 3, 4, 9, tzinfo=UTC),
            target=("leads", 7),
            priority=Priority.HIGH,
        )
        services.create_ticket(anna, "Mine", owner=anna)
        for subject, status in (("Waiting", Status.WAITING), ("Over", Status.CLOSED)):
            made = services.create_ticket(anna, subject)
            services.change_ticket(made, anna, status=status)
        found = results(api, f"/api/tickets/?{query}")
        assert [one["subject"] for one in found] == wanted

    def test_come_page_by_page(self, api: Client, anna: User) -> None:
        for number in range(5):
            services.create_ticket(anna, f"No {number}")
        seen, path = [], "/api/tickets/?limit=2"
        while path:
            page = api.get(path).json()
            seen += [one["subject"] for one in page["results"]]
            path = page["next"]
        assert sorted(seen) == [f"No {number}" for number in range(5)]

    @pytest.mark.parametrize(
        "sent",
        [
            {},
            {"subject": ""},
            {"subject": "x\x00"},
            {"subject": 7},
            {"subject": "x" * 201},
            {"subject": "x", "status": "gone"},
            {"subject": "x", "priority": 3},
            {"subject": "x", "owner": "nobody"},
            {"subject": "x", "owner": "a\x00"},
            {"subject": "x", "target": "contacts:999"},
            {"subject": "x", "target": ["contacts", 1]},
            {"subject": "x", "due_at": "soon"},
            {"subject": "x", "due_at": "0001-01-01T00:00:00+14:00"},
            {"subject": "x", "due_at": "9999-12-31T23:59:59-12:00"},
        ],
    )
    def test_that_make_no_sense_are_refused(
        self, api: Client, sent: dict[str, Any]
    ) -> None:
        assert send(api, "POST", "/api/tickets/", sent).status_code == 400
        assert not Ticket.objects.exists()

    @pytest.mark.parametrize(
        "query", ["nonsense=1", "status=x", "priority=3", "cursor=x", "limit=0"]
    )
    def test_filters_that_make_no_sense_are_refused(
        self, api: Client, query: str
    ) -> None:
        assert api.get(f"/api/tickets/?{query}").status_code == 400

    def test_of_others_are_not_there(self, own: User, anna: User) -> None:
        made = services.create_ticket(anna, "Toner", owner=anna)
        api = program(own)
        assert results(api, "/api/tickets/") == []
        path = f"/api/tickets/{made.pk}/"
        assert api.get(path).status_code == 404
        assert send(api, "PATCH", path, {"subject": "x"}).status_code == 404
        assert api.delete(path).status_code == 404

    def test_are_closed_to_who_sees_figures_alone(self, anna: User) -> None:
        boss = User.objects.create_user("boss", role=Role.STATISTICS)
        assert program(boss).get("/api/tickets/").status_code in {403, 404}


class TestActivities:
    def test_are_created_and_read(self, api: Client, anna: User) -> None:
        ticket = services.create_ticket(anna, "Toner", target=None)
        sent = {
            "kind": "call_back",
            "number": "030 23125101",
            "due_at": DUE,
            "ticket": ticket.pk,
        }
        answer = send(api, "POST", "/api/activities/", sent)
        assert answer.status_code == 201, answer.content
        content = answer.json()
        assert content.items() >= sent.items()
        assert (content["e164"], content["owner"]) == ("+493023125101", "anna")
        assert (content["done"], content["target"]) == (False, "")
        assert api.get(answer["Location"]).json() == content
        assert results(api, "/api/activities/") == [content]

    def test_are_done_and_undone(self, api: Client, anna: User) -> None:
        made = services.create_activity(anna, Kind.TASK, "x", due=timezone.now())
        path = f"/api/activities/{made.pk}/"
        assert send(api, "PATCH", path, {"done": True}).json()["done_by"] == "anna"
        assert [one["id"] for one in results(api, "/api/activities/?show=done")] == [
            made.pk
        ]
        assert results(api, "/api/activities/") == []
        assert send(api, "PATCH", path, {"done": False}).json()["done_at"] is None

    def test_are_changed_in_what_is_sent(
        self, api: Client, anna: User, about: Reference
    ) -> None:
        made = services.create_activity(anna, Kind.TASK, "x", due=timezone.now())
        sent = {
            "number": "030 23125101",
            "target": f"contacts:{about[1]}",
            "due_at": DUE,
        }
        answer = send(api, "PATCH", f"/api/activities/{made.pk}/", sent)
        assert answer.json().items() >= sent.items()
        made.refresh_from_db()
        assert (made.party, made.target) == ("+493023125101", about)
        assert (made.subject, made.owner) == ("x", anna)

    @pytest.mark.parametrize(
        "sent",
        [
            {"due_at": None},
            {"due_at": DUE, "kind": "x"},
            {"due_at": DUE, "ticket": 99},
            {"due_at": DUE, "ticket": "1"},
            {"due_at": DUE, "subject": "\x00"},
            {"due_at": DUE, "number": "1" * 65},
            {"due_at": DUE, "target": "x"},
        ],
    )
    def test_that_make_no_sense_are_refused(
        self, api: Client, sent: dict[str, Any]
    ) -> None:
        assert send(api, "POST", "/api/activities/", sent).status_code == 400
        assert not Activity.objects.exists()

    def test_of_others_are_not_there(self, own: User, anna: User) -> None:
        made = services.create_activity(anna, Kind.TASK, "x", due=timezone.now())
        api = program(own)
        assert results(api, "/api/activities/") == []
        path = f"/api/activities/{made.pk}/"
        assert send(api, "PATCH", path, {"done": True}).status_code == 404


@pytest.mark.parametrize("path", ["/api/tickets/", "/api/activities/"])
def test_a_page_takes_as_many_queries_however_long(
    api: Client, anna: User, path: str
) -> None:
    def fill(count: int) -> None:
        due = timezone.now() + timedelta(days=1)
        for _ in range(count):
            made = services.create_ticket(anna, "x", owner=anna)
            services.create_activity(anna, Kind.TASK, "x", due=due, ticket=made)

    fill(2)
    api.get(path)  # a token notes its first use
    with CaptureQueriesContext(connection) as few:
        api.get(path)
    fill(20)
    with CaptureQueriesContext(connection) as many:
        assert len(results(api, path)) == 22
    assert len(many) == len(few)
