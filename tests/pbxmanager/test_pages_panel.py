"""The calls of a record: in its panel, its timeline, and in the list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.http import HttpRequest
from django.test import Client, RequestFactory

from crmplus import hooks
from crmplus.records.models import Contact
from pbxmanager.choosing import choose_match
from pbxmanager.colleagues import colleagues
from pbxmanager.commenting import comment_on
from pbxmanager.events import Direction
from pbxmanager.models import Call, Extension
from pbxmanager.panels import (
    call_entries,
    calls_of,
    comment_entries,
    panel,
    title,
)
from tests.pbxmanager.office import JULIA, NOON, Office, make_office, queries, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
HOUR = timedelta(hours=1)


@pytest.fixture
def office() -> Iterator[Office]:
    with time_machine.travel(NOON, tick=False):
        yield make_office()


@pytest.fixture
def julia() -> Contact:
    return contact("Brandt")


def contact(name: str, number: str = "0171 2345678", phone: str = "") -> Contact:
    return Contact.objects.create(last_name=name, mobile=number, phone=phone)


def calls(office: Office, record: Contact, limit: int = 10) -> list[tuple[Call, bool]]:
    found = calls_of(office.karin, "contacts", record, limit)
    return [(one.call, one.is_possible) for one in found]


def request_of(office: Office) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = office.karin
    return request


class TestWhichCalls:
    @pytest.mark.core
    def test_those_of_its_numbers_newest_first(
        self, office: Office, julia: Contact
    ) -> None:
        julia.phone = "030 555 444"
        julia.save()
        old = office.call("201", JULIA, at=NOON - HOUR)
        new = office.call("202", "030555444", Direction.OUTBOUND)
        office.call("201", "+4989111")

        assert calls(office, julia) == [(new, False), (old, False)]

    def test_where_several_have_the_number_it_is_possible(
        self, office: Office, julia: Contact
    ) -> None:
        peter = contact("Zander")
        call = office.call("201", JULIA)

        assert calls(office, julia) == calls(office, peter) == [(call, True)]

    def test_the_chosen_record_owns_the_call(
        self, office: Office, julia: Contact
    ) -> None:
        peter = contact("Zander")
        first = office.call("201", JULIA, at=NOON - HOUR)
        choose_match(first, "contacts", peter.pk, office.anna)
        # What was chosen for the number counts for its other calls too.
        later = office.call("201", JULIA)

        assert calls(office, julia) == [(later, True), (first, True)]
        assert calls(office, peter) == [(later, False), (first, False)]

    def test_a_call_chosen_without_its_number(
        self, office: Office, julia: Contact
    ) -> None:
        call = office.call("201", "anonymous")
        choose_match(call, "contacts", julia.pk, office.anna)

        assert calls(office, julia) == [(call, False)]

    def test_calls_without_a_number_are_nobodys(
        self, office: Office, julia: Contact
    ) -> None:
        julia.mobile = ""
        julia.save()
        office.call("201", "anonymous")
        office.call("201", "")

        assert calls(office, julia) == []

    def test_only_visible_ones(self, office: Office, julia: Contact) -> None:
        office.call("202", JULIA)

        assert calls_of(office.anna, "contacts", julia, 10) == []

    def test_at_most_so_many_before_a_time(
        self, office: Office, julia: Contact
    ) -> None:
        found = [office.call("201", JULIA, at=NOON - n * HOUR) for n in range(5)]
        some = calls_of(office.anna, "contacts", julia, 2, NOON - HOUR)

        assert [one.call for one in some] == found[2:4]

    def test_a_source_that_nobody_registered_has_none(
        self, office: Office, julia: Contact
    ) -> None:
        assert calls_of(office.anna, "nothing", julia, 10) == []
        assert comment_entries(office.anna, "nothing", julia, None, 10) == []

    def test_queries_do_not_grow(self, office: Office, julia: Contact) -> None:
        contact("Zander")

        def cost() -> int:
            fresh = Contact.objects.get(pk=julia.pk)
            return queries(lambda: calls_of(office.anna, "contacts", fresh, 100))

        def fill(first: int, beyond: int) -> None:
            for n in range(first, beyond):
                call = office.call("201", JULIA, at=NOON - n * HOUR)
                comment_on(call, office.anna, "Hello")

        fill(0, 2)
        few = cost()
        fill(2, 12)

        assert cost() == few <= 9

    def test_the_panel_and_the_timeline_of_a_page_share_them(
        self, office: Office, julia: Contact
    ) -> None:
        for n in range(12):
            office.call("201", JULIA, at=NOON - n * HOUR)
        panel = calls_of(office.anna, "contacts", julia, 11)

        assert queries(lambda: calls_of(office.anna, "contacts", julia, 26)) == 0
        assert calls_of(office.anna, "contacts", julia, 26)[:11] == panel
        assert calls_of(office.anna, "contacts", julia, 2) == panel[:2]


class TestPanel:
    def test_ten_and_a_way_to_the_rest(self, office: Office, julia: Contact) -> None:
        for n in range(11):
            office.call("201", JULIA, at=NOON - n * HOUR)
        context = panel(request_of(office), "contacts", julia)
        assert context is not None

        assert len(context["calls"]) == 10
        assert context["more_url"] == f"/pbx-manager/?record=contacts%3A{julia.pk}"
        rest = office.browser(office.karin).get(context["more_url"])
        assert rest.content.decode().count("call-state") == 11

    def test_no_way_where_there_are_no_more(
        self, office: Office, julia: Contact
    ) -> None:
        office.call("201", JULIA)
        context = panel(request_of(office), "contacts", julia)

        assert context is not None
        assert context["more_url"] == ""

    @pytest.mark.core
    def test_it_stands_on_the_page_of_the_record(
        self, office: Office, julia: Contact
    ) -> None:
        contact("Zander")
        call = office.call("201", JULIA, talk=190)
        comment_on(call, office.anna, "Hello")
        web = office.browser(office.anna)
        html = web.get(julia.get_absolute_url()).content.decode()
        words = words_of(html.partition('id="panel-calls"')[2])

        assert "Inbound call: Ended just now ≈ possibly" in words
        assert "Anna Schmidt · +49 171" in words
        assert "+49 171 2345678 1 3:10" in words

    def test_it_says_that_there_are_none(self, office: Office, julia: Contact) -> None:
        web: Client = office.browser(office.anna)

        assert b"No calls yet." in web.get(julia.get_absolute_url()).content


class TestTimeline:
    def test_calls(self, office: Office, julia: Contact) -> None:
        call = office.call("201", JULIA, talk=190)
        missed = office.call("299", JULIA, at=NOON + HOUR, talk=None)
        newest, oldest = call_entries(office.karin, "contacts", julia, None, 10)

        assert oldest.title == "Inbound call · Ended"
        assert oldest.text == "+49 171 2345678 · 3:10"
        assert oldest.author == "Anna Schmidt"
        assert oldest.url == call.get_absolute_url()
        assert (oldest.kind, oldest.icon, oldest.tone, oldest.possible) == (
            "call",
            "call-inbound",
            "done",
            False,
        )
        assert newest.text == "+49 171 2345678"
        assert newest.author == "299"
        assert newest.url == missed.get_absolute_url()

    def test_comments_stand_where_the_call_belongs(
        self, office: Office, julia: Contact
    ) -> None:
        call = office.call("201", JULIA)
        comment_on(call, office.anna, "Wants the price list.")
        (entry,) = comment_entries(office.anna, "contacts", julia, None, 10)

        assert entry.text == "Wants the price list."
        assert entry.url == call.get_absolute_url()
        assert comment_entries(office.anna, "contacts", julia, NOON, 10) == []
        assert comment_entries(office.ben, "contacts", julia, None, 10) == []

    def test_comments_stay_away_from_who_only_may_be_it(
        self, office: Office, julia: Contact
    ) -> None:
        peter = contact("Zander")
        call = office.call("201", JULIA)
        comment_on(call, office.anna, "Hello")

        def texts(record: Contact) -> list[str]:
            found = comment_entries(office.anna, "contacts", record, None, 10)
            return [entry.text for entry in found]

        assert texts(julia) == texts(peter) == []
        choose_match(call, "contacts", peter.pk, office.anna)
        assert (texts(julia), texts(peter)) == ([], ["Hello"])

    def test_both_stand_on_the_page_and_are_filtered_together(
        self, office: Office, julia: Contact
    ) -> None:
        comment_on(office.call("201", JULIA), office.anna, "Price list")
        web = office.browser(office.anna)
        url = julia.get_absolute_url()

        for show, comment, call in (
            ("", True, True),
            ("comment", True, False),
            ("call", False, True),
        ):
            html = web.get(url, {"show": show}).content.decode()
            assert ("Price list" in html) is comment
            assert ("Inbound call · Ended" in html) is call


def test_colleagues_sit_at_their_extensions(office: Office) -> None:
    Extension.objects.create(number="210", label="Store")
    Extension.objects.create(number="211")

    assert colleagues({"201", "210", "211", "999"}) == {
        "201": ["Anna Schmidt"],
        "210": ["Store"],
    }


def test_the_recycle_bin_names_a_call(office: Office) -> None:
    call = office.call("201", JULIA)
    call.move_to_bin(by=office.karin)

    assert title(call) == "Inbound call · +49 171 2345678"
    assert title(office.call("201", "anonymous")) == "Inbound call · Anonymous"
    html = office.browser(office.karin).get("/recycle-bin/").content.decode()
    assert "Inbound call · +49 171 2345678" in html


def test_agents_find_in_the_recycle_bin_the_calls_they_had_a_part_in(
    office: Office,
) -> None:
    call = office.call("201", JULIA)
    call.move_to_bin(by=office.karin)
    anna, ben = office.browser(office.anna), office.browser(office.ben)
    restore = f"/recycle-bin/calls/{call.pk}/restore/"

    assert "+49 171 2345678" in anna.get("/recycle-bin/").content.decode()
    assert "+49 171 2345678" not in ben.get("/recycle-bin/").content.decode()
    assert ben.post(restore).status_code == 404
    assert anna.post(restore).status_code == 302
    assert Call.objects.filter(pk=call.pk).exists()


def test_what_the_pbx_manager_brings() -> None:
    loops = {one.key: one.seconds for one in hooks.registered(hooks.BackgroundLoop)}
    jobs = {one.command: one.schedule for one in hooks.registered(hooks.CronJob)}
    menu = [one.key for one in hooks.registered(hooks.MenuEntry)]

    assert loops["give-up-overdue"] == 30
    assert loops["expire-events"] == 3600
    assert jobs["pbx_clean_up"] == "0 2 * * *"
    assert (
        menu.index("suppliers") < menu.index("pbx-manager") < menu.index("recycle-bin")
    )
