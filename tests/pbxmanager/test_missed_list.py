"""The missed list that a team shares: who sees what, and what one does with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from crmplus.accounts.models import Role, Scope, Team, User
from crmplus.phonebook.normalise import normalise
from crmplus.records.models import Contact
from crmplus.tickets.models import Activity
from pbxmanager.block_list import block
from pbxmanager.events import Direction
from pbxmanager.following_up import rebuild
from pbxmanager.missed_actions import call_back_at, release, take, tick_off
from pbxmanager.missed_filters import MissedFilter
from pbxmanager.missed_list import count_open, entries, visible_missed, with_call
from pbxmanager.models import Call, Extension, MissedCaller, RuleSettings
from tests.pbxmanager.office import (
    JULIA,
    NOON,
    PLAN,
    STRANGER,
    Office,
    make_office,
    queries,
    words_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
LIST = "/missed-calls/"
MINUTE = timedelta(minutes=1)
SHOWN = re.compile(r'name="seen" value="([^"]+)"')


@pytest.fixture
def office() -> Iterator[Office]:
    with time_machine.travel(NOON, tick=False), timezone.override("Europe/Berlin"):
        yield make_office()


def missed(office: Office, extension: str = "201", number: str = STRANGER) -> None:
    office.call(extension, number, at=NOON - 9 * MINUTE, talk=None)
    rebuild()


def entry() -> MissedCaller:
    return MissedCaller.objects.get()


def seen(user: User) -> list[str]:
    rows = visible_missed(user, is_open=True)
    assert count_open(user) == rows.count()
    return sorted(rows.values_list("party", flat=True))


def text_of(client: Client, **params: Any) -> str:
    html = client.get(LIST, params).content.decode()
    return words_of(html.partition("<main")[2])


def post(client: Client, act: str, **data: Any) -> Any:
    return client.post(f"{LIST}{entry().pk}/{act}/", data)


class TestWhoSeesIt:
    def test_agents_what_rang_their_phones(self, office: Office) -> None:
        missed(office, "201", STRANGER)
        missed(office, "202", JULIA)
        missed(office, "299", "+4989000")

        assert seen(office.anna) == [STRANGER]
        assert seen(office.karin) == sorted([STRANGER, JULIA, "+4989000"])

    def test_a_team_sees_what_rang_any_of_its_phones(self, office: Office) -> None:
        team = Team.objects.create(name="Sales")
        for user in (office.anna, office.ben):
            user.team, user.sees_calls = team, Scope.TEAM
            user.save()
        missed(office, "201", STRANGER)
        missed(office, "203", JULIA)

        assert seen(office.ben) == [STRANGER]
        assert seen(office.anna) == [STRANGER]

    def test_who_sees_figures_alone_sees_none(self, office: Office) -> None:
        missed(office)
        office.anna.role = Role.STATISTICS
        office.anna.save()

        assert seen(office.anna) == []
        assert office.browser(office.anna).get(LIST).status_code == 403

    @pytest.mark.parametrize("act", ["take", "release", "done", "undo", "later"])
    def test_what_one_does_not_see_is_not_there(self, office: Office, act: str) -> None:
        missed(office, "202")

        assert post(office.browser(office.anna), act).status_code == 404
        rows = office.browser(office.anna).get(f"{LIST}rows/?ids={entry().pk},x")
        assert "<tr" not in rows.text

    def test_blocked_numbers_are_left_out(self, office: Office) -> None:
        missed(office)
        block(normalise(STRANGER, PLAN), "", office.karin)

        assert seen(office.karin) == []

    def test_only_who_is_signed_in(self, office: Office) -> None:
        assert Client().get(LIST).status_code == 302
        assert Client().get(f"{LIST}count/").status_code == 302


class TestTheList:
    def test_says_who_tried_how_often_and_where(self, office: Office) -> None:
        Contact.objects.create(last_name="Brandt", mobile="0171 2345678")
        for minute in (9, 4):
            office.call("201", JULIA, at=NOON - minute * MINUTE, talk=None)
        rebuild()
        words = text_of(office.browser(office.anna))

        assert "Brandt" in words
        assert "+49 171 2345678 DE Anna Schmidt 2×" in words
        assert "4 March 2026, 11:51:00" in words
        assert "4 min ago" in words
        assert "Call back" in words

    def test_who_was_rung_at_several_phones_is_named_once(self, office: Office) -> None:
        Extension.objects.create(number="301", user=office.anna)
        for extension in ("201", "301", "999"):
            missed(office, extension)
        rebuild()
        (entry,) = entries(list(visible_missed(office.karin)), office.karin)

        assert entry.rang == ["Anna Schmidt", "999"]
        assert entry.rang_at == ["201 Anna Schmidt", "301 Anna Schmidt", "999"]

    def test_says_who_reached_them(self, office: Office) -> None:
        missed(office)
        office.call("202", direction=Direction.OUTBOUND)
        rebuild()
        web = office.browser(office.anna)

        assert "Nobody waits for a call-back" in text_of(web)
        assert "Reached" in text_of(web, state="closed")
        assert "Ben Wagner, just now" in text_of(web, state="closed")

    def test_anonymous_callers_can_be_ticked_off_only(self, office: Office) -> None:
        missed(office, "201", "anonymous")
        html = office.browser(office.anna).get(LIST).text

        assert "Anonymous" in html
        assert "data-take" not in html
        assert "Done without a call" in html

    def test_narrows_by_extension_and_name(self, office: Office) -> None:
        Contact.objects.create(last_name="Brandt", mobile="0171 2345678")
        missed(office, "201", STRANGER)
        missed(office, "202", JULIA)

        def shown(query: str) -> list[str]:
            rows = MissedFilter(office.karin, QueryDict(query)).rows()
            return sorted(rows.values_list("party", flat=True))

        assert shown("extension=202") == [JULIA]
        assert shown("q=brandt") == [JULIA]
        assert shown("q=030555444") == [STRANGER]
        assert shown("q=nobody") == []
        assert shown("extension=1'&state=x&q=%00") == []

    def test_counts_in_the_menu(self, office: Office) -> None:
        missed(office)
        web = office.browser(office.anna)

        assert '<span class="badge is-missed nav-count">1</span>' in web.get("/").text
        assert web.get(f"{LIST}count/").json() == {"count": 1}

    def test_costs_the_same_however_many(self, office: Office) -> None:
        Contact.objects.create(last_name="Brandt", mobile="0171 2345678")

        def call(number: str) -> None:
            for minute in (9, 4):
                office.call("201", number, at=NOON - minute * MINUTE, talk=None)
            rebuild()

        call(JULIA)
        web = office.browser(office.anna)
        few = queries(lambda: text_of(web))
        for number in range(5):
            call(f"+498900{number}")

        assert queries(lambda: text_of(web)) == few

    def test_the_counter_is_one_query(self, office: Office) -> None:
        missed(office)
        count_open(office.karin)

        assert queries(lambda: count_open(office.anna)) == 1
        assert queries(lambda: count_open(office.karin)) == 1

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plans")
    def test_indexes_serve_it(self, office: Office) -> None:
        newest = visible_missed(office.karin, is_open=True).order_by("-last_at", "-pk")
        own = visible_missed(office.anna, is_open=True).order_by()

        assert "INDEX missed_open" in newest.explain()
        assert "TEMP B-TREE" not in newest.explain()
        assert "COVERING INDEX missed_part_user (user_id=? AND is_open=?)" in (
            own.explain()
        )


class TestTaking:
    def test_one_has_it_and_the_others_see_that(self, office: Office) -> None:
        missed(office)
        web = office.browser(office.karin)
        post(office.browser(office.anna), "take")

        assert "Anna Schmidt" in text_of(web)
        assert "I take it" not in text_of(web)
        refused = web.post(
            f"{LIST}{entry().pk}/take/", headers={"Accept": "application/json"}
        )
        assert refused.status_code == 409
        assert refused.json()["text"] == "Anna Schmidt has this caller in hand."

    def test_it_can_be_given_back_by_who_has_it(self, office: Office) -> None:
        missed(office)
        take(entry(), office.anna)
        release(entry(), office.karin)
        assert entry().owner == office.anna

        release(entry(), office.anna)
        assert take(entry(), office.karin)

    def test_after_half_an_hour_it_is_everybodys(self, office: Office) -> None:
        missed(office)
        take(entry(), office.anna)
        with time_machine.travel(NOON + 31 * MINUTE, tick=False):
            assert not entry().is_taken()
            assert take(entry(), office.karin)

    def test_it_ends_with_the_call_that_reached_them(self, office: Office) -> None:
        missed(office)
        take(entry(), office.anna)
        office.call("202", direction=Direction.OUTBOUND)
        rebuild()

        assert not take(entry(), office.anna)
        office.call("202", at=NOON + 2 * MINUTE, talk=None)
        rebuild()
        assert not entry().is_taken()

    def test_mine_lists_what_i_have_in_hand(self, office: Office) -> None:
        missed(office)
        web = office.browser(office.anna)
        assert "You have nobody in hand" in text_of(web, state="mine")

        take(entry(), office.anna)
        assert "I have it" in text_of(web, state="mine")


class TestLater:
    def test_it_is_scheduled_and_stays_mine_until_then(self, office: Office) -> None:
        missed(office)
        post(office.browser(office.anna), "later", pick="hour")
        due = NOON + timedelta(hours=1)

        activity = Activity.objects.get()
        assert (activity.owner, activity.due_at) == (office.anna, due)
        assert activity.party == STRANGER
        assert entry().due(None) == due
        assert entry().is_taken(due + 20 * MINUTE)
        assert not entry().is_taken(due + 40 * MINUTE)

    @pytest.mark.parametrize(
        "due", ["", "yesterday", "2020-01-01T10:00", "9999-01-01T10:00", "2026-13-01T1"]
    )
    def test_a_time_that_makes_no_sense_is_refused(
        self, office: Office, due: str
    ) -> None:
        missed(office)
        post(office.browser(office.anna), "later", due=due)

        assert not Activity.objects.exists()
        assert entry().due_at is None

    def test_not_while_a_colleague_has_it(self, office: Office) -> None:
        missed(office)
        take(entry(), office.karin)

        assert not call_back_at(entry(), office.anna, NOON + timedelta(hours=1))
        assert not Activity.objects.exists()

    def test_the_rule_sets_a_time_for_all(self, office: Office) -> None:
        RuleSettings(pk=1, call_back_within=5).save()
        missed(office)
        (line,) = entries(list(with_call(visible_missed(office.anna))), office.anna)

        assert line.due == NOON - 4 * MINUTE
        assert line.is_overdue


class TestDone:
    def test_it_is_closed_with_a_note_and_can_be_undone(self, office: Office) -> None:
        missed(office)
        web = office.browser(office.anna)
        post(web, "done", note="Wrong\x00 number ")
        assert (entry().is_open, entry().note) == (False, "Wrong number")
        assert "Anna Schmidt: Wrong number" in text_of(web, state="closed")

        post(web, "undo")
        assert entry().is_open

    def test_a_try_that_the_page_did_not_show_stays_open(self, office: Office) -> None:
        missed(office)
        web = office.browser(office.anna)
        [shown] = SHOWN.findall(web.get(LIST).text)
        office.call("201", STRANGER, talk=None)
        rebuild()
        post(web, "done", note="spam", seen=shown)
        assert (entry().is_open, entry().note) == (True, "")
        page = web.get(LIST).text
        assert "has tried again meanwhile" in page
        [shown] = SHOWN.findall(page)
        post(web, "done", note="spam", seen=shown)
        assert not entry().is_open

    def test_a_try_that_rang_while_it_was_ticked_off_opens_it_again(
        self, office: Office
    ) -> None:
        missed(office)
        row = entry()
        with time_machine.travel(NOON + timedelta(minutes=5), tick=False):
            office.call("201", STRANGER, talk=None)
            # The list has not been told of it yet.
            assert not tick_off(row, office.anna, "", row.state_seen)
            assert entry().is_open

    def test_who_says_nothing_of_what_they_saw_ticks_off_what_is_there(
        self, office: Office
    ) -> None:
        missed(office)
        post(office.browser(office.anna), "done", seen="")
        assert not entry().is_open


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_gets_it() -> None:
    with time_machine.travel(NOON, tick=False):
        office = make_office()
        missed(office)
        row, got = entry(), []
        start = Barrier(2)

        def grab(user: User) -> None:
            mine = MissedCaller.objects.get(pk=row.pk)
            start.wait()
            got.append((take(mine, user), user))
            connection.close()

        threads = [
            Thread(target=grab, args=(user,)) for user in (office.anna, office.karin)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    winners = [user for taken, user in got if taken]
    assert len(winners) == 1
    assert entry().owner == winners[0]


def test_a_new_try_reopens_what_was_ticked_off(office: Office) -> None:
    missed(office)
    tick_off(entry(), office.anna, "spam")
    later: datetime = NOON + MINUTE
    office.call("201", at=later, talk=None)
    rebuild()

    assert entry().is_open
    assert entry().tries == 1


def test_a_phone_whose_clock_is_ahead_lets_one_take_it_and_tick_it_off(
    office: Office,
) -> None:
    office.call("201", at=NOON + timedelta(seconds=40), talk=None)
    rebuild()
    assert take(entry(), office.anna)
    assert not take(entry(), office.ben)
    assert entry().is_taken(NOON)
    tick_off(entry(), office.anna, "")
    assert not entry().is_open


def test_a_call_back_is_scheduled_while_the_call_is_being_joined(
    office: Office,
) -> None:
    missed(office)
    row = entry()
    Call.objects.filter(pk=row.call_id).delete()
    row.refresh_from_db()

    assert call_back_at(row, office.anna, NOON + MINUTE)
    assert Activity.objects.get().party == STRANGER


def test_nobody_calls_back_an_anonymous_caller(office: Office) -> None:
    missed(office, number="anonymous")
    answer = post(office.browser(office.anna), "later", pick="hour")
    assert answer.status_code == 404
    assert entry().owner is None


def test_the_line_leads_to_the_last_try_where_one_may_see_it(office: Office) -> None:
    missed(office, "201")
    office.call("202", talk=None)
    rebuild()
    rows = list(with_call(visible_missed(office.anna)))

    def url(user: User) -> str:
        return entries(rows, user)[0].url

    page = rows[0].call.get_absolute_url()
    assert (url(office.anna), url(office.ben), url(office.karin)) == ("", page, page)
    assert page not in office.browser(office.anna).get(LIST).text
