"""My phone: from nothing to the first card, and what the page says on the way."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import complaints
from tests.e2e.office import Agent, Office, card, cards, online, second_tab

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
    tab.get_by_role("button", name="Add without a key").click()
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


def test_all_that_is_needed_after_adding_a_line_is_on_one_page(
    office: Office, tab: Page, agent: Agent
) -> None:
    # From "My phone": three clicks, two fields.
    tab.goto("/my/phone/")
    tab.get_by_role("link", name="Add a line").click()
    number = f"8{agent.extension}"
    tab.fill("[name=number]", number)
    tab.select_option("[name=profile]", "yealink")
    expect(tab.locator("[name=device]")).to_be_hidden()
    tab.get_by_role("button", name="Add", exact=True).dblclick()
    state(tab, "waiting")
    text = tab.locator(".ready-text").nth(1).inner_text()
    assert text.startswith(f"{office.server.url}/softphone/sk_")
    expect(tab.locator(".ready-url")).to_have_count(5)
    expect(tab.locator(".ready-head").first).to_contain_text("Incoming Call")
    assert tab.locator("[data-copy-from]").count() == 6
    tab.get_by_role("button", name="Call me").click()
    card(tab, "Test call", "ringing")
    filled = text.replace("$active_user", number).replace("$call_id", "7")
    assert report(re.sub(r"\$\w+", office.stranger(), filled, count=1)) == 204
    state(tab, "arrived")
    assert office.ask(f"Extension.objects.get(number={number!r}).user.username") == (
        agent.name
    )
    made = f"SoftphoneKey.objects.filter(extension__number={number!r}).count()"
    assert office.ask(made) == 1


def test_who_waits_is_told_when_the_crm_is_away_and_when_one_is_signed_out(
    tab: Page, agent: Agent
) -> None:
    make_key(tab)
    state(tab, "waiting")
    away = tab.locator(".phone-away")
    expect(away).to_be_hidden()
    tab.route("**/arrivals/**", lambda route: route.abort())
    expect(away).to_contain_text("does not answer")
    tab.unroute("**/arrivals/**")
    expect(away).to_be_hidden()
    tab.context.clear_cookies()
    state(tab, "stopped")
    expect(tab.locator(".phone-arrival")).to_contain_text("You are signed out")
    expect(tab.locator(".phone-arrival form")).to_have_count(0)


def test_the_switch_in_the_top_bar_and_the_form_do_not_contradict(
    tab: Page, agent: Agent
) -> None:
    tab.goto("/my/phone/")
    box = tab.locator("[name=do_not_disturb]")
    expect(box).not_to_be_checked()
    tab.locator("#disturb button").click()
    expect(box).to_be_checked()
    tab.get_by_role("button", name="Save").click()
    tab.locator("#toasts .toast").wait_for()
    expect(tab.locator("#disturb button")).to_have_attribute("aria-pressed", "true")
    expect(box).to_be_checked()


def test_without_javascript_one_is_left_alone_too(
    office: Office, page: Callable[..., Page], agent: Agent
) -> None:
    tab = page(office.server, agent.name, java_script_enabled=False)
    tab.goto("/my/phone/")
    for said, box in (("Do not disturb is on", True), ("is off", False)):
        tab.locator("#disturb button").click()
        expect(tab.locator("#toasts")).to_contain_text(said)
        expect(tab.locator("[name=do_not_disturb]")).to_be_checked(checked=box)


def test_a_browser_that_keeps_silent_is_explained(
    office: Office, sit: Sit, agent: Agent
) -> None:
    office.ask(
        f"Availability.objects.create(user=User.objects.get(username={agent.name!r}),"
        " sound='bell').pk"
    )
    tab = sit(agent)
    # As a browser does it in a page in which nobody has clicked.
    tab.add_init_script(
        "Object.defineProperty(AudioContext.prototype, 'state',"
        " { get: () => 'suspended' });"
        "AudioContext.prototype.resume = () => new Promise(() => {});"
    )
    tab.reload()
    online(tab)
    office.rings(agent)
    card(tab, state="ringing")
    expect(tab.locator("#toasts")).to_contain_text("rang silently")


def test_what_to_do_about_notifications_is_said(
    office: Office, sit: Sit, agent: Agent
) -> None:
    tab = sit(agent)
    tab.add_init_script(
        "globalThis.asked = 0;"
        "const answer = () => sessionStorage.getItem('answer') ?? 'default';"
        "Object.defineProperty(Notification, 'permission', { get: answer });"
        "Notification.requestPermission = async () => {"
        "  asked += 1; sessionStorage.setItem('answer', 'denied'); };"
    )
    tab.goto("/my/phone/")
    allow = tab.locator("[data-phone=allow-desktop]")
    expect(allow).to_be_visible()
    assert tab.evaluate("asked") == 0
    allow.click()
    expect(tab.locator("#desktop-state")).to_contain_text("Allow them in its settings")
    expect(allow).to_be_hidden()
    assert tab.evaluate("asked") == 1


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
    other.locator("main").get_by_text("Ringing").first.wait_for()
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


def looked_at(tab: Page, take: Callable[..., Path], name: str) -> None:
    """Nothing is wider than the window, and axe has no complaint."""
    take(tab, f"my-phone-{name}", full_page=True)
    wide = "document.documentElement.scrollWidth > innerWidth"
    assert not tab.evaluate(wide), name
    assert complaints(tab) == [], name


LOOKS = [
    (1440, "light", "en-GB"),
    (1024, "dark", "de-DE"),
    (1024, "light", "pl-PL"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS)
def test_every_page_can_be_looked_at_and_read_out(
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

    def see(name: str) -> None:
        looked_at(tab, screenshot, f"{name}-{look}")

    tab.goto("/my/phone/")
    tab.locator(".phone-address").first.wait_for()
    see("list")
    tab.locator(".list a[href$='/key/']").click()
    see("connect")
    tab.select_option("[name=profile]", "yealink")
    tab.locator("main form[data-once] [type=submit]").click()
    state(tab, "waiting")
    see("waiting")
    secret = tab.locator("#secret").inner_text()
    door = f"{office.server.url}/softphone/{secret}/ringing"
    assert report(f"{door}?number=$remote") == 400
    state(tab, "refused")
    see("refused")
    assert report(f"{door}?number={office.stranger()}&call_id=a") == 204
    state(tab, "arrived")
    see("arrived")
    tab.goto("/my/phone/lines/new/")
    see("new")
    tab.locator("main [type=submit]").first.click()
    see("new-wrong")
    tab.goto("/my/phone/")
    tab.locator(".list a.name").first.click()
    state(tab, "waiting")
    see("line")
    line = tab.url
    tab.evaluate("document.querySelector('[name=revision]').value = 0")
    tab.fill("[name=label]", "Home")
    tab.locator("main form:has([name=label]) [type=submit]").click()
    see("changed-meanwhile")
    for page, name in ((line, "revoke"), (line, "remove")):
        tab.goto(page)
        tab.locator(f"main a[href$='/{name}/']").click()
        see(name)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS)
def test_so_can_the_pages_of_keys(
    office: Office,
    page: Callable[..., Page],
    agent: Agent,
    screenshot: Callable[..., Path],
    width: int,
    scheme: str,
    locale: str,
) -> None:
    look = f"{width}-{scheme}-{locale[:2]}"
    size = {"width": width, "height": 900 if width == 1440 else 768}
    options = {"color_scheme": scheme, "locale": locale, "viewport": size}
    tab = online(page(office.server, "karin", **options))
    number = office.ask(f"Extension.objects.get(number={agent.extension!r}).user_id")

    def see(name: str) -> None:
        looked_at(tab, screenshot, f"keys-{name}-{look}")

    tab.goto("/settings/keys/new/?profile=placetel")
    see("new")
    tab.fill("[name=name]", f"PBX {look}")
    tab.locator("main form [type=submit]").click()
    state(tab, "waiting")
    see("made")
    tab.goto("/settings/keys/")
    see("list")
    tab.locator(".list a[href$='/revoke/']").first.click()
    see("revoke")
    tab.locator("main form [type=submit]").click()
    tab.goto("/settings/keys/?state=revoked")
    see("revoked")
    tab.goto(f"/settings/users/{number}/phone/")
    see("phone-of-a-user")
