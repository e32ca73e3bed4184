"""Automatic sign-out, by a clock that the tests turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crmplus.accounts import idle
from crmplus.accounts.models import User
from crmplus.live.sessions import identify, still_signed_in
from tests.crmplus.accounts.conftest import PASSWORD, client_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CLICK = {"Sec-Fetch-Mode": "navigate"}
SCRIPT = {"Sec-Fetch-Mode": "cors"}
HOME = "/"
ACTIVE = reverse("accounts:active")


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def browser(clock, anna: User) -> Client:
    """Anna's, who is signed out after ten minutes."""
    anna.sign_out_after = 10
    anna.save()
    browser = client_of(anna)
    browser.get(HOME, headers=CLICK)
    return browser


def is_in(browser: Client) -> bool:
    return browser.get(HOME, headers=SCRIPT).status_code == 200


def later(clock, **span: float) -> None:
    clock.shift(timedelta(**span))


def test_who_does_nothing_is_signed_out(browser: Client, clock) -> None:
    later(clock, minutes=10)
    assert is_in(browser)
    later(clock, minutes=1, seconds=1)
    assert not is_in(browser)
    assert browser.get(HOME, headers=CLICK).url == "/sign-in/?next=/"


def test_who_opens_pages_stays(browser: Client, clock) -> None:
    for _minute in range(4):
        later(clock, minutes=9)
        assert browser.get(HOME, headers=CLICK).status_code == 200


def test_who_types_on_a_page_stays(browser: Client, clock) -> None:
    for _minute in range(4):
        later(clock, minutes=9)
        assert browser.post(ACTIVE, headers=SCRIPT).status_code == 204


def test_nobody_is_signed_out_early(browser: Client, clock) -> None:
    later(clock, seconds=59)
    browser.get(HOME, headers=CLICK)  # within the minute in which nothing is written
    later(clock, minutes=10)
    assert is_in(browser)


@pytest.mark.parametrize(
    "headers",
    [
        SCRIPT,
        {"Sec-Fetch-Mode": "same-origin"},
        {"HX-Request": "true"},
        {},
        {**CLICK, "Sec-Purpose": "prefetch"},
    ],
)
def test_what_scripts_ask_for_keeps_nobody(browser: Client, clock, headers) -> None:
    for _minute in range(11):
        browser.get(HOME, headers=headers)
        later(clock, minutes=1)
    later(clock, seconds=1)
    assert not is_in(browser)


def test_without_tls_a_navigation_is_told_by_another_header(
    browser: Client, clock
) -> None:
    later(clock, minutes=9)
    browser.get(HOME, headers={"Upgrade-Insecure-Requests": "1"})
    later(clock, minutes=9)
    assert is_in(browser)


def test_the_session_is_written_once_a_minute_at_most(browser: Client, clock) -> None:
    writes = 0
    for _second in range(60):
        later(clock, seconds=5)
        with CaptureQueriesContext(connection) as queries:
            browser.get(HOME, headers=CLICK)
        writes += any("UPDATE" in q["sql"] and "session" in q["sql"] for q in queries)
    assert writes == 5


def test_who_has_no_rule_costs_no_writing_and_stays(clock, anna: User) -> None:
    browser = client_of(anna)
    with CaptureQueriesContext(connection) as queries:
        browser.get(HOME, headers=CLICK)
    assert not any("UPDATE" in query["sql"] for query in queries)
    later(clock, days=13)
    assert is_in(browser)


def test_the_rule_counts_from_the_sign_in(clock, anna: User) -> None:
    anna.sign_out_after = 10
    anna.save()
    browser = Client()
    form = {"username": "anna", "password": PASSWORD}
    assert browser.post(reverse("accounts:sign-in"), form).status_code == 302
    later(clock, minutes=11, seconds=1)
    assert not is_in(browser)


def test_a_rule_that_is_made_shorter_or_taken_away_counts_at_once(
    browser: Client, clock
) -> None:
    User.objects.update(sign_out_after=2)
    browser.get(HOME, headers=SCRIPT)
    later(clock, minutes=3, seconds=1)
    assert not is_in(browser)


def test_without_the_rule_the_session_is_as_long_as_any(browser: Client, clock) -> None:
    User.objects.update(sign_out_after=0)
    browser.get(HOME, headers=SCRIPT)
    later(clock, days=13)
    assert is_in(browser)


class TestLive:
    """The open page notices: its stream ends with the session."""

    def key(self) -> str:
        return Session.objects.get().session_key

    def test_a_stream_ends_with_the_session_and_does_not_keep_it(
        self, browser: Client, clock
    ) -> None:
        who = identify(self.key())
        assert who
        for _minute in range(11):
            assert still_signed_in({who}) == {who}
            later(clock, minutes=1)
        later(clock, seconds=1)
        assert still_signed_in({who}) == set()
        assert identify(self.key()) is None

    def test_a_new_rule_ends_the_stream_and_runs_when_it_comes_back(
        self, clock, anna: User
    ) -> None:
        client_of(anna)
        before = identify(self.key())
        assert before
        User.objects.update(sign_out_after=5)
        assert still_signed_in({before}) == set()
        assert identify(self.key())
        later(clock, minutes=6, seconds=1)
        assert identify(self.key()) is None


def test_the_page_tells_of_typing_only_where_there_is_a_rule(
    browser: Client, clock, anna: User
) -> None:
    page = browser.get(HOME, headers=CLICK).text
    assert f'data-active="{ACTIVE}"' in page
    User.objects.update(sign_out_after=0)
    assert "data-active" not in browser.get(HOME, headers=CLICK).text


def test_nobody_signed_in_tells_nothing(client: Client, db: None) -> None:
    assert client.post(ACTIVE).status_code == 302


def test_a_minute_of_grace_is_all_there_is() -> None:
    assert timedelta(minutes=1) == idle.WRITTEN_EVERY
