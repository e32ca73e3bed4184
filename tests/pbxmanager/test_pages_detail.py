"""The page of a call, and what one does there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from crmplus.accounts.models import Role, User
from crmplus.phonebook.choices import choice
from crmplus.records.models import Contact, Organisation
from crmplus.timeline.models import Comment
from pbxmanager.choosing import NoSuchMatch, choose_match
from pbxmanager.commenting import comment_on
from pbxmanager.detail import connected_calls, detail_context, may_delete
from pbxmanager.events import Cause, Direction, EventKind
from pbxmanager.models import Call, Event
from pbxmanager.reported import source_name
from pbxmanager.signals import call_changed
from tests.pbxmanager.office import (
    JULIA,
    NOON,
    STRANGER,
    Office,
    make_office,
    queries,
    words_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


@pytest.fixture
def office() -> Iterator[Office]:
    with time_machine.travel(NOON, tick=False):
        yield make_office()


@pytest.fixture
def web(office: Office) -> Client:
    """Anna's browser."""
    return office.browser(office.anna)


def contact(name: str = "Brandt", number: str = "0171 2345678") -> Contact:
    return Contact.objects.create(last_name=name, mobile=number)


def page(client: Client, call: Call) -> str:
    response = client.get(call.get_absolute_url())
    assert response.status_code == 200
    return str(response.content.decode())


def seen(client: Client, call: Call) -> str:
    return words_of(page(client, call).partition("<main")[2])


def post(client: Client, call: Call, action: str, **data: object) -> HttpResponse:
    response = client.post(f"{call.get_absolute_url()}{action}/", data)
    assert isinstance(response, HttpResponse)
    return response


class TestWhoMayOpenIt:
    ACTIONS = ("choose", "comment", "delete", "restore")

    @pytest.mark.parametrize(
        ("user", "extension", "status"),
        [
            ("anna", "201", 200),
            ("anna", "202", 404),
            ("ben", "202", 200),
            ("karin", "201", 200),
            ("admin", "202", 200),
        ],
    )
    def test_role_by_call(
        self, office: Office, user: str, extension: str, status: int
    ) -> None:
        User.objects.create_user("admin", role=Role.ADMIN)
        call = office.call(extension)
        web = office.browser(User.objects.get(username=user))

        assert web.get(call.get_absolute_url()).status_code == status

    def test_an_address_without_a_call_is_not_found(self, web: Client) -> None:
        assert web.get(f"/pbx-manager/{uuid4()}/").status_code == 404

    @pytest.mark.parametrize("action", ACTIONS)
    def test_nobody_changes_what_he_does_not_see(
        self, office: Office, web: Client, action: str
    ) -> None:
        call = office.call("202")
        data = {"text": "Hello", "match": f"contacts:{contact().pk}"}

        assert post(web, call, action, **data).status_code == 404
        assert not Comment.objects.exists()
        assert Call.objects.get().chosen_source == ""

    @pytest.mark.parametrize("action", ACTIONS)
    def test_changes_need_a_post_with_a_token(
        self, office: Office, web: Client, action: str
    ) -> None:
        call = office.call("201")
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(office.anna)

        assert web.get(f"{call.get_absolute_url()}{action}/").status_code == 405
        assert post(strict, call, action).status_code == 403
        assert post(Client(), call, action).status_code == 302

    def test_the_address_of_a_joined_call_leads_to_the_one_that_stayed(
        self, office: Office, web: Client
    ) -> None:
        late = NOON + timedelta(seconds=4)
        first = office.ringing("201", call_id="a")
        second = office.ringing("202", call_id="b", at=late)
        assert first != second
        office.event(EventKind.MISSED, "202", STRANGER, call_id="b", at=late)
        office.event(
            EventKind.CONNECTED,
            "201",
            STRANGER,
            call_id="a",
            at=late + timedelta(seconds=1),
        )
        assert list(Call.objects.all()) == [first]

        response = web.get(second.get_absolute_url())

        assert (response.status_code, response.url) == (  # type: ignore[attr-defined]
            302,
            first.get_absolute_url(),
        )


