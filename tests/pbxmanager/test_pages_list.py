"""The list of calls: who sees which, filters, paging, what a line says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from crmplus.accounts.models import User
from crmplus.records.models import Contact, Organisation
from pbxmanager import visibility
from pbxmanager.commenting import comment_on
from pbxmanager.events import Cause, Direction, EventKind
from pbxmanager.filters import CallFilter
from pbxmanager.housekeeping import give_up_overdue
from pbxmanager.models import Call, Extension, Status
from pbxmanager.tables import lines, with_parts
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
LIST = "/pbx-manager/"
DAY = timedelta(days=1)


@pytest.fixture
def office() -> Iterator[Office]:
    with time_machine.travel(NOON, tick=False), timezone.override("Europe/Berlin"):
        yield make_office()


def shown(viewer: User, /, **params: Any) -> list[Call]:
    """The calls that the list shows, newest first."""
    form = CallFilter(viewer, QueryDict(urlencode(params)))
    return list(form.rows().order_by("-started_at", "-pk"))


def text_of(client: Client, **params: Any) -> str:
    """A page's words without its tags."""
    html = client.get(LIST, params).content.decode()
    return words_of(html.partition("<main")[2])


class TestWhoSeesWhat:
    def test_only_who_is_signed_in(self, office: Office) -> None:
        response = Client().get(LIST)

        assert response.status_code == 302
        assert response.url == "/sign-in/?next=/pbx-manager/"  # type: ignore[attr-defined]

    def test_agents_see_the_calls_they_had_a_part_in(self, office: Office) -> None:
        taken = office.call("201")
        clicked = office.clicked(office.anna, "")
        office.call("202", JULIA)
        rang = office.ringing("202", "+4989123", at=NOON)
        group = office.ringing("201", "+4989123", at=NOON)

        assert group == rang
        assert set(shown(office.anna)) == {taken, clicked, group}

    @pytest.mark.core
    def test_supervisors_see_all(self, office: Office) -> None:
        calls = {office.call("201"), office.call("202", JULIA), office.call("299", "9")}

        assert set(shown(office.karin)) == calls

    def test_deleted_calls_are_in_the_bin(self, office: Office) -> None:
        office.call("201").move_to_bin(by=office.karin)

        assert shown(office.karin) == []


