"""From a popup to a record: choose it, make it, give it the number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.office import JULIA, SHARED, Agent, Office, card, online

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_a_row_opens_its_record(office: Office, tab: Page, agent: Agent) -> None:
    office.rings(agent, JULIA)
    card(tab).get_by_role("link", name="Open").click()
    expect(tab.locator("h1")).to_contain_text("Julia Berg")


def test_the_right_one_of_several_is_chosen_and_remembered(
    office: Office, tab: Page, agent: Agent
) -> None:
    call = office.rings(agent, SHARED)
    popup = card(tab, "Eva Lang")
    titles = popup.locator(".popup-title")
    expect(titles).to_have_text(["Max Weber", "Eva Lang"])
    row = popup.locator(".popup-match", has_text="Eva Lang")
    row.get_by_role("button").click()
    expect(titles).to_have_text(["Eva Lang", "Max Weber"])
    expect(popup.locator(".is-chosen")).to_contain_text("Eva Lang")
    call.tell("ended")
    office.rings(agent, SHARED)
    again = card(tab, state="ringing")
    expect(again.locator(".is-chosen")).to_contain_text("Eva Lang")


def test_a_contact_is_made_of_an_unknown_number(
    office: Office, tab: Page, agent: Agent
) -> None:
    call = office.call(agent)
    call.tell("ringing", name="Nora Feld")
    card(tab, "Nobody known").get_by_role("link", name="New contact").click()
    expect(tab.locator("main [name=phone]")).to_have_value(call.number)
    tab.locator("main [name=last_name]").fill("Feld")
    tab.locator("main [name=last_name]").press("Enter")
    tab.locator("h1", has_text="Feld").wait_for()
    online(tab)
    expect(card(tab).locator(".popup-title")).to_contain_text("Feld")


def test_the_number_is_added_to_a_record_that_is_there(
    office: Office, tab: Page, agent: Agent
) -> None:
    call = office.rings(agent)
    card(tab).get_by_role("link", name="Add to existing …").click()
    tab.fill("#add-q", "Now")
    tab.keyboard.press("Enter")
    tab.get_by_role("button", name="as phone", exact=True).click()
    expect(tab.locator(".popup-page .popup-title")).to_have_text("Paula Nowak")
    call.tell("connected")
    expect(tab.locator(".popup-page .popup")).to_have_attribute(
        "data-state", "connected"
    )
    assert tab.locator("#popup-stack .popup").count() == 0
    tab.goto("/")
    expect(card(tab).locator(".popup-title")).to_have_text("Paula Nowak")