class TestWhatItSays:
    @pytest.mark.core
    def test_the_facts(self, office: Office, web: Client) -> None:
        url = "https://rec.example.com/1.wav"
        call = office.call("201", JULIA, talk=190, name="J. Brandt", recording_url=url)
        words = seen(web, call)

        for fact in (
            "Ended +49 171 2345678 Germany",
            "Direction Inbound",
            "Name told J. Brandt",
            "Extension 201",
            "User Anna Schmidt",
            "Started 4 March 2026, 12:00:00",
            "Connected 4 March 2026, 12:00:05",
            "Ended 4 March 2026, 12:03:15",
            "Wait 0:05",
            "Duration 3:10",
        ):
            assert fact in words
        # It is played through us: where it lies is nobody's business.
        assert f'src="/pbx-manager/{call.uid}/recording/"' in page(web, call)
        assert url not in page(web, call)

    def test_who_dialled(self, office: Office, web: Client) -> None:
        call = office.clicked(office.anna, "201")

        assert "Dialled by Anna Schmidt" in seen(web, call)
        assert "201 Anna Schmidt Dialling" in seen(web, call)

    def test_the_phones_that_took_part(self, office: Office, web: Client) -> None:
        office.ringing("201", call_id="a")
        office.ringing("202", call_id="b")
        at = NOON + timedelta(seconds=4)
        office.event(EventKind.CONNECTED, "201", STRANGER, call_id="a", at=at)
        call = office.event(EventKind.MISSED, "202", STRANGER, call_id="b", at=at)
        words = seen(web, call)

        assert "201 Anna Schmidt Connected 12:00:00 12:00:04 – –" in words
        assert "202 Ben Wagner Answered elsewhere 12:00:00 – 12:00:04 –" in words

    def test_what_was_reported_without_secrets(
        self, office: Office, web: Client
    ) -> None:
        secret = "sk_" + "a" * 43
        raw = {"params": {"number": "<script>"}, "path": f"/softphone/{secret}/x"}
        call = office.call("201", talk=None, cause=Cause.BUSY, raw=raw)
        html = page(web, call)

        assert secret not in html
        assert "sk_aaaa…" in html
        assert "<script>" not in html.partition("<main")[2]
        assert "&lt;script&gt;" in html
        words = words_of(html)
        assert "Softphone key 1 c0 201 12:00:00 12:00:05" in words
        assert "12:00:05 12:00:05 Ended Softphone key 1 201 +4930555444 Busy" in words

    def test_events_that_are_not_kept_any_more(
        self, office: Office, web: Client
    ) -> None:
        call = office.call("201")
        Event.objects.all().delete()

        assert "The events themselves are not kept any more." in seen(web, call)

    @pytest.mark.parametrize(
        ("source", "name"),
        [
            ("key:7", "Softphone key 7"),
            ("click:3", "Click in the CRM"),
            ("pbx-x", "pbx-x"),
        ],
    )
    def test_sources_have_names(self, source: str, name: str) -> None:
        assert source_name(source) == name

    def test_a_transfer_connects_two_calls(self, office: Office, web: Client) -> None:
        first = office.call("201", talk=60)
        over = NOON + timedelta(seconds=65.5)
        second = office.call("202", at=over, talk=30)
        assert second.continues == first
        karin = office.browser(office.karin)

        assert "Before Anna Schmidt 201 1:00" in seen(karin, second)
        assert "After Ben Wagner 202 0:30" in seen(karin, first)
        assert "Transfer" not in seen(web, first)

    def test_a_call_alone_is_connected_with_none(self, office: Office) -> None:
        context = detail_context(office.call("201"), office.anna)

        assert (context["earlier"], context["later"]) == ([], [])

    def test_queries_do_not_grow_with_the_call(self, office: Office) -> None:
        def fill(first: int, beyond: int) -> Call:
            for n in range(first, beyond):
                contact(f"Contact {n}")
                call = office.ringing(str(201 + n), JULIA, call_id=f"x{n}")
                comment_on(call, office.anna, "Hello")
            return Call.objects.get()

        call = fill(0, 2)
        few = queries(lambda: detail_context(call, office.anna))
        call = fill(2, 12)

        assert queries(lambda: detail_context(call, office.anna)) == few <= 20