class TestFilters:
    def test_by_direction(self, office: Office) -> None:
        office.call("201")
        out = office.call("201", JULIA, Direction.OUTBOUND)

        assert shown(office.karin, direction="outbound") == [out]

    def test_by_each_status(self, office: Office) -> None:
        hour = timedelta(hours=1)
        calls = {
            Status.ENDED: office.call("201"),
            Status.MISSED: office.call("202", JULIA, talk=None),
            Status.NOT_REACHED: office.call(
                "203", "+4989000", Direction.OUTBOUND, talk=None
            ),
            Status.INITIAL: office.clicked(office.anna, "201", "+4989111"),
            Status.LOST: office.ringing("202", "+4989222", at=NOON - hour),
            Status.RINGING: office.ringing("202", "+4989333"),
            Status.CONNECTED: office.event(
                EventKind.CONNECTED, "203", "+4989444", call_id="x"
            ),
        }
        give_up_overdue(NOON)

        for status, call in calls.items():
            assert shown(office.karin, status=status) == [call]

    def test_by_user_and_extension(self, office: Office) -> None:
        mine, other = office.call("201"), office.call("202", JULIA)

        assert shown(office.karin, user=office.anna.pk) == [mine]
        assert shown(office.karin, extension="202") == [other]

    def test_agents_have_no_filter_for_others(self, office: Office) -> None:
        mine = office.call("201")

        assert shown(office.anna, user=office.ben.pk, extension="202") == [mine]

    @pytest.mark.parametrize(
        ("params", "days"),
        [
            ({"period": "today"}, [0]),
            ({"period": "yesterday"}, [1]),
            ({"period": "week"}, [0, 1, 6]),
            ({"period": "month"}, [0, 1]),
            ({"since": "2026-03-03"}, [0, 1]),
            ({"until": "2026-03-03"}, [1, 6, 40]),
            ({"since": "2026-02-20", "until": "2026-03-03"}, [1, 6]),
            ({"since": "2026-03-03", "period": "today"}, [0, 1]),
        ],
    )
    def test_by_period(
        self, office: Office, params: dict[str, str], days: list[int]
    ) -> None:
        calls = {ago: office.call("201", at=NOON - ago * DAY) for ago in (0, 1, 6, 40)}

        assert shown(office.anna, **params) == [calls[ago] for ago in days]

    def test_days_begin_at_midnight_of_the_users_zone(self, office: Office) -> None:
        midnight = NOON.replace(hour=23) - DAY  # 00:00 in Berlin
        today = office.call("201", at=midnight)
        office.call("201", JULIA, at=midnight - timedelta(seconds=1))

        assert shown(office.anna, period="today") == [today]

    @pytest.mark.parametrize(
        "text",
        ["0171 2345678", "+49 171 2345678", "0049171/2345678", "tel:+491712345678"],
    )
    def test_by_number_in_any_notation(self, office: Office, text: str) -> None:
        call = office.call("201", JULIA)
        office.call("201")

        assert shown(office.anna, q=text) == [call]

    def test_by_internal_number(self, office: Office) -> None:
        call = office.call("201", "202", Direction.INTERNAL)

        assert shown(office.anna, q="202") == [call]

    def test_by_the_name_of_a_record(self, office: Office) -> None:
        Contact.objects.create(last_name="Brandt", mobile="0171 2345678")
        call = office.call("201", JULIA)
        office.call("201")

        assert shown(office.anna, q="bran") == [call]

    def test_by_a_name_that_a_phone_told(self, office: Office) -> None:
        told = office.call("201", name="Praxis Dr. Weber")
        later = office.call("201", at=NOON + timedelta(hours=1))
        office.call("201", JULIA, name="Julia")

        assert shown(office.anna, q="weber") == [later, told]

    @pytest.mark.parametrize("text", ["w", "50%", "nobody", "–", "'; --"])
    def test_what_names_nobody_finds_nothing(self, office: Office, text: str) -> None:
        office.call("201", "anonymous", name="Weber")
        office.call("201", name="Weber")

        assert shown(office.anna, q=text) == (
            [] if text.strip("\x00") else shown(office.anna)
        )

    def test_by_record(self, office: Office) -> None:
        julia = Contact.objects.create(last_name="Brandt", mobile="0171 2345678")
        call = office.call("201", JULIA)
        chosen = office.call("201")
        Call.objects.filter(pk=chosen.pk).update(
            chosen_source="contacts", chosen_id=julia.pk
        )
        office.call("201", "+4989111")

        assert set(shown(office.anna, record=f"contacts:{julia.pk}")) == {call, chosen}

    @pytest.mark.parametrize("record", ["contacts:99", "nothing:1"])
    def test_the_calls_of_a_record_that_is_gone_are_none(
        self, office: Office, record: str
    ) -> None:
        office.call("201")

        assert shown(office.anna, record=record) == []

    @pytest.mark.parametrize(
        "params",
        [
            {"direction": "sideways"},
            {"status": "ended' OR 1=1"},
            {"user": "x"},
            {"period": "always"},
            {"since": "0001-01-01"},
            {"until": "9999-12-31"},
            {"since": "yesterday"},
            {"record": "contacts:"},
            {"record": "contacts:99999999999999999999"},
            {"q": " "},
            {"q": "\x00"},
        ],
    )
    def test_nonsense_is_left_out(self, office: Office, params: dict[str, str]) -> None:
        call = office.call("201")

        assert shown(office.karin, **params) == [call]
        assert office.browser(office.karin).get(LIST, params).status_code == 200

    @pytest.mark.core
    def test_each_filter_is_a_chip_that_can_be_removed(self, office: Office) -> None:
        julia = Contact.objects.create(last_name="Brandt", mobile="0171 2345678")
        params: dict[str, str | int] = {
            "q": "weber",
            "direction": "inbound",
            "status": "missed",
            "user": office.anna.pk,
            "extension": "201",
            "since": "2026-03-01",
            "until": "2026-03-04",
            "record": f"contacts:{julia.pk}",
        }
        form = CallFilter(office.karin, QueryDict(urlencode(params)))

        assert [(chip.label, chip.value) for chip in form.chips()] == [
            ("Search", "weber"),
            ("Calls of", "Brandt"),
            ("Direction", "Inbound"),
            ("Status", "Missed"),
            ("User", "Anna Schmidt"),
            ("Extension", "201"),
            ("Period", "1 Mar 2026 – 4 Mar 2026"),
        ]
        assert {name for chip in form.chips() for name in chip.names} >= params.keys()
        html = office.browser(office.karin).get(LIST, params).content.decode()
        removes = re.findall(r'class="chip-remove" href="([^"]+)"', html)
        assert len(removes) == len(form.chips())
        assert all(url.count("=") < len(params) for url in removes)

    def test_chips_say_what_is_known_of_the_record_and_period(
        self, office: Office
    ) -> None:
        params = {"record": "contacts:99", "period": "week"}
        form = CallFilter(office.anna, QueryDict(urlencode(params)))

        assert [chip.value for chip in form.chips()] == [
            "a record that is gone",
            "Last 7 days",
        ]

    def test_extensions_are_offered_with_their_owners(self, office: Office) -> None:
        Extension.objects.create(number="210", label="Store")
        Extension.objects.create(number="211")
        field = CallFilter(office.karin, QueryDict()).fields["extension"]

        assert [label for _value, label in field.widget.choices] == [
            "Extension",
            "201 · Anna Schmidt",
            "202 · Ben Wagner",
            "203 · Karin Heiden",
            "210 · Store",
            "211",
        ]


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.append(dict(attrs))


