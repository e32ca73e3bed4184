"""The log as people read it: under its days, running calls apart, transfers told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from pbxmanager.events import Direction, EventKind
from pbxmanager.tables import day_title
from tests.pbxmanager.office import JULIA, NOON, Office, make_office, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
LIST = "/pbx-manager/"
DAY = timedelta(days=1)


@pytest.fixture
def office() -> Iterator[Office]:
    with time_machine.travel(NOON, tick=False), timezone.override("Europe/Berlin"):
        yield make_office()


def test_days_have_names(office: Office) -> None:
    today = NOON.date()

    assert day_title(today) == "Today"
    assert day_title(today - DAY) == "Yesterday"
    assert day_title(today - 2 * DAY) == "Monday, 2 March 2026"


def test_each_day_stands_over_its_calls(office: Office) -> None:
    for back in (0, 1, 1, 2):
        office.call("201", at=NOON - back * DAY)
    response = office.browser(office.anna).get(LIST)

    assert [(day.title, len(day.lines)) for day in response.context["days"]] == [
        ("Today", 1),
        ("Yesterday", 2),
        ("Monday, 2 March 2026", 1),
    ]


def test_running_calls_stand_apart(office: Office) -> None:
    over, rings = office.call("201"), office.ringing("201", JULIA)
    response = office.browser(office.anna).get(LIST)

    assert [line.call for line in response.context["running"]] == [rings]
    assert [line.call for line in response.context["lines"]] == [over]


def test_a_click_that_no_phone_told_of_runs_for_two_minutes(office: Office) -> None:
    office.clicked(office.anna, "201")
    web = office.browser(office.anna)
    assert len(web.get(LIST).context["running"]) == 1

    with time_machine.travel(NOON + timedelta(minutes=3), tick=False):
        context = web.get(LIST).context
        assert (len(context["running"]), len(context["lines"])) == (0, 1)


@pytest.mark.parametrize("query", ["status=ringing", "missed=mine"])
def test_who_asks_for_a_status_gets_one_list(office: Office, query: str) -> None:
    office.ringing("201")

    assert "running" not in office.browser(office.anna).get(f"{LIST}?{query}").context


def test_a_transfer_names_who_had_them_and_for_how_long(office: Office) -> None:
    office.call("201", JULIA, talk=130)
    end = NOON + timedelta(seconds=136)
    later = office.event(
        EventKind.RINGING,
        "202",
        JULIA,
        at=end,
        call_id="b",
        direction=Direction.INBOUND,
    )
    assert later.continues
    words = words_of(office.browser(office.karin).get(LIST).text)

    assert "from Anna Schmidt, who had them for 2:10" in words
