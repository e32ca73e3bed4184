"""My phone: from nothing to the first card, and what the page says on the way."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.office import Agent, Office, card, cards, second_tab

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
Sit = Callable[..., "Page"]


def report(url: str) -> int:
    """Call an address as a phone does; gives the status."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def make_key(tab: Page) -> str:
    """Make a key for the agent's line; gives its text and stays on the page."""
    tab.goto("/my/phone/")
    tab.locator(".list a.name").first.click()
    tab.get_by_role("button", name="Make a key").click()
    return tab.locator("#secret").inner_text()


def state(tab: Page, name: str) -> None:
    expect(tab.locator(f".phone-arrival[data-state={name}]")).to_be_visible()


def test_from_nothing_to_a_card_by_calling_oneself(office: Office, sit: Sit) -> None:
    agent = office.agent()
    tab = sit(agent)
    tab.goto("/my/phone/")
    tab.locator(".list a.name").first.click()
    tab.get_by_role("link", name="Remove this line").click()
    tab.get_by_role("button", name="Remove this line").click()
    expect(tab.locator(".empty-title")).to_have_text("No phone yet")
    tab.locator(".empty-action a").click()
    tab.fill("[name=number]", f"9{agent.extension}")
    tab.fill("[name=label]", "Desk")
    tab.get_by_role("button", name="Add", exact=True).click()
    tab.get_by_role("link", name="My phone").first.click()
    tab.get_by_role("button", name="Call me").click()
    expect(card(tab, "Test call", "ringing")).to_contain_text("Inbound call")
    expect(tab.locator(".phone-test-state")).to_contain_text("The card is there")
    card(tab, "Test call", "connected")
    card(tab, "Test call", "ended")
    expect(cards(tab, "Test call")).to_have_count(0)
    expect(tab.locator(".phone-test-state")).to_contain_text("recycle bin")
    number = f"9{agent.extension}"
    assert office.ask(f"Call.objects.filter(extension={number!r}).count()") == 0
    assert office.ask(f"Call.all_objects.filter(extension={number!r}).count()") == 1


def test_do_not_disturb_holds_cards_back_in_all_tabs(
    office: Office, tab: Page, agent: Agent
) -> None:
    other = second_tab(tab, "/pbx-manager/")
    switch = tab.locator("#disturb button")
    switch.click()
    for one in (tab, other):
        expect(one.locator("#disturb button")).to_have_attribute("aria-pressed", "true")
    call = office.rings(agent)
    # The list of calls has it; where it is, a card would have been as well.
    expect(other.locator("#calls-news, .calls tbody tr").first).to_be_attached()
    other.get_by_text(re.compile("new call")).wait_for()
    assert cards(tab).count() == cards(other).count() == 0
    other.locator("#disturb button").click()
    for one in (tab, other):
        expect(one.locator("#disturb button")).to_have_attribute(
            "aria-pressed", "false"
        )
        card(one, state="ringing")
    switch.click()
    expect(other.locator("#disturb button")).to_have_attribute("aria-pressed", "true")
    # A card that is there already follows its call.
    call.tell("missed")
    card(tab, state="missed")
    tab.reload()
    expect(tab.locator("#disturb button")).to_have_attribute("aria-pressed", "true")


def test_waiting_turns_green_by_a_real_event(
    office: Office, tab: Page, agent: Agent
) -> None:
    secret = make_key(tab)
    state(tab, "waiting")
    door = f"{office.server.url}/softphone/{secret}"
    assert report(f"{door}/ringing?number={office.stranger()}&call_id=a") == 204
    state(tab, "arrived")
    expect(tab.locator(".phone-arrival")).to_contain_text("It works")
    expect(tab.locator(".phone-facts")).to_contain_text(agent.extension)
    tab.get_by_role("link", name="Done").click()
    assert secret not in tab.content()
    expect(tab.locator("#keys code")).to_have_text(f"{secret[:7]}…")


def test_a_wrong_event_shows_what_to_do(
    office: Office, tab: Page, agent: Agent
) -> None:
    secret = make_key(tab)
    state(tab, "waiting")
    assert report(f"{office.server.url}/softphone/sk_nonsense/ringing") == 401
    state(tab, "no_key")
    expect(tab.locator(".phone-arrival")).to_contain_text("does not exist")
    door = f"{office.server.url}/softphone/{secret}"
    assert report(f"{door}/ringing?number=$remote") == 400
    state(tab, "refused")
    shown = tab.locator(".phone-arrival")
    expect(shown).to_contain_text("A ringing call needs a number")
    expect(shown).to_contain_text("did not fill its variable in")
    assert report(f"{door}/ringing?extension=999&number=123") == 403
    expect(shown).to_contain_text("Extension 999 is not one that this key may")
    assert report(f"{door}/ringing?number={office.stranger()}") == 204
    state(tab, "arrived")


def test_an_address_that_only_this_computer_reaches_is_named(
    office: Office, tab: Page, agent: Agent
) -> None:
    tab.goto("/my/phone/")
    warned = tab.locator(".phone-address").first
    expect(warned).to_contain_text("means the device itself")


def test_a_changed_sound_is_known_in_all_tabs(
    office: Office, tab: Page, agent: Agent
) -> None:
    tab.add_init_script(
        "globalThis.tones = 0;"
        "const start = OscillatorNode.prototype.start;"
        "OscillatorNode.prototype.start = function (...given) {"
        "  globalThis.tones += 1; return start.apply(this, given); };"
    )
    tab.goto("/my/phone/")
    tab.select_option("[name=sound]", "bell")
    tab.wait_for_function("tones === 2")
    tab.get_by_role("button", name="Save").click()
    tab.locator("#toasts .toast").wait_for()
    tab.locator("h1").click()
    office.rings(agent)
    card(tab, state="ringing")
    tab.wait_for_function("tones === 2")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("width", "scheme", "locale"),
    [(1440, "light", "en-GB"), (1024, "dark", "de-DE")],
)
def test_pictures(
    office: Office,
    agent: Agent,
    sit: Sit,
    screenshot: Callable[..., Path],
    width: int,
    scheme: str,
    locale: str,
) -> None:
    look = f"{width}-{scheme}-{locale[:2]}"
    size = {"width": width, "height": 900 if width == 1440 else 768}
    tab = sit(agent, color_scheme=scheme, locale=locale, viewport=size)
    tab.goto("/my/phone/")
    tab.locator(".phone-address").first.wait_for()
    screenshot(tab, f"my-phone-{look}", full_page=True)
    tab.locator(".list a.name").first.click()
    screenshot(tab, f"my-phone-line-{look}", full_page=True)
    tab.goto("/my/phone/lines/new/")
    screenshot(tab, f"my-phone-new-{look}", full_page=True)
    tab.goto("/my/phone/")
    tab.locator(".list a.name").first.click()
    tab.locator("#keys button").click()
    tab.locator(".phone-arrival").wait_for()
    screenshot(tab, f"my-phone-key-{look}", full_page=True)
    wide = "document.documentElement.scrollWidth > innerWidth"
    assert not tab.evaluate(wide)