class TestPaging:
    def test_every_call_stands_on_one_page_in_both_directions(
        self, office: Office
    ) -> None:
        moments = [NOON - timedelta(seconds=n % 3) for n in range(120)]
        Call.objects.bulk_create(
            Call(
                direction="inbound",
                status="ended",
                user=office.anna,
                started_at=moment,
                duration=1,
            )
            for moment in moments
        )
        web = office.browser(office.anna)
        expected = [call.get_absolute_url() for call in shown(office.anna)]

        assert self.walk(web, "next") == expected
        assert len(expected) == 120

        last = self.pages[-1]
        assert self.walk(web, "prev", last)[-50:] == expected[:50]

    def walk(self, web: Client, rel: str, url: str = LIST) -> list[str]:
        """The calls on the pages that the links lead to."""
        found: list[str] = []
        self.pages = []
        while url:
            self.pages.append(url)
            links = Links(web.get(url).content.decode()).found
            found += [
                str(link["href"])
                for link in links
                if "call-state" in (link.get("class") or "")
            ]
            steps = [str(link["href"]) for link in links if link.get("rel") == rel]
            url = LIST + steps[0] if steps else ""
        return found

    def test_a_filter_stays_on_the_next_page(self, office: Office) -> None:
        for number in range(51):
            office.call("201", at=NOON - timedelta(minutes=number))
        html = office.browser(office.anna).get(LIST, {"direction": "inbound"}).content

        steps = [
            link for link in Links(html.decode()).found if link.get("rel") == "next"
        ]
        assert "direction=inbound" in str(steps[0]["href"])


class TestLines:
    @pytest.mark.core
    def test_a_line_says_who_when_and_how_long(self, office: Office) -> None:
        company = Organisation.objects.create(name="Muster GmbH")
        julia = Contact.objects.create(
            last_name="Brandt", mobile="0171 2345678", organisation=company
        )
        call = office.call("201", JULIA, at=NOON - timedelta(minutes=7), talk=190)
        comment_on(call, office.anna, "Wants the price list.")
        html = office.browser(office.anna).get(LIST).content.decode()
        row = html.partition("<tbody>")[2].partition("</tbody>")[0]

        assert f'href="{call.get_absolute_url()}"' in row
        assert f'href="{julia.get_absolute_url()}"' in row
        assert 'data-dial="+491712345678"' in row
        assert words_of(row) == (
            "Today Inbound call: Ended Brandt Muster GmbH +49 171 2345678 DE "
            "Anna Schmidt 201 0:05 3:10 1 7 min ago"
        )

    def test_whose_call_it_was_is_the_person_and_the_number_all_know(
        self, office: Office
    ) -> None:
        Extension.objects.create(number="301", user=office.anna)
        office.call("301", JULIA)
        office.call("999", "030 777")
        html = office.browser(office.karin).get(LIST).content.decode()

        assert 'title="301 Anna Schmidt"' in html
        assert "+49 171 2345678 DE Anna Schmidt 201" in words_of(html)
        assert 'title="999"' in html

    def test_several_who_have_the_number_are_counted(self, office: Office) -> None:
        for name in ("Brandt", "Brauer", "Braun"):
            Contact.objects.create(last_name=name, mobile="0171 2345678")
        office.call("201", JULIA)

        assert "Brandt +2 +49 171" in text_of(office.browser(office.anna))

    def test_a_company_is_marked_as_a_guess(self, office: Office) -> None:
        Organisation.objects.create(name="Muster GmbH", phone="030 1234-0")
        office.call("201", "030 1234-56")

        assert "≈ probably Muster GmbH" in text_of(office.browser(office.anna))

    @pytest.mark.parametrize(
        ("number", "name", "words"),
        [
            (STRANGER, "", "Unknown +49 30 555444"),
            (STRANGER, "Dr. Weber", "Dr. Weber +49 30 555444"),
            ("anonymous", "", "Anonymous Anna Schmidt 201"),
            ("", "", "Number not known Anna Schmidt 201"),
            ("202", "", "Ben Wagner 202"),
        ],
    )
    def test_whom_nobody_knows_is_told_by_what_there_is(
        self, office: Office, number: str, name: str, words: str
    ) -> None:
        office.call("201", number, name=name)

        assert words in text_of(office.browser(office.anna))

    def test_what_a_phone_sent_stays_a_text(self, office: Office) -> None:
        evil = '"><script>alert(1)</script>'
        office.call("201", "<b>1</b>", name=evil)
        html = office.browser(office.anna).get(LIST, {"q": evil}).content.decode()

        assert "<script>alert" not in html
        assert "<b>1" not in html

    def test_busy_is_told_apart_from_missed(self, office: Office) -> None:
        office.call("201", talk=None, cause=Cause.BUSY)
        office.call("201", JULIA, talk=None)
        text = text_of(office.browser(office.anna))

        assert "Inbound call: Busy" in text
        assert "Inbound call: Missed" in text

    def test_running_calls_are_animated(self, office: Office) -> None:
        office.ringing("201")

        assert b"is-running" in office.browser(office.anna).get(LIST).content

    def test_queries_do_not_grow_with_the_page(self, office: Office) -> None:
        def fill(first: int, beyond: int) -> None:
            for n in range(first, beyond):
                number = f"+49171{1000000 + n}"
                Contact.objects.create(last_name=f"Contact {n}", mobile=number)
                at = NOON - timedelta(minutes=5 * n)
                call = office.call("201", number, at=at)
                office.call("201", str(300 + n), Direction.INTERNAL, at=at)
                comment_on(call, office.anna, "Hello")

        def read() -> object:
            calls = with_parts(shown_rows(office.anna))[:50]
            return lines(list(calls), office.anna)

        fill(0, 3)
        few = queries(read)
        fill(3, 20)

        assert queries(read) == few <= 12


