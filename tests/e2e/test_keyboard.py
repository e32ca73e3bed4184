"""Shortcuts, the list of them, and a search that answers while one types."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import complaints
from tests.e2e.office import JULIA, Agent

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
Sit = Callable[..., "Page"]


def test_two_keys_open_a_module(tab: Page) -> None:
    tab.keyboard.press("g")
    tab.keyboard.press("c")
    tab.wait_for_url("**/contacts/")


def test_keys_are_text_while_one_types(tab: Page) -> None:
    field = tab.locator("#global-search")
    field.focus()
    tab.keyboard.type("g c?")
    expect(field).to_have_value("g c?")
    expect(tab.locator("#keys-help")).to_be_hidden()


def test_a_question_mark_lists_the_keys_and_they_can_be_switched_off(
    tab: Page,
) -> None:
    tab.keyboard.press("?")
    dialog = tab.locator("#keys-help")
    expect(dialog.get_by_text("Contacts")).to_be_visible()
    assert complaints(tab) == []
    dialog.get_by_label("Shortcuts act in this browser").uncheck()
    tab.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.id") != "global-search"


def test_the_search_suggests_while_one_types_and_the_keyboard_chooses(
    tab: Page,
) -> None:
    tab.keyboard.press("/")
    tab.keyboard.type("berg ju")
    option = tab.locator("#global-search-list [role=option]").first
    expect(option).to_contain_text("Julia Berg")
    expect(tab.locator("#global-search-told")).to_have_text("1 suggestion")
    assert complaints(tab) == []
    tab.keyboard.press("ArrowDown")
    expect(tab.locator("#global-search")).to_have_attribute(
        "aria-activedescendant", "suggestion-1"
    )
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/contacts/*/")
    expect(tab.locator("h1")).to_contain_text("Julia Berg")


def test_a_number_is_found_before_it_is_complete(tab: Page) -> None:
    tab.locator("#global-search").fill(JULIA[:-3].replace("+49", "0049 "))
    options = tab.locator("#global-search-list [role=option]")
    expect(options.filter(has_text="Julia Berg")).to_be_visible()


def test_escape_and_leaving_close_the_list_and_enter_searches(
    sit: Sit, agent: Agent
) -> None:
    tab = sit(agent)
    field, options = tab.locator("#global-search"), tab.locator("#global-search-list")
    field.fill("berg")
    expect(options).to_be_visible()
    tab.keyboard.press("Escape")
    expect(options).to_be_hidden()
    field.fill("berg j")
    expect(options).to_be_visible()
    tab.keyboard.press("Tab")
    expect(options).to_be_hidden()
    field.press("Enter")
    tab.wait_for_url("**/search/?q=berg*")


def test_nothing_found_says_so(tab: Page) -> None:
    tab.locator("#global-search").fill("qqqq")
    expect(tab.locator("#global-search-told")).to_have_text("0 suggestions")
    expect(tab.locator("#global-search-list")).to_contain_text("Search everything")
