"""The list of calls: it follows its calls, and filters as one chooses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.office import Agent, Office

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
Sit = Callable[..., "Page"]
LIST = "/pbx-manager/"


def test_a_line_follows_its_call_where_it_stands(
    office: Office, sit: Sit, agent: Agent
) -> None:
    call = office.rings(agent)
    tab = sit(agent, path=LIST)
    line = tab.locator(".calls tbody .call-state")
    expect(line).to_contain_text("Ringing")
    line.focus()
    call.tell("connected")
    expect(line).to_contain_text("Connected")
    call.tell("ended")
    # It stays among the running ones for as long as somebody is at it.
    expect(line).to_contain_text("Ended")
    expect(line).to_be_focused()


def test_new_calls_are_counted_and_shown_when_asked_for(
    office: Office, sit: Sit, agent: Agent
) -> None:
    office.rings(agent).tell("ended")
    tab = sit(agent, path=LIST)
    rows = tab.locator(".calls tbody tr[id]")
    news = tab.locator("#calls-news")
    expect(news).to_be_hidden()
    office.rings(agent).tell("ended")
    expect(news).to_have_text(re.compile(r"Show new calls\s*1"))
    office.rings(agent).tell("ended")
    expect(news).to_have_text(re.compile(r"Show new calls\s*2"))
    expect(rows).to_have_count(1)
    news.click()
    expect(rows).to_have_count(3)
    expect(news).to_be_hidden()


def test_the_first_call_is_told_of_on_an_empty_list(
    office: Office, sit: Sit, agent: Agent
) -> None:
    tab = sit(agent, path=LIST)
    office.rings(agent).tell("ended")
    tab.locator("#calls-news").click()
    expect(tab.locator(".calls tbody tr[id]")).to_have_count(1)


def test_what_the_filters_leave_out_is_no_news(
    office: Office, sit: Sit, agent: Agent
) -> None:
    tab = sit(agent, path=LIST)
    tab.goto(f"{LIST}?direction=outbound")
    with tab.expect_response(re.compile("direction=outbound")):
        office.rings(agent)
    expect(tab.locator("#calls-news")).to_be_hidden()


def test_filters_act_as_soon_as_they_are_chosen(
    office: Office, sit: Sit, agent: Agent
) -> None:
    office.rings(agent).tell("ended")
    tab = sit(agent, path=LIST)
    tab.select_option("#filter-direction", "inbound")
    tab.wait_for_url("**direction=inbound**")
    tab.goto("/contacts/")
    tab.select_option("#filter-country", "DE")
    tab.wait_for_url("**country=DE**")


@pytest.mark.parametrize("width", [1024, 1200, 1280, 1366, 1440, 1600])
def test_a_name_has_room_in_every_window(
    office: Office, sit: Sit, agent: Agent, width: int
) -> None:
    office.rings(agent).tell("ended")
    tab = sit(agent, path=LIST)
    tab.set_viewport_size({"width": width, "height": 800})
    tab.reload()
    name = tab.locator(".calls .call-party").first.bounding_box()
    assert name
    assert name["width"] >= 160