def shown_rows(user: User) -> Any:
    return CallFilter(user, QueryDict()).rows().order_by("-started_at", "-pk")


class TestNothingYet:
    def test_the_page_says_what_to_do(self, office: Office) -> None:
        html = office.browser(office.anna).get(LIST).content.decode()

        assert "No calls yet" in html
        assert 'href="/my/settings/"' in html
        assert "filter-q" not in html

    def test_filters_that_nothing_passes_can_be_taken_off(self, office: Office) -> None:
        html = (
            office.browser(office.anna).get(LIST, {"status": "lost"}).content.decode()
        )

        assert "No calls found" in html
        assert 'href="/pbx-manager/"' in html


@pytest.mark.parametrize(
    ("params", "index"),
    [
        ({"status": "ringing"}, "call_status"),
        ({"q": "+491712345678"}, "call_party"),
        ({"user": "1"}, "call_user"),
        ({"extension": "201"}, "call_extension"),
        ({"record": "contacts:1"}, "call_chosen"),
        ({}, "call_newest"),
    ],
)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="plans of SQLite")
def test_each_filter_has_its_index(
    office: Office, params: dict[str, str], index: str
) -> None:
    Contact.objects.create(pk=1, last_name="Brandt", mobile="0171 2345678")
    given = params | ({"user": str(office.anna.pk)} if "user" in params else {})
    rows = CallFilter(office.karin, QueryDict(urlencode(given))).rows()

    assert index in rows.order_by("-started_at", "-pk")[:51].explain()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="plans of SQLite")
class TestAgentsPlans:
    def plan(self, office: Office) -> str:
        rows = CallFilter(office.anna, QueryDict()).rows()
        return rows.order_by("-started_at", "-pk")[:51].explain()

    def test_few_calls_are_not_looked_for_among_all(self, office: Office) -> None:
        assert "call_newest" not in self.plan(office)

    def test_of_many_each_is_one_probe(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(visibility, "FEW_CALLS", 0)
        call = office.call("201")

        assert "SCAN pbxmanager_call USING INDEX call_newest" in self.plan(office)
        assert "leg_user_call (user_id=? AND call_id=?)" in self.plan(office)
        assert shown(office.anna) == [call]


class TestWordsOfFilters:
    def test_what_is_searched_for_and_the_button_have_words_of_their_own(
        self, office: Office
    ) -> None:
        office.call("201")
        office.anna.language = "de"
        office.anna.save()
        words = text_of(office.browser(office.anna), q="30")

        assert re.search(r"Suche\s+30", words)
        assert "Suchen" in words

    def test_what_makes_no_sense_in_an_address_is_not_marked_as_a_mistake(
        self, office: Office
    ) -> None:
        office.call("201")
        html = office.browser(office.anna).get(LIST, {"period": "x"}).content.decode()

        assert 'id="filter-period"' in html
        assert "is-invalid" not in html
