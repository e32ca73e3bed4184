"""The event inspector in a real browser: what a phone sends appears by itself."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import complaints
from tests.e2e.office import Agent, Office, cards

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

pytestmark = pytest.mark.browser
Sit = Callable[..., "Page"]
LIST = "/settings/events/"
ADMIN = Agent("karin", "", 0)
MAKE_KEY = """
from crmplus.accounts.models import User
from softphone_connector import keys
user = User.objects.get(username="agent0")
print(keys.create(user=user, profile="yealink")[1])
"""


@pytest.fixture(scope="module")
def yealink(office: Office) -> str:
    """A key of the first agent's, whose phone is a Yealink."""
    return office.server.manage("shell", "--verbosity=0", "-c", MAKE_KEY).strip()


@pytest.fixture
def tab(sit: Sit) -> Page:
    """The administrator's tab, on the list."""
    opened = sit(ADMIN)
    opened.goto(LIST)
    return opened


def send(office: Office, key: str, event: str, **query: str) -> int:
    """Call an address as a phone does; gives the status."""
    url = f"{office.server.url}/softphone/{key}/{event}?{urlencode(query)}"
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def line(tab: Page, words: str) -> Locator:
    return tab.locator("tbody.event", has_text=words)


def ids(tab: Page) -> list[str]:
    return tab.locator("tbody.event").evaluate_all("rows => rows.map(row => row.id)")


def ring(office: Office, agent: Agent, call_id: str) -> None:
    """A call of a stranger's under an ID that can be looked for."""
    office.rings(agent, call_id=call_id)


def test_what_a_phone_sends_appears_by_itself(
    office: Office, agent: Agent, tab: Page
) -> None:
    tab.evaluate("window.same = true")
    call = office.rings(agent)
    row = line(tab, call.number)
    expect(row).to_be_visible()
    expect(row).to_contain_text("Ringing")
    expect(row).to_contain_text(f"extension={agent.extension}")
    expect(row).to_contain_text(f"{office.key[:7]}…")
    call.tell("connected")
    expect(line(tab, call.call_id)).to_have_count(2)
    assert tab.evaluate("window.same")
    line(tab, call.number).first.locator(".call-state").click()
    tab.wait_for_url(re.compile("/pbx-manager/"))


def test_a_refused_one_is_red_and_says_what_to_do(
    office: Office, yealink: str, tab: Page
) -> None:
    assert send(office, yealink, "ringing", number="$remotenumber") == 400
    row = line(tab, "$remotenumber").first
    expect(row.locator(".event-kind.is-missed")).to_have_text("Refused")
    expect(row.locator(".event-kind svg")).to_be_visible()
    expect(row).to_contain_text("did not fill its variable in")
    expect(row).to_contain_text("Yealink")
    colour = "row => getComputedStyle(row).color"
    red, usual = (
        tab.locator(where).first.evaluate(colour)
        for where in (".event-kind.is-missed", "h1")
    )
    assert red != usual
    row.get_by_role("link", name="How to set up Yealink").first.click()
    tab.wait_for_url("**/settings/clients/yealink/")


def test_something_without_a_key_is_told_of(office: Office, tab: Page) -> None:
    assert send(office, "sk_nonsense", "ringing", number="030") == 401
    notice = tab.locator(".events-notice")
    expect(notice).to_contain_text("unknown key")
    notice.get_by_role("link").click()
    expect(tab.locator("table.keyless")).to_contain_text("sk_nons…")
    expect(tab.locator("table.keyless")).not_to_contain_text("030")


def test_no_line_moves_while_one_reads(office: Office, agent: Agent, tab: Page) -> None:
    ring(office, agent, "before")
    expect(line(tab, "before")).to_be_visible()
    tab.locator("tbody.event .event-link").first.press("Enter")
    expect(tab.locator(".event-open")).to_contain_text("What would this become now?")
    seen = ids(tab)
    ring(office, agent, "while-reading")
    show = tab.locator("#events-show")
    expect(show).to_be_visible()
    expect(show.locator(".badge")).to_have_text("1")
    expect(tab.locator(".events-state")).to_contain_text("counted while you read")
    assert ids(tab) == seen
    tab.keyboard.press("Escape")
    expect(tab.locator(".event-open")).to_have_count(0)
    show.click()
    expect(line(tab, "while-reading")).to_be_visible()
    assert ids(tab)[1:] == seen
    expect(show).to_be_hidden()


