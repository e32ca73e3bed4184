"""Click-to-dial: a click on a number makes the entry, the phone's events fill it."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e.office import JULIA, Agent, Call, Office, card, cards, second_tab

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
# What a click hands to the system's phone program.
LISTEN = """
window.dialled = [];
navigation.addEventListener("navigate", ({ destination: { url } }) => {
    if (!url.startsWith("http")) window.dialled.push(url);
});
"""
CALLS = "list(Call.objects.filter(user__username={name!r}).values_list({fields}))"


def log(office: Office, agent: Agent) -> list[list[Any]]:
    """Direction, status and number of an agent's calls."""
    fields = "'direction', 'status', 'e164'"
    found: list[list[Any]] = office.ask(CALLS.format(name=agent.name, fields=fields))
    return found


def contact_page(tab: Page) -> Page:
    """Julia Berg's page, in a tab that notes what is dialled."""
    tab.add_init_script(LISTEN)
    tab.goto("/contacts/")
    tab.get_by_role("link", name=re.compile("Julia Berg|Berg, Julia")).first.click()
    tab.locator("h1", has_text="Berg").wait_for()
    return tab


def click_number(tab: Page) -> None:
    tab.locator(f'main a[data-dial="{JULIA}"]').first.click()


def dialled(tab: Page, uri: str) -> None:
    tab.wait_for_function("uri => dialled.includes(uri)", arg=uri)
    assert tab.evaluate("dialled") == [uri]


def set_dial_method(tab: Page, template: str) -> None:
    """Under "My phone", as a user does it."""
    tab.goto("/my/phone/")
    tab.locator(".list a.name").first.click()
    tab.select_option("[name=method]", "other")
    tab.fill("[name=template]", template)
    tab.locator("[name=template]").press("Enter")
    tab.locator("#toasts .toast").wait_for()


def test_a_click_makes_the_entry_that_the_phone_fills(
    office: Office, tab: Page, agent: Agent
) -> None:
    other = second_tab(tab)
    click_number(contact_page(tab))
    dialled(tab, f"tel:{JULIA}")
    card(other, "Julia Berg", "initial")
    assert log(office, agent) == [["outbound", "initial", JULIA]]
    call = office.rings(agent, JULIA, direction="outbound")
    card(tab, "Julia Berg", "ringing")
    call.tell("connected")
    card(tab, "Julia Berg", "connected")
    call.tell("ended")
    card(tab, "Julia Berg", "ended")
    assert cards(tab).count() == cards(other).count() == 1
    assert log(office, agent) == [["outbound", "ended", JULIA]]


def test_a_pbx_that_dials_back_fills_the_same_entry(
    office: Office, tab: Page, agent: Agent
) -> None:
    set_dial_method(tab, "zoiper:{e164}")
    click_number(contact_page(tab))
    dialled(tab, f"zoiper:{JULIA}")
    card(tab, "Julia Berg", "initial")
    # The agent's own phone rings first, as if the customer called.
    call: Call = office.rings(agent, JULIA, direction="inbound")
    expect(card(tab, "Julia Berg", "ringing")).to_contain_text("Outbound call")
    call.tell("connected")
    card(tab, "Julia Berg", "connected")
    call.tell("ended")
    card(tab, "Julia Berg", "ended")
    assert cards(tab).count() == 1
    assert log(office, agent) == [["outbound", "ended", JULIA]]


def test_a_number_in_a_popup_can_be_dialled_too(
    office: Office, tab: Page, agent: Agent
) -> None:
    tab.add_init_script(LISTEN)
    tab.reload()
    call = office.call(agent, JULIA)
    call.tell("ringing", at=str(int(time.time()) - 10))
    call.tell("missed")
    card(tab, "Julia Berg", "missed").locator(".popup-digits a").click()
    dialled(tab, f"tel:{JULIA}")
    card(tab, "Julia Berg", "initial")
    assert sorted(log(office, agent)) == [
        ["inbound", "missed", JULIA],
        ["outbound", "initial", JULIA],
    ]


def test_a_double_click_is_one_call(office: Office, tab: Page, agent: Agent) -> None:
    contact_page(tab)
    tab.locator(f'main a[data-dial="{JULIA}"]').first.dblclick()
    dialled(tab, f"tel:{JULIA}")
    assert len(log(office, agent)) == 1


def test_without_the_server_the_phone_dials_all_the_same(
    office: Office, tab: Page, agent: Agent
) -> None:
    contact_page(tab)
    tab.route("**/dial/", lambda route: route.abort())
    click_number(tab)
    dialled(tab, f"tel:{JULIA}")
    expect(tab.locator("#toasts")).to_contain_text("could not be noted")
