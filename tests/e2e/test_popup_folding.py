"""Cards of ended calls make room by themselves, and never under somebody's hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import complaints
from tests.e2e.office import JULIA, SHARED, Agent, Office, card, cards, online

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser
Sit = Callable[..., "Page"]
FOLDED = re.compile("is-folded")
SOON = 12_000


def talked(office: Office, tab: Page, agent: Agent, number: str | None = None) -> str:
    """A call that was answered and has ended; gives the key of its card."""
    known = cards(tab).count()
    call = office.rings(agent, number)
    expect(cards(tab)).to_have_count(known + 1)
    call.tell("connected")
    call.tell("ended")
    ended = cards(tab).first
    expect(ended).to_have_attribute("data-state", "ended")
    return ended.get_attribute("data-key") or ""


def by_key(tab: Page, key: str) -> Locator:
    """The card of a call."""
    return tab.locator(f'#popup-stack .popup[data-key="{key}"]')


@pytest.fixture
def tab(tab: Page) -> Page:
    """A tab whose clock the test turns, with the pointer away from the cards."""
    tab.clock.install()
    tab.mouse.move(300, 5)
    return tab


def test_an_ended_card_becomes_a_bar_that_says_who_and_what(
    office: Office, tab: Page, agent: Agent
) -> None:
    ended = by_key(tab, talked(office, tab, agent, JULIA))
    expect(ended).not_to_have_class(FOLDED)
    tab.clock.run_for(SOON)
    expect(ended).to_have_class(FOLDED)
    expect(ended.get_by_text("Julia Berg")).to_be_visible()
    expect(ended.get_by_text("Inbound call · Ended")).to_be_visible()
    expect(ended.locator("textarea")).to_be_hidden()
    box = ended.bounding_box()
    assert box
    assert box["height"] <= 64
    assert complaints(tab) == []


def test_a_call_that_runs_stays_open(office: Office, tab: Page, agent: Agent) -> None:
    call = office.rings(agent, JULIA)
    call.tell("connected")
    talking = card(tab, "Julia Berg", "connected")
    tab.clock.run_for(SOON)
    expect(talking).not_to_have_class(FOLDED)
    call.tell("ended")


def test_what_somebody_opens_again_stays_open_on_the_next_page_too(
    office: Office, tab: Page, agent: Agent
) -> None:
    ended = by_key(tab, talked(office, tab, agent))
    tab.clock.run_for(SOON)
    expect(ended).to_have_class(FOLDED)
    ended.get_by_role("button", name="Fold").click()
    expect(ended).not_to_have_class(FOLDED)
    tab.mouse.move(5, 5)
    tab.evaluate("document.activeElement.blur()")
    tab.clock.run_for(SOON)
    expect(ended).not_to_have_class(FOLDED)
    online(tab).reload()
    expect(ended).not_to_have_class(FOLDED)


def test_what_was_folded_comes_folded_on_the_next_page(
    office: Office, tab: Page, agent: Agent
) -> None:
    ended = by_key(tab, talked(office, tab, agent))
    tab.clock.run_for(SOON)
    expect(ended).to_have_class(FOLDED)
    online(tab).reload()
    expect(ended).to_have_class(FOLDED)


@pytest.mark.parametrize("use", ["pointer", "focus", "menu"])
def test_never_while_it_is_used(
    office: Office, tab: Page, agent: Agent, use: str
) -> None:
    ended = by_key(tab, talked(office, tab, agent, JULIA))
    if use == "pointer":
        ended.hover()
    elif use == "focus":
        ended.locator("textarea").focus()
    else:
        ended.locator(".popup-more-menu").evaluate("menu => { menu.open = true }")
    tab.clock.run_for(SOON)
    expect(ended).not_to_have_class(FOLDED)
    tab.mouse.move(300, 5)
    ended.locator(".popup-more-menu").evaluate("menu => { menu.open = false }")
    ended.locator("textarea").evaluate("field => field.blur()")
    tab.clock.run_for(5_000)
    expect(ended).not_to_have_class(FOLDED)
    tab.clock.run_for(SOON)
    expect(ended).to_have_class(FOLDED)


def test_nothing_moves_under_a_note_in_another_card(
    office: Office, tab: Page, agent: Agent
) -> None:
    below = by_key(tab, talked(office, tab, agent, JULIA))
    field = cards(tab).first.locator("textarea")
    talked(office, tab, agent, SHARED)
    below.get_by_role("button", name="Fold").press("Enter")
    field.focus()
    before = field.bounding_box()
    tab.clock.run_for(65_000)
    expect(below).to_have_count(1)
    assert field.bounding_box() == before
    field.evaluate("field => field.blur()")
    tab.clock.run_for(65_000)
    expect(cards(tab)).to_have_count(0)


def test_the_key_to_the_newest_call_opens_its_bar(
    office: Office, tab: Page, agent: Agent
) -> None:
    ended = by_key(tab, talked(office, tab, agent, JULIA))
    tab.clock.run_for(SOON)
    expect(ended).to_have_class(FOLDED)
    tab.keyboard.press("a")
    expect(ended).not_to_have_class(FOLDED)
    expect(ended).to_be_focused()


def test_rows_at_the_end_of_a_page_can_be_reached_beside_the_bars(
    office: Office, sit: Sit, agent: Agent
) -> None:
    tab = sit(agent, path="/pbx-manager/")
    talked(office, tab, agent, JULIA)
    tab.evaluate("document.body.scrollIntoView(false)")
    last = tab.locator(".content > :last-child").bounding_box()
    window = tab.viewport_size
    assert last
    assert window
    assert last["y"] + last["height"] <= window["height"] - 12 * 16 + 1