def test_pausing_asks_nothing_and_going_on_shows_what_came(
    office: Office, agent: Agent, tab: Page
) -> None:
    tab.get_by_role("button", name="Pause").click()
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    ring(office, agent, "paused")
    tab.wait_for_timeout(3_000)
    assert not [url for url in asked if "/news/" in url]
    expect(line(tab, "paused")).to_have_count(0)
    tab.get_by_role("button", name="Go on").click()
    expect(line(tab, "paused")).to_be_visible()


def test_a_flood_is_counted_honestly(office: Office, agent: Agent, tab: Page) -> None:
    tab.get_by_role("button", name="Pause").click()
    for number in range(40):
        ring(office, agent, f"flood-{number:02}")
    tab.get_by_role("button", name="Go on").click()
    more = tab.locator(".events-more")
    expect(more).to_contain_text("32")
    assert tab.locator("tbody.event", has_text="flood-").count() >= 8
    expect(line(tab, "flood-39")).to_be_visible()
    # The link leads to just those that are not shown.
    more.get_by_role("link").click()
    expect(line(tab, "flood-31")).to_be_visible()
    expect(line(tab, "flood-32")).to_have_count(0)
    expect(line(tab, "flood-00")).to_be_visible()


def test_a_long_list_sheds_its_end_and_leads_to_it(
    office: Office, agent: Agent, tab: Page
) -> None:
    script = re.compile(r"/inspector[.\w]*\.js")

    def shorter(route: Route) -> None:
        text = route.fetch().text()
        assert "MOST_ROWS = 300" in text
        text = text.replace("MOST_ROWS = 300", "MOST_ROWS = 12")
        route.fulfill(body=text, content_type="text/javascript")

    tab.route(script, shorter)
    # None of them is there when the page comes.
    tab.goto(f"{LIST}?extension={agent.extension}&period=today")
    expect(tab.get_by_text("No such events")).to_be_visible()
    for number in range(8):
        ring(office, agent, f"long-{number:02}")
    expect(line(tab, "long-07")).to_be_visible()
    expect(tab.get_by_text("No such events")).to_have_count(0)
    before = tab.locator("tbody.event").count()
    for number in range(8, 16):
        ring(office, agent, f"long-{number:02}")
    expect(line(tab, "long-15")).to_be_visible()
    expect(line(tab, "long-00")).to_have_count(0)
    shown = tab.locator("tbody.event").count()
    assert before <= 8
    assert shown <= 12
    tab.locator("#events-older a").click()
    expect(line(tab, "long-00")).to_be_visible()
    assert shown + tab.locator("tbody.event").count() == 16


def test_filters_hold_for_what_comes(office: Office, tab: Page) -> None:
    one, other = office.agent(), office.agent()
    ring(office, one, "first-of-one")
    expect(line(tab, "first-of-one")).to_be_visible()
    tab.fill("#filter-extension", one.extension)
    tab.press("#filter-extension", "Enter")
    tab.wait_for_url(re.compile(f"extension={one.extension}"))
    expect(tab.locator(".chip", has_text=one.extension)).to_be_visible()
    ring(office, other, "of-another")
    ring(office, one, "second-of-one")
    expect(line(tab, "second-of-one")).to_be_visible()
    expect(line(tab, "of-another")).to_have_count(0)
    tab.get_by_role("link", name="Remove the filter Extension").click()
    expect(line(tab, "of-another")).to_be_visible()
    tab.select_option("#filter-state", "refused")
    tab.wait_for_url(re.compile("state=refused"))
    expect(line(tab, "of-another")).to_have_count(0)


