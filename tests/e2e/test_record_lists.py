"""Lists of records by mouse and keyboard: sort, choose columns, save filters, mark."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import complaints
from tests.e2e.office import Agent, Office

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser
Sit = Callable[..., "Page"]
LIST = "/partners/"
MAKE = """
from crmplus.records.models import Partner
for number in range(60):
    Partner.objects.create(
        name=f"Firm {number:02}", city="Berlin" if number % 2 else "Aachen",
        phone=f"030 12345{number:02}", email=f"{number}@example.org",
        country="DE" if number < 55 else "AT",
    )
"""


@pytest.fixture(scope="module", autouse=True)
def partners(office: Office) -> None:
    office.server.manage("shell", "--verbosity=0", "-c", MAKE)


def names(tab: Page) -> Locator:
    return tab.locator(".records-list tbody .name")


def owners(tab: Page) -> list[str]:
    return [t.strip() for t in tab.locator("td.of-owner").all_inner_texts()]


def test_the_head_sorts_both_ways(sit: Sit, agent: Agent) -> None:
    tab = sit(agent, path=LIST)
    expect(names(tab).first).to_have_text("Firm 00")
    head = tab.locator("th.of-name")
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.get_by_role("link").click()
    expect(tab.locator("th.of-name")).to_have_attribute("aria-sort", "descending")
    expect(names(tab).first).to_have_text("Firm 59")
    tab.locator("th.of-city a").click()
    expect(tab.locator("th.of-city")).to_have_attribute("aria-sort", "ascending")
    expect(names(tab).first).to_have_text("Firm 00")
    tab.get_by_role("link", name="Next").click()
    expect(names(tab)).to_have_count(10)
    expect(names(tab).last).to_have_text("Firm 59")


def test_columns_are_chosen_and_moved(sit: Sit, agent: Agent) -> None:
    tab = sit(agent, path=LIST)
    tab.locator(".column-menu summary").click()
    menu = tab.locator("[data-columns]")
    menu.get_by_label("Country", exact=True).check()
    menu.get_by_label("E-mail", exact=True).uncheck()
    up = menu.get_by_role("button", name="Move Changed up")
    up.click()
    expect(up).to_be_focused()
    assert complaints(tab) == []
    menu.get_by_role("button", name="Save").click()
    heads = tab.locator("thead th:not(.pick, .row-actions)")
    expect(heads).to_have_text(
        ["Name", "City", "Phone", "Changed", "Owner", "Country"], use_inner_text=True
    )
    tab.locator(".column-menu summary").click()
    tab.locator("[data-columns]").get_by_role("button", name="Reset").click()
    expect(tab.locator("th.of-email")).to_be_visible()


def test_filters_are_saved_renamed_and_deleted_with_undo(
    sit: Sit, agent: Agent
) -> None:
    tab = sit(agent, path=f"{LIST}?country=AT")
    tab.get_by_text("Save these filters").click()
    tab.get_by_label("Name", exact=True).fill("Austria")
    tab.keyboard.press("Enter")
    bar = tab.get_by_role("navigation", name="Saved filters")
    current = bar.locator("a[aria-current]")
    expect(current).to_have_text("Austria")
    assert complaints(tab) == []
    bar.get_by_role("link", name="All", exact=True).click()
    expect(names(tab)).to_have_count(50)
    bar.get_by_role("link", name="Austria").click()
    expect(names(tab)).to_have_count(5)
    tab.locator(".saved-filter-open").click()
    tab.locator("#saved-filter-rename").fill("South")
    tab.get_by_role("button", name="Rename").click()
    expect(current).to_have_text("South")
    tab.locator(".saved-filter-open").click()
    tab.get_by_role("button", name="Open the list with it").click()
    tab.goto(LIST)
    tab.wait_for_url("**country=AT**")
    tab.locator(".saved-filter-open").click()
    tab.locator(".saved-filter-menu").get_by_role("button", name="Delete").click()
    expect(bar).to_have_count(0)
    tab.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(bar.get_by_role("link", name="South")).to_be_visible()


def test_marked_ones_are_assigned_and_taken_back(sit: Sit, agent: Agent) -> None:
    tab = sit(agent, path=f"{LIST}?country=DE")
    tools = tab.locator(".bulk-tools")
    expect(tools).to_be_hidden()
    top = names(tab).first.bounding_box()
    marks = tab.locator(".row-mark")
    marks.nth(0).check()
    marks.nth(2).click(modifiers=["Shift"])
    expect(tab.locator(".bulk-count")).to_have_text("Marked: 3")
    assert names(tab).first.bounding_box() == top
    tools.get_by_text("Assign").first.click()
    assert complaints(tab) == []
    tools.get_by_role("button", name="Assign").click()
    toast = tab.locator("#toasts .toast")
    expect(toast).to_contain_text(f"3 entries now belong to Agent No. {agent.number}.")
    mine = f"Agent No. {agent.number}"
    assert owners(tab)[:4] == [mine, mine, mine, ""]
    toast.get_by_role("button", name="Undo").click()
    expect(toast).to_contain_text("3 entries are as they were.")
    assert owners(tab)[:4] == ["", "", "", ""]


def test_all_that_the_filters_find_are_marked_at_once(sit: Sit, agent: Agent) -> None:
    tab = sit(agent, path=f"{LIST}?country=DE")
    tab.locator(".mark-page").check()
    expect(tab.locator(".bulk-count")).to_have_text("Marked: 50")
    every = tab.get_by_label("All that these filters find: 55")
    every.check()
    tab.locator(".row-mark").nth(3).uncheck()
    expect(every).not_to_be_checked()
    every.check()
    expect(tab.locator(".bulk-count")).to_have_text("Marked: 50")
    tab.locator(".bulk-tools").get_by_role("button", name="Delete").click()
    expect(tab.locator("#toasts")).to_contain_text("55 entries are in the recycle bin")
    expect(tab.get_by_text("Nothing found")).to_be_visible()
    assert complaints(tab) == []
    tab.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(names(tab)).to_have_count(50)


def test_the_keyboard_suffices(sit: Sit, agent: Agent) -> None:
    tab = sit(agent, path=LIST)
    for key in "jjk":
        tab.keyboard.press(key)
    expect(names(tab).first).to_be_focused()
    tab.keyboard.press("x")
    tab.keyboard.press("j")
    tab.keyboard.press("x")
    expect(tab.locator(".bulk-count")).to_have_text("Marked: 2")
    expect(tab.locator("tr:focus-within .row-tools")).to_have_css("opacity", "1")
    tab.keyboard.press("x")
    expect(tab.locator(".bulk-count")).to_have_text("Marked: 1")
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile(r"/partners/\d+/"))


def test_without_scripts_forms_do_it(sit: Sit, agent: Agent) -> None:
    tab = sit(agent, path=LIST)
    state = tab.context.storage_state()
    browser = tab.context.browser
    assert browser
    plain = browser.new_context(
        base_url=tab.url, java_script_enabled=False, storage_state=state
    )
    try:
        page = plain.new_page()
        page.goto(LIST)
        expect(page.locator(".mark-page")).to_be_hidden()
        page.locator(".row-mark").first.check()
        page.locator(".bulk-tools summary").first.click()
        page.locator(".bulk-menu [value=owner]").click()
        expect(page.locator("#toasts")).to_contain_text("1 entry now belongs to")
        page.locator("#toasts").get_by_role("button", name="Undo").click()
        expect(page.locator("#toasts")).to_contain_text("1 entry is as it was.")
        page.locator(".column-menu summary").click()
        page.locator("[name=down][value=city]").click()
        expect(page.locator("[data-columns]")).to_be_visible()
        expect(page.locator("thead th").nth(2)).to_contain_text("Phone")
    finally:
        plain.close()