class TestWhoItIs:
    def test_the_only_one_owns_the_call(self, office: Office, web: Client) -> None:
        julia = contact()
        html = page(web, office.call("201", JULIA))

        assert julia.get_absolute_url() in html
        assert "The call belongs here" in html
        assert "New from this number" not in html
        assert "Choose" not in html

    def test_of_several_one_is_chosen(self, office: Office, web: Client) -> None:
        julia, peter = contact(), contact("Zander")
        call = office.call("201", JULIA)
        assert "Several have this number." in seen(web, call)
        assert "The call belongs here" not in seen(web, call)

        response = post(web, call, "choose", match=f"contacts:{peter.pk}")

        assert response.headers["Location"] == call.get_absolute_url()
        call.refresh_from_db()
        assert (call.chosen_source, call.chosen_id) == ("contacts", peter.pk)
        assert choice(JULIA) == ("contacts", peter.pk)
        order = re.findall(r'candidate-name" href="([^"]+)"', page(web, call))
        assert order == [peter.get_absolute_url(), julia.get_absolute_url()]
        assert "Several have" not in seen(web, call)

    def test_the_next_call_of_the_number_belongs_there_too(
        self, office: Office, web: Client
    ) -> None:
        contact()
        peter = contact("Zander")
        choose_match(office.call("201", JULIA), "contacts", peter.pk, office.anna)
        later = office.call("201", JULIA, at=NOON + timedelta(hours=1))

        assert "The call belongs here" in seen(web, later)

    def test_a_chosen_record_stays_when_it_has_lost_the_number(
        self, office: Office, web: Client
    ) -> None:
        julia = contact()
        call = office.call("201", JULIA)
        choose_match(call, "contacts", julia.pk, office.anna)
        julia.mobile = ""
        julia.save()

        assert julia.get_absolute_url() in page(web, call)

    def test_a_company_is_a_guess_that_can_be_chosen(
        self, office: Office, web: Client
    ) -> None:
        company = Organisation.objects.create(name="Muster", phone="030 1234-0")
        call = office.call("201", "030 1234-56")
        words = seen(web, call)

        assert "Muster ≈ same company number · Organisation" in words
        assert "New from this number" in words
        assert "Several have this number." not in words
        post(web, call, "choose", match=f"organisations:{company.pk}")
        assert "The call belongs here" in seen(web, call)

    def test_a_colleague_is_no_record(self, office: Office, web: Client) -> None:
        call = office.call("201", "202", Direction.INTERNAL)
        words = seen(web, call)

        assert "Ben Wagner Colleague" in words
        assert "Choose" not in words

    def test_of_an_unknown_number_a_record_can_be_made(
        self, office: Office, web: Client
    ) -> None:
        html = page(web, office.call("201", name="Dr. Weber & Co"))

        assert "/contacts/new/?phone=%2B4930555444&amp;name=Dr.+Weber+%26+Co" in html
        assert "Nobody known has this number." in html

    def test_of_no_number_none_can(self, office: Office, web: Client) -> None:
        words = seen(web, office.call("201", "anonymous"))

        assert "Anonymous" in words
        assert "The caller did not show a number." in words
        assert "New from this number" not in words

    @pytest.mark.parametrize(
        "match",
        [
            "",
            "contacts",
            "contacts:x",
            "contacts:0",
            "contacts:-1",
            "colleague:0",
            "contacts:99",
            "nothing:1",
            f"contacts:{2**70}",
        ],
    )
    def test_what_is_not_there_cannot_be_chosen(
        self, office: Office, web: Client, match: str
    ) -> None:
        call = office.call("201", JULIA)
        post(web, call, "choose", match=match)

        call.refresh_from_db()
        assert call.chosen_source == ""
        assert "This record is not there any more." in page(web, call)

    def test_choosing_tells_that_the_call_changed(
        self, office: Office, django_capture_on_commit_callbacks: type
    ) -> None:
        julia, call = contact(), office.call("201", JULIA)
        told: list[Call] = []

        def listen(call: Call, **signal: object) -> None:
            told.append(call)

        version = call.version
        call_changed.connect(listen)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                record = choose_match(call, "contacts", julia.pk, office.anna)
        finally:
            call_changed.disconnect(listen)

        assert told == [call]
        assert told[0].version > version
        assert record.title == "Brandt"

    def test_an_anonymous_call_can_be_given_to_a_record(self, office: Office) -> None:
        julia = contact()
        call = office.call("201", "anonymous")
        choose_match(call, "contacts", julia.pk, office.anna)

        assert Call.objects.get().chosen_id == julia.pk

    def test_a_deleted_record_cannot_be_chosen(self, office: Office) -> None:
        julia = contact()
        julia.move_to_bin(by=office.anna)

        with pytest.raises(NoSuchMatch):
            choose_match(office.call("201"), "contacts", julia.pk, office.anna)