def test_trying_shows_what_would_be_and_no_card_appears(
    office: Office, agent: Agent, sit: Sit, tab: Page
) -> None:
    desk = sit(agent)
    number = office.stranger()
    tab.get_by_role("link", name="Try an address").click()
    address = office.call(agent, number).address("ringing")
    tab.fill("[name=request]", address)
    tab.get_by_role("button", name="Try it").click()
    expect(tab.locator("#became")).to_contain_text("It would be a new call.")
    expect(tab.locator("#became")).to_contain_text(number)
    assert office.key not in tab.content()
    assert office.ask(f"Event.objects.filter(e164={number!r}).count()") == 0
    call = office.rings(agent, number)
    expect(cards(desk)).to_have_count(1)
    tab.goto(f"{LIST}?call_id={call.call_id}")
    tab.locator(".event-link").click()
    tab.get_by_role("button", name="What would this become now?").click()
    expect(tab.locator("#became")).to_contain_text("it would change nothing")


def test_an_export_is_downloaded_with_made_up_numbers(
    office: Office, agent: Agent, tab: Page
) -> None:
    call = office.rings(agent)
    tab.goto(f"{LIST}?call_id={call.call_id}")
    tab.locator("summary", has_text="Export").click()
    with tab.expect_download() as download:
        tab.get_by_role("link", name="With made-up numbers").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert re.fullmatch(r"events-[0-9-]+\.txt", download.value.suggested_filename)
    assert "told by: all" in text
    assert call.number not in text
    assert call.call_id not in text


def test_with_the_keyboard_alone(office: Office, agent: Agent, tab: Page) -> None:
    for words in ("key-one", "key-two"):
        ring(office, agent, words)
    tab.reload()
    for key in ("j", "j", "k", "j"):
        tab.keyboard.press(key)
    focused = tab.locator("tbody.event:focus-within")
    expect(focused).to_contain_text("key-one")
    link = focused.locator(".event-link")
    expect(link).to_have_attribute("aria-expanded", "false")
    tab.keyboard.press("Enter")
    expect(link).to_have_attribute("aria-expanded", "true")
    expect(focused.locator(".event-open")).to_contain_text("Parameter")
    tab.keyboard.press("Escape")
    expect(link).to_have_attribute("aria-expanded", "false")


def test_without_javascript_a_reload_shows_all(
    office: Office, agent: Agent, browser_without_script: Page
) -> None:
    tab = browser_without_script
    tab.goto(LIST)
    ring(office, agent, "no-script")
    tab.reload()
    expect(line(tab, "no-script")).to_be_visible()
    expect(tab.locator(".events-state")).to_contain_text("Load the page anew")
    line(tab, "no-script").locator(".event-link").click()
    tab.get_by_role("button", name="What would this become now?").click()
    expect(tab.locator("#became")).to_contain_text("it would change nothing")


@pytest.fixture
def browser_without_script(office: Office, page: Callable[..., Page]) -> Page:
    return page(office.server, ADMIN.name, java_script_enabled=False)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), (1024, 768)], ids=["wide", "small"])
def test_every_page_fits_and_is_accessible(
    office: Office,
    sit: Sit,
    yealink: str,
    agent: Agent,
    screenshot: Callable[..., Path],
    scheme: str,
    size: tuple[int, int],
) -> None:
    send(office, yealink, "ringing", number="$remotenumber")
    send(office, "sk_nonsense", "ringing")
    office.rings(agent)
    viewport = {"width": size[0], "height": size[1]}
    tab = sit(ADMIN, color_scheme=scheme, viewport=viewport)
    name = f"inspector-{scheme}-{size[0]}"

    def look(what: str) -> None:
        screenshot(tab, f"{name}-{what}", full_page=True)
        wide = tab.evaluate("document.documentElement.scrollWidth")
        assert wide <= size[0], what
        assert complaints(tab) == [], what

    tab.goto(f"{LIST}?q=ring")
    look("list")
    tab.locator(".event-link").first.click()
    expect(tab.locator(".event-open")).to_be_visible()
    look("open")
    tab.get_by_role("button", name="What would this become now?").click()
    look("became")
    tab.goto(f"{LIST}?q=nowhere")
    look("none")
    tab.goto(f"{LIST}keyless/")
    look("keyless")
    tab.goto(f"{LIST}try/")
    look("try")
