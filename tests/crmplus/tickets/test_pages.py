"""The pages of tickets and activities, as people and their browsers use them."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from crmplus.accounts.models import Role, User
from crmplus.records.models import Contact, Organisation
from crmplus.tickets import services
from crmplus.tickets.models import Activity, Kind, Reference, Status, Ticket
from crmplus.toasts import undo_url

NOON = datetime(2026, 3, 4, 11, tzinfo=UTC)  # a Wednesday, 12:00 in Berlin
HOSTILE = "<img src=x onerror=alert(1)>\"'&{{x}}"


def ticket(by: User, subject: str = "Toner", **more: Any) -> Ticket:
    return services.create_ticket(by, subject, **{"owner": by, **more})


def task(by: User, subject: str = "Write to them", **more: Any) -> Activity:
    due = timezone.now() + timedelta(hours=1)
    return services.create_activity(by, Kind.TASK, subject, **{"due": due, **more})


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))


def undo(web: Client, answer: Any) -> Any:
    (message,) = get_messages(answer.wsgi_request)
    return web.post(undo_url(message))


def shown(answer: Any) -> list[str]:
    return [row.ticket.subject for row in answer.context["rows"]]


class TestList:
    def test_begins_with_ones_own_open_tickets(
        self, web: Client, anna: User, ben: User
    ) -> None:
        ticket(anna, "Mine")
        ticket(ben, "Of Ben")
        services.change_ticket(ticket(anna, "Over"), anna, status=Status.CLOSED)
        assert shown(web.get("/tickets/")) == ["Mine"]

    @pytest.mark.parametrize(
        ("query", "wanted"),
        [
            ("whose=all", ["Due", "High", "Of Ben", "Nobody's"]),
            ("whose=nobody", ["Nobody's"]),
            (
                "whose=all&status=any&sort=newest",
                ["Over", "Nobody's", "Of Ben", "High"],
            ),
            ("status=closed", ["Over"]),
            ("priority=3", ["High"]),
            ("whose=all&overdue=1", ["Due"]),
            ("whose=all&q=n", ["Nobody's"]),
            ("whose=all&q=of+B", ["Of Ben"]),
            ("sort=priority", ["High", "Due"]),
            ("whose=nonsense&status=%00&priority=x&owner=9&sort=;", ["Due", "High"]),
        ],
    )
    def test_is_narrowed_and_sorted(
        self, web: Client, anna: User, ben: User, query: str, wanted: list[str]
    ) -> None:
        ticket(anna, "Due", due=timezone.now() - timedelta(minutes=1))
        ticket(anna, "High", priority=3)
        ticket(ben, "Of Ben")
        ticket(anna, "Nobody's", owner=None)
        services.change_ticket(ticket(anna, "Over"), anna, status=Status.CLOSED)
        assert shown(web.get(f"/tickets/?{query}"))[:4] == wanted

    def test_of_a_record_shows_everybodys(
        self, web: Client, anna: User, ben: User, about: Reference
    ) -> None:
        ticket(ben, "Of Ben", target=about)
        ticket(anna, "About nobody")
        answer = web.get(f"/tickets/?record=contacts:{about[1]}")
        assert shown(answer) == ["Of Ben"]
        assert "Julia Weber" in text_of(answer)
        assert f"/tickets/new/?target=contacts%3A{about[1]}" in answer.content.decode()

    @pytest.mark.parametrize("text", ["T-{}", "t{}", "{}", "toner", "TÓN mull"])
    def test_finds_by_number_and_words(
        self, web: Client, anna: User, text: str
    ) -> None:
        made = ticket(anna, "Toner für Müller")
        ticket(anna, "Paper")
        answer = web.get("/tickets/", {"q": text.format(made.pk)})
        assert shown(answer) == ["Toner für Müller"]

    def test_finds_the_new_words_of_a_subject_only(
        self, web: Client, anna: User
    ) -> None:
        services.change_ticket(ticket(anna, "Toner"), anna, subject="Paper")
        assert shown(web.get("/tickets/?q=toner")) == []
        assert shown(web.get("/tickets/?q=pap")) == ["Paper"]

    @pytest.mark.parametrize(
        "query",
        [
            "q=%00",
            "q=" + "x" * 5000,
            "q=%F0%9F%98%80",
            "record=x:1",
            "record=contacts:99999999999999999999",
            "after=x&before=y",
            "whose=team",
            "owner=" + "9" * 40,
        ],
    )
    def test_bears_nonsense(self, web: Client, anna: User, query: str) -> None:
        ticket(anna)
        assert web.get(f"/tickets/?{query}").status_code == 200

    def test_keeps_hostile_text_as_text(
        self, web: Client, anna: User, about: Reference
    ) -> None:
        Contact.objects.update(first_name=HOSTILE)
        ticket(anna, HOSTILE, target=about)
        content = web.get("/tickets/").content.decode()
        assert "<img src=x" not in content
        assert html.escape(HOSTILE) in content

    def test_says_what_it_is_for_while_it_is_empty(self, web: Client) -> None:
        assert "You have no open tickets" in text_of(web.get("/tickets/"))
        assert "No open tickets" in text_of(web.get("/tickets/?whose=all"))
        assert "Nothing found" in text_of(web.get("/tickets/?q=x"))

    def test_takes_as_many_queries_for_50_as_for_5(
        self, web: Client, anna: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        def fill(count: int) -> None:
            for number in range(count):
                contact = Contact.objects.create(last_name=f"C{number}")
                firm = Organisation.objects.create(name=f"O{number}")
                ticket(anna, target=("contacts", contact.pk))
                ticket(anna, target=("organisations", firm.pk))

        fill(3)
        web.get("/tickets/")
        counted = _queries(web, "/tickets/")
        fill(22)
        with django_assert_num_queries(counted):
            assert len(shown(web.get("/tickets/"))) == 50
        # Session, user, filters, page, owners, records, counters of the menu.
        assert counted <= 14

    def test_has_pages(self, web: Client, anna: User) -> None:
        for number in range(60):
            ticket(anna, f"No {number}")
        first = web.get("/tickets/?sort=newest")
        second = web.get("/tickets/" + first.context["page"].next_url)
        assert len(set(shown(first)) | set(shown(second))) == 60


def _queries(web: Client, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        assert web.get(path).status_code == 200
    return len(captured)


class TestTicket:
    def test_says_what_it_is(
        self, web: Client, anna: User, julia: Contact, about: Reference
    ) -> None:
        made = ticket(anna, target=about, description="Two\nlines")
        task(anna, "Send it", ticket=made)
        text = text_of(web.get(f"/tickets/{made.pk}/"))
        for words in ("Toner", "Julia Weber", "+49 30 23125101", "Send it", "Two"):
            assert words in text

    def test_keeps_comments_and_changes_in_its_timeline(
        self, web: Client, anna: User
    ) -> None:
        made = ticket(anna)
        answer = web.post(f"/comments/ticket/{made.pk}/", {"text": "Ordered."})
        assert answer["Location"] == f"/tickets/{made.pk}/#timeline"
        services.change_ticket(made, anna, status=Status.WAITING, owner=None)
        text = text_of(web.get(f"/tickets/{made.pk}/"))
        for words in ("Ordered.", "Open", "Waiting", "created this entry"):
            assert words in text

    def test_that_one_may_not_see_is_not_there(
        self, own: User, anna: User, web: Client
    ) -> None:
        made = ticket(anna)
        browser = Client()
        browser.force_login(own)
        assert browser.get(f"/tickets/{made.pk}/").status_code == 404
        for deed in ("change", "delete"):
            answer = browser.post(f"/tickets/{made.pk}/{deed}/", {"field": "status"})
            assert answer.status_code == 404
        answer = browser.post(f"/comments/ticket/{made.pk}/", {"text": "x"})
        assert answer.status_code == 404

    @pytest.mark.parametrize(
        ("field", "value", "wanted"),
        [
            ("status", "closed", "closed"),
            ("priority", "3", 3),
            ("owner", "", None),
            ("due_at", "tomorrow", datetime(2026, 3, 5, 8, tzinfo=UTC)),
        ],
    )
    def test_is_changed_by_one_click_and_that_is_undone(
        self, web: Client, anna: User, field: str, value: str, wanted: Any
    ) -> None:
        made = ticket(anna)
        before = getattr(made, field)
        with time_machine.travel(NOON, tick=False):
            data = {"field": field, "value": value, "next": "/tickets/"}
            answer = web.post(f"/tickets/{made.pk}/change/", data)
        assert answer["Location"] == "/tickets/"
        made.refresh_from_db()
        assert getattr(made, field) == wanted
        undo(web, answer)
        made.refresh_from_db()
        assert getattr(made, field) == before

    def test_that_somebody_changed_since_stays_when_one_undoes(
        self, web: Client, anna: User, ben: User
    ) -> None:
        made = ticket(anna)
        data = {"field": "status", "value": "closed"}
        answer = web.post(f"/tickets/{made.pk}/change/", data)
        services.change_ticket(made, ben, status=Status.WAITING)
        undo(web, answer)
        made.refresh_from_db()
        assert made.status == Status.WAITING

    def test_that_a_colleague_closed_meanwhile_says_so(
        self, web: Client, anna: User, ben: User
    ) -> None:
        made = ticket(anna)
        services.change_ticket(made, ben, status=Status.CLOSED)
        data = {"field": "status", "value": "closed"}
        answer = web.post(f"/tickets/{made.pk}/change/", data, follow=True)
        assert "closed, by Ben Nowak" in text_of(answer)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("status", "nonsense"),
            ("status", "\x00"),
            ("priority", "9"),
            ("priority", "x" * 999),
            ("owner", "999999"),
            ("owner", "9" * 30),
            ("owner", "-1"),
            ("due_at", "2026-03-04T12:00"),
            ("due_at", "99999-01-01T00:00:00Z"),
            ("due_at", "0001-01-01T00:00:00+23:59"),
            ("pk", "1"),
            ("created_by", "1"),
            ("subject", "x"),
            ("", ""),
        ],
    )
    def test_takes_no_nonsense(
        self, web: Client, anna: User, field: str, value: str
    ) -> None:
        made = ticket(anna)
        data = {"field": field, "value": value}
        assert web.post(f"/tickets/{made.pk}/change/", data).status_code == 404
        made.refresh_from_db()
        assert (made.status, made.owner, made.due_at) == (Status.OPEN, anna, None)

    def test_is_not_given_to_who_sees_figures_alone(
        self, web: Client, anna: User
    ) -> None:
        boss = User.objects.create_user("boss", role=Role.STATISTICS)
        data = {"field": "owner", "value": str(boss.pk)}
        made = ticket(anna)
        assert web.post(f"/tickets/{made.pk}/change/", data).status_code == 404

    def test_given_away_out_of_sight_leads_to_the_list(
        self, own: User, anna: User, ben: User
    ) -> None:
        browser = Client()
        browser.force_login(own)
        made = services.create_ticket(anna, "Toner", owner=own)
        data = {"field": "owner", "value": str(ben.pk)}
        answer = browser.post(f"/tickets/{made.pk}/change/", data)
        assert answer["Location"] == "/tickets/"

    def test_deleted_comes_back(self, web: Client, anna: User) -> None:
        made = ticket(anna)
        answer = web.post(f"/tickets/{made.pk}/delete/")
        assert not Ticket.objects.exists()
        assert web.get(f"/tickets/{made.pk}/").status_code == 404
        undo(web, answer)
        assert Ticket.objects.get() == made

    def test_changes_by_post_alone(self, web: Client, anna: User) -> None:
        made = ticket(anna)
        for deed in ("change", "delete"):
            assert web.get(f"/tickets/{made.pk}/{deed}/").status_code == 405


class TestForm:
    def test_is_filled_in_from_the_address(self, web: Client, about: Reference) -> None:
        answer = web.get(f"/tickets/new/?target=contacts:{about[1]}&subject=Hello")
        assert 'value="Hello"' in answer.content.decode()
        (offer,) = answer.context["form"].offers()
        assert (offer.record.title, offer.chosen) == ("Julia Weber", True)

    def test_knows_whose_number_it_is(self, web: Client, julia: Contact) -> None:
        answer = web.get("/tickets/new/?phone=%2B493023125101")
        (offer,) = answer.context["form"].offers()
        assert offer.chosen

    def test_makes_a_ticket(self, web: Client, anna: User, about: Reference) -> None:
        data = {
            "subject": "Toner",
            "target": f"contacts:{about[1]}",
            "priority": "3",
            "owner": str(anna.pk),
            "due_at": "2026-03-04T15:00",
            "due_quick": "",
        }
        answer = web.post("/tickets/new/", data)
        made = Ticket.objects.get()
        assert answer["Location"] == f"/tickets/{made.pk}/"
        assert (made.target, made.priority, made.owner) == (about, 3, anna)
        assert made.due_at == datetime(2026, 3, 4, 14, tzinfo=UTC)

    def test_picks_times_in_the_users_zone(self, web: Client, anna: User) -> None:
        anna.time_zone = "America/New_York"
        anna.save()
        with time_machine.travel(NOON, tick=False):
            data = {"subject": "x", "priority": "2", "due_quick": "tomorrow"}
            web.post("/tickets/new/", data)
        assert Ticket.objects.get().due_at == datetime(2026, 3, 5, 14, tzinfo=UTC)

    @pytest.mark.parametrize(
        "data",
        [
            {"subject": ""},
            {"subject": "\u200b "},
            {"subject": "x" * 201},
            {"subject": "x\x00"},
            {"subject": "x", "priority": "7"},
            {"subject": "x", "target": "contacts:999"},
            {"subject": "x", "target": "users:1"},
            {"subject": "x", "target": "contacts:1 OR 1=1"},
            {"subject": "x", "owner": "0"},
            {"subject": "x", "due_at": "yesterday"},
            {"subject": "x", "due_at": "0001-01-01T00:00"},
            {"subject": "x", "due_at": "9999-12-31T23:59"},
            {"subject": "x", "due_quick": "never"},
        ],
    )
    def test_refuses_nonsense_and_says_so(
        self, web: Client, data: dict[str, str]
    ) -> None:
        answer = web.post("/tickets/new/", {"priority": "2", **data})
        assert "Not saved yet" in text_of(answer)
        assert not Ticket.objects.exists()

    def test_does_not_tell_of_records_that_one_may_not_see(
        self, web: Client, about: Reference
    ) -> None:
        Contact.objects.get().move_to_bin()
        answer = web.get(f"/tickets/new/?target=contacts:{about[1]}")
        assert "Julia" not in text_of(answer)

    def test_looks_for_records_without_javascript(
        self, web: Client, julia: Contact
    ) -> None:
        data = {"subject": "x", "about": "Julia", "look": "1", "priority": "2"}
        answer = web.post("/tickets/new/", data)
        assert "Julia Weber" in text_of(answer)
        assert not Ticket.objects.exists()

    def test_offers_records_while_one_types(self, web: Client, julia: Contact) -> None:
        content = web.get("/tickets/records/?about=weber").content.decode()
        assert f'value="contacts:{julia.pk}"' in content
        assert "Nobody found" in text_of(web.get("/tickets/records/?about=%00zzz"))

    def test_changes_a_ticket(self, web: Client, anna: User, about: Reference) -> None:
        made = ticket(anna, due=timezone.now())
        data = {
            "subject": "Paper",
            "priority": "1",
            "target": f"contacts:{about[1]}",
            "due_quick": "",
            "due_at": "",
        }
        web.post(f"/tickets/{made.pk}/edit/", data)
        made.refresh_from_db()
        assert (made.subject, made.owner, made.due_at) == ("Paper", None, None)
        assert made.target == about


class TestTwoAtOnce:
    """Anna has a form open while somebody else changes what it is about."""

    def sent(self, web: Client, url: str, **more: str) -> dict[str, Any]:
        """What the form sends if one touches but a few fields."""
        page = web.get(url)
        values = {bound.name: bound.value() or "" for bound in page.context["form"]}
        values["due_at"] = timezone.localtime(values["due_at"]).isoformat(
            timespec="minutes"
        )
        return {**values, "due_quick": "", "was": page.context["was"], **more}

    def test_of_a_ticket_each_changes_what_they_touched(
        self, web: Client, anna: User, ben: User, about: Reference
    ) -> None:
        made = ticket(anna, due=timezone.now(), description="a\nb", target=about)
        due, url = made.due_at, f"/tickets/{made.pk}/edit/"
        data = self.sent(web, url, owner=str(anna.pk), subject="Paper")
        services.change_ticket(made, ben, owner=ben, priority=3)
        web.post(url, {**data, "description": "a\r\nb"})
        made.refresh_from_db()
        assert (made.subject, made.owner, made.priority) == ("Paper", ben, 3)
        assert (made.due_at, made.description) == (due, "a\nb")

    def test_of_an_activity_each_changes_what_they_touched(
        self, web: Client, anna: User, ben: User
    ) -> None:
        made = task(anna, note="x", owner=anna)
        due, url = made.due_at, f"/activities/{made.pk}/"
        data = self.sent(web, url, owner=str(anna.pk), subject="Paper")
        services.change_activity(made, ben, owner=ben, note="y")
        web.post(url, data)
        made.refresh_from_db()
        assert (made.subject, made.owner, made.note) == ("Paper", ben, "y")
        assert made.due_at == due

    def test_a_record_that_is_in_the_bin_stays_the_tickets(
        self, web: Client, anna: User, julia: Contact, about: Reference
    ) -> None:
        made = ticket(anna, target=about)
        todo = task(anna, target=about)
        julia.move_to_bin(by=anna)
        form = {"subject": "Paper", "priority": "2", "kind": "task"}
        form |= {"due_quick": "hour"}
        assert web.post(f"/tickets/{made.pk}/edit/", form).status_code == 302
        assert web.post(f"/activities/{todo.pk}/", form).status_code == 302
        for row in (made, todo):
            row.refresh_from_db()
            assert (row.subject, row.target) == ("Paper", about)

    @pytest.mark.parametrize("was", ["", "[", "[1]", '{"subject": [1]}'])
    def test_nonsense_about_what_was_shown_is_nothing(
        self, web: Client, anna: User, was: str
    ) -> None:
        made = ticket(anna)
        data = {"subject": "Paper", "priority": "2", "was": was}
        assert web.post(f"/tickets/{made.pk}/edit/", data).status_code == 302
        made.refresh_from_db()
        assert made.subject == "Paper"


class TestMyDay:
    def test_stands_under_headings(self, web: Client, anna: User) -> None:
        with time_machine.travel(NOON, tick=False):
            for hours in (-1, 2, 24, 72, 24 * 30):
                due = NOON + timedelta(hours=hours)
                task(anna, f"In {hours}", due=due)
            rows = web.get("/activities/").context["rows"]
        wanted = ["overdue", "today", "tomorrow", "week", "later"]
        assert [row.bucket for row in rows] == wanted

    def test_shows_ones_own_unless_asked_for_more(
        self, web: Client, anna: User, ben: User, about: Reference
    ) -> None:
        task(anna, "Mine")
        task(ben, "Of Ben", target=about)

        def titles(query: str) -> list[str]:
            rows = web.get(f"/activities/?{query}").context["rows"]
            return [row.title for row in rows]

        assert titles("") == ["Mine"]
        assert titles("whose=all") == ["Mine", "Of Ben"]
        assert titles(f"record=contacts:{about[1]}") == ["Of Ben"]
        assert titles("kind=meeting") == []
        assert titles("show=done") == []
        assert titles("whose=x&kind=%00&record=%00&show=y") == ["Mine"]

    def test_done_by_one_click_can_be_undone(self, web: Client, anna: User) -> None:
        made = task(anna)
        answer = web.post(f"/activities/{made.pk}/done/")
        made.refresh_from_db()
        assert made.done_by == anna
        undo(web, answer)
        made.refresh_from_db()
        assert not made.is_done

    def test_that_a_colleague_did_meanwhile_says_so(
        self, web: Client, anna: User, ben: User
    ) -> None:
        made = task(anna)
        services.mark_done(made, ben)
        answer = web.post(f"/activities/{made.pk}/done/", follow=True)
        assert "done already, by Ben Nowak" in text_of(answer)

    def test_put_off_can_be_undone(self, web: Client, anna: User) -> None:
        made = task(anna)
        before = made.due_at
        with time_machine.travel(NOON, tick=False):
            answer = web.post(f"/activities/{made.pk}/later/", {"due": "tomorrow"})
        made.refresh_from_db()
        assert made.due_at == datetime(2026, 3, 5, 8, tzinfo=UTC)
        undo(web, answer)
        made.refresh_from_db()
        assert made.due_at == before

    @pytest.mark.parametrize("due", ["", "never", "\x00", "2026-03-04T12:00"])
    def test_is_not_put_off_to_nonsense(
        self, web: Client, anna: User, due: str
    ) -> None:
        made = task(anna)
        answer = web.post(f"/activities/{made.pk}/later/", {"due": due})
        assert answer.status_code == 404

    def test_deleted_comes_back(self, web: Client, anna: User) -> None:
        made = task(anna)
        answer = web.post(f"/activities/{made.pk}/delete/")
        assert not Activity.objects.exists()
        undo(web, answer)
        assert Activity.objects.get() == made

    def test_of_others_is_not_there(self, own: User, anna: User) -> None:
        made = task(anna)
        browser = Client()
        browser.force_login(own)
        assert browser.get(f"/activities/{made.pk}/").status_code == 404
        for deed in ("done", "reopen", "later", "delete"):
            answer = browser.post(f"/activities/{made.pk}/{deed}/")
            assert answer.status_code == 404
        for card in ("reminder", "news"):
            assert browser.get(f"/activities/{made.pk}/{card}/").status_code == 404

    def test_a_call_back_is_made_from_a_number(
        self, web: Client, anna: User, julia: Contact
    ) -> None:
        form = web.get("/activities/new/?phone=030+23125101").context["form"]
        assert form["kind"].value() == Kind.CALL_BACK
        data = {
            "kind": "call_back",
            "number": "030 23125101",
            "target": form.given_target,
            "due_quick": "hour",
            "owner": str(anna.pk),
        }
        answer = web.post("/activities/new/", data)
        made = Activity.objects.get()
        assert answer["Location"] == "/activities/"
        assert (made.party, made.target) == ("+493023125101", ("contacts", julia.pk))

    @pytest.mark.parametrize(
        "data",
        [
            {"kind": "task", "subject": "", "due_quick": "hour"},
            {"kind": "call_back", "due_quick": "hour"},
            {"kind": "call_back", "number": "1"},
            {"kind": "x", "subject": "x", "due_quick": "hour"},
            {"kind": "task", "subject": "x", "due_quick": "hour", "ticket": "99"},
            {"kind": "task", "subject": "x", "due_quick": "hour", "ticket": "\x00"},
            {"kind": "task", "subject": "x\x00", "due_quick": "hour"},
        ],
    )
    def test_refuses_nonsense(self, web: Client, data: dict[str, str]) -> None:
        assert "Not saved yet" in text_of(web.post("/activities/new/", data))
        assert not Activity.objects.exists()

    def test_changes_an_activity(self, web: Client, anna: User, ben: User) -> None:
        made = task(anna)
        data = {
            "kind": "call",
            "number": "030 555",
            "owner": str(ben.pk),
            "due_quick": "",
            "due_at": "2026-03-04T15:00",
        }
        web.post(f"/activities/{made.pk}/", data)
        made.refresh_from_db()
        assert (made.kind, made.subject, made.owner) == ("call", "", ben)
        assert made.due_at == datetime(2026, 3, 4, 14, tzinfo=UTC)

    def test_one_line_adds_to_a_record(self, web: Client, about: Reference) -> None:
        target = f"contacts:{about[1]}"
        with time_machine.travel(NOON, tick=False):
            data = {"subject": "Send papers", "target": target, "next": "/"}
            answer = web.post("/activities/add/", data)
        assert answer["Location"] == "/"
        made = Activity.objects.get()
        assert made.target == about
        assert made.due_at == datetime(2026, 3, 4, 17, tzinfo=UTC)  # this evening

    def test_one_line_needs_words(self, web: Client) -> None:
        answer = web.post("/activities/add/", {"subject": " "}, follow=True)
        assert answer.status_code == 200
        assert not Activity.objects.exists()


class TestElsewhere:
    def test_home_shows_what_is_due_today(self, web: Client, anna: User) -> None:
        with time_machine.travel(NOON, tick=False):
            task(anna, "This evening", due=NOON + timedelta(hours=10))
            task(anna, "At night", due=NOON + timedelta(hours=12))
            text = text_of(web.get("/"))
        assert "This evening" in text
        assert "At night" not in text

    def test_the_menu_counts_ones_own(self, web: Client, anna: User, ben: User) -> None:
        ticket(anna)
        ticket(ben)
        task(anna, due=timezone.now())
        entries = {e.key: e.count for e in web.get("/").context["frame"].modules}
        assert (entries["tickets"], entries["my-day"]) == (1, 1)

    def test_a_record_shows_what_is_open(
        self, web: Client, anna: User, julia: Contact, about: Reference
    ) -> None:
        ticket(anna, "Toner", target=about)
        task(anna, "Send papers", target=about)
        answer = web.get(f"/contacts/{julia.pk}/")
        (panel,) = [p for p in answer.context["panels"] if p.key == "work"]
        assert "Toner" in panel.html
        assert "Send papers" in panel.html

    def test_a_record_tells_of_tickets_and_what_was_done(
        self, web: Client, anna: User, julia: Contact, about: Reference
    ) -> None:
        made = ticket(anna, "Toner", target=about)
        services.change_ticket(made, anna, status=Status.CLOSED)
        services.mark_done(task(anna, "Send papers", target=about), anna)

        def entries(show: str) -> list[tuple[str, str]]:
            found = web.get(f"/contacts/{julia.pk}/?show={show}").context["timeline"]
            return [(entry.title, entry.author) for entry in found.entries]

        title = f"T-{made.pk} Toner"
        assert entries("ticket") == [
            (title, "closed by Anna Berger"),
            (title, "opened by Anna Berger"),
        ]
        assert entries("activity") == [("Send papers", "done by Anna Berger")]

    def test_the_bin_knows_both(self, web: Client, anna: User) -> None:
        for made in (ticket(anna, "Toner"), task(anna, "Send papers")):
            made.move_to_bin(by=anna)
        text = text_of(web.get("/recycle-bin/"))
        assert "Toner" in text
        assert "Send papers" in text

    def test_who_sees_figures_alone_sees_nothing(self, anna: User) -> None:
        made = ticket(anna)
        boss = User.objects.create_user("boss", role=Role.STATISTICS)
        browser = Client()
        browser.force_login(boss)
        for path in ("/tickets/", f"/tickets/{made.pk}/", "/activities/"):
            assert browser.get(path).status_code in {403, 404}

    @pytest.mark.parametrize("path", ["/tickets/", "/activities/", "/tickets/new/"])
    def test_one_must_be_signed_in(self, db: None, path: str) -> None:
        assert Client().get(path).status_code == 302