class TestComments:
    @pytest.mark.core
    def test_a_comment_is_written_and_shown(self, office: Office, web: Client) -> None:
        call = office.call("201")
        version = call.version
        response = post(web, call, "comment", text=" <b>Call</b> back ")

        assert response.headers["Location"] == f"{call.get_absolute_url()}#comments"
        assert "&lt;b&gt;Call&lt;/b&gt; back" in page(web, call)
        assert Call.objects.get().version > version

    def test_an_empty_one_is_refused(self, office: Office, web: Client) -> None:
        call = office.call("201")
        post(web, call, "comment", text="  ")

        assert "A comment needs a text." in page(web, call)
        assert not Comment.objects.exists()

    def test_only_the_author_may_edit_it(self, office: Office, web: Client) -> None:
        call = office.call("201")
        comment = comment_on(call, office.anna, "Hello")
        edit = f"/comments/{comment.pk}/edit/"

        assert edit in page(web, call)
        assert edit not in page(office.browser(office.karin), call)
        assert web.get(edit).status_code == 200


class TestDeleting:
    def test_it_goes_to_the_bin_and_comes_back(
        self, office: Office, web: Client
    ) -> None:
        call = office.call("201")
        response = post(web, call, "delete")

        assert response.headers["Location"] == "/pbx-manager/"
        deleted = Call.all_objects.get()
        assert deleted.deleted_by == office.anna
        html = web.get("/pbx-manager/").content.decode()
        undo = f"{call.get_absolute_url()}restore/"
        assert f'action="{undo}"' in html

        assert web.post(undo).headers["Location"] == call.get_absolute_url()
        assert "The call is back." in page(web, call)

    def test_only_who_deleted_it_may_undo_that(
        self, office: Office, web: Client
    ) -> None:
        call = office.call("201")
        call.move_to_bin(by=office.karin)

        assert post(web, call, "restore").status_code == 404

    @pytest.mark.parametrize(
        ("user", "may"), [("anna", True), ("ben", False), ("karin", True)]
    )
    def test_who_took_it_and_supervisors_may(
        self, office: Office, user: str, may: bool
    ) -> None:
        office.ringing("201", call_id="a")
        office.ringing("202", call_id="b")
        later = {"at": NOON + timedelta(seconds=5)}
        office.event(EventKind.CONNECTED, "201", STRANGER, call_id="a", **later)
        office.event(EventKind.MISSED, "202", STRANGER, call_id="b", **later)
        later["at"] += timedelta(seconds=60)
        call = office.event(EventKind.ENDED, "201", STRANGER, call_id="a", **later)
        who = User.objects.get(username=user)
        web = office.browser(who)

        assert may_delete(who, call) is may
        assert ("/delete/" in page(web, call)) is may
        assert post(web, call, "delete").status_code == (302 if may else 404)
        assert Call.objects.exists() is not may

    def test_who_dialled_it_may(self, office: Office) -> None:
        assert may_delete(office.anna, office.clicked(office.anna, ""))

    def test_a_running_call_stays(self, office: Office, web: Client) -> None:
        call = office.ringing("201")

        assert post(web, call, "delete").status_code == 404
        assert "/delete/" not in page(web, call)


def test_calls_that_are_connected_are_those_one_may_see(office: Office) -> None:
    from django.db.models import Q

    office.call("202")

    assert connected_calls(Q(), office.anna) == []
    assert len(connected_calls(Q(), office.karin)) == 1
