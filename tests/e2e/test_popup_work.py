"""What one does about a call without leaving its card, by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import complaints
from tests.e2e.office import JULIA, Agent, Office, card

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_outcome_and_call_back_by_keyboard_alone(
    office: Office, tab: Page, agent: Agent, screenshot: Callable[..., Path]
) -> None:
    call = office.rings(agent, JULIA)
    shown = card(tab, "Julia Berg")
    expect(shown).to_be_visible()
    call.tell("connected")
    outcome = shown.get_by_role("button", name="Wants a call-back")
    expect(outcome).to_be_visible()
    tab.keyboard.press("a")
    expect(shown).to_be_focused()
    outcome.focus()
    tab.keyboard.press("Enter")
    expect(outcome).to_have_attribute("aria-pressed", "true")
    choice = shown.get_by_role("button", name="Next Monday").or_(
        shown.get_by_role("button", name="Tomorrow")
    )
    expect(choice.first).to_be_visible()
    assert complaints(tab) == []
    screenshot(tab, "popup-outcome")
    choice.first.focus()
    tab.keyboard.press("Enter")
    expect(tab.locator(".toast")).to_contain_text("Call-back planned")
    expect(shown.locator(".popup-work")).to_contain_text("Call back")
    tab.locator(".toast").get_by_role("button", name="Undo").click()
    expect(shown.locator(".popup-work")).to_have_count(0)
    call.tell("ended")


def test_nothing_jumps_while_one_types(office: Office, tab: Page, agent: Agent) -> None:
    call = office.rings(agent, JULIA)
    field = card(tab, "Julia Berg").locator("textarea")
    field.focus()
    tab.keyboard.type("wants the new")
    before = field.bounding_box()
    call.tell("connected")
    expect(card(tab, "Julia Berg").locator(".popup-outcomes")).to_be_visible()
    tab.keyboard.type(" price list")
    office.rings(agent)
    expect(tab.locator("#popup-stack .popup")).to_have_count(2)
    call.tell("ended")
    expect(card(tab, "Julia Berg")).to_have_attribute("data-state", "ended")
    expect(field).to_be_focused()
    expect(field).to_have_value("wants the new price list")
    assert field.bounding_box() == before


def test_a_private_call_says_so_and_can_be_shown_again(
    office: Office, tab: Page, agent: Agent
) -> None:
    office.rings(agent, JULIA)
    shown = card(tab, "Julia Berg")
    shown.get_by_label("More").click()
    shown.get_by_role("button", name="Mark as private").click()
    expect(shown).to_contain_text("Private: only you")
    tab.locator(".toast").get_by_role("button", name="Undo").click()
    expect(shown).not_to_contain_text("Private: only you")


def test_a_menu_of_the_card_stays_within_the_window(
    office: Office, tab: Page, agent: Agent
) -> None:
    tab.set_viewport_size({"width": 1024, "height": 768})
    office.rings(agent, JULIA)
    shown = card(tab, "Julia Berg")
    for name in ("Call back later", "More"):
        summary = shown.locator("summary", has_text=name).or_(shown.get_by_label(name))
        summary.first.click()
        menu = shown.locator("details[open] .dropdown-menu")
        box = menu.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= 1024
        assert box["y"] + box["height"] <= 768
        tab.keyboard.press("Escape")


def test_the_cards_are_dragged_to_the_other_side(
    office: Office, tab: Page, agent: Agent
) -> None:
    office.rings(agent, JULIA)
    handle = card(tab, "Julia Berg").locator(".popup-state")
    stack = tab.locator("#popup-stack")
    box = handle.bounding_box()
    assert box
    tab.mouse.move(box["x"] + 20, box["y"] + 8)
    tab.mouse.down()
    tab.mouse.move(box["x"] - 100, box["y"] + 8, steps=3)
    tab.mouse.up()
    expect(stack).to_have_attribute("data-side", "end")
    tab.mouse.move(box["x"] + 20, box["y"] + 8)
    tab.mouse.down()
    tab.mouse.move(box["x"] - 700, box["y"] + 8, steps=5)
    tab.mouse.up()
    expect(stack).to_have_attribute("data-side", "start")
    tab.reload()
    expect(stack).to_have_attribute("data-side", "start")
