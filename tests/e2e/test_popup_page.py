"""The popup as a page: for softphones that open a tab, and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import complaints
from tests.e2e.office import BEHIND_HEAD, JULIA, SHARED, Agent, Office, card
from tests.support.server import DEMO_PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

pytestmark = pytest.mark.browser


def no_script(page: Callable[..., Page], office: Office, agent: Agent) -> Page:
    """An agent's tab in a browser without JavaScript."""
    return page(office.server, agent.name, java_script_enabled=False)


def test_an_event_url_in_a_browser_leads_through_sign_in_to_the_popup(
    office: Office, agent: Agent, page: Callable[..., Page]
) -> None:
    tab = page(office.server, path="/sign-in/")
    call = office.call(agent, JULIA)
    asked: list[Request] = []
    tab.on("request", lambda request: asked.append(request))
    tab.goto(call.address("ringing"))
    tab.fill("[name=username]", agent.name)
    tab.fill("[name=password]", DEMO_PASSWORD)
    tab.keyboard.press("Enter")
    expect(tab.locator(".popup-page .popup-title")).to_contain_text("Julia Berg")
    path = tab.url.removeprefix(office.server.url)
    assert re.fullmatch(r"/popup/[0-9a-f-]{36}/", path)
    for request in asked[1:]:
        told = request.url + request.all_headers().get("referer", "")
        assert office.key not in told
        assert JULIA[1:] not in told
    # It is a page of its own: the stack does not show the same call again.
    call.tell("connected")
    expect(tab.locator(".popup-page .popup")).to_have_attribute(
        "data-state", "connected"
    )
    assert tab.locator("#popup-stack .popup").count() == 0


def test_nobody_else_sees_the_page(
    office: Office, agent: Agent, tab: Page, page: Callable[..., Page]
) -> None:
    office.rings(agent, JULIA)
    uid = card(tab).get_attribute("data-key")
    stranger = page(office.server, office.agent().name)
    answer = stranger.goto(f"/popup/{uid}/")
    assert answer
    assert answer.status == 404
    assert "Julia" not in stranger.content()


def test_without_javascript_the_page_takes_comments_and_choices(
    office: Office, agent: Agent, page: Callable[..., Page]
) -> None:
    tab = no_script(page, office, agent)
    tab.goto(office.call(agent, SHARED).address("ringing"))
    popup = tab.locator(".popup-page .popup")
    popup.locator("textarea").fill("By hand")
    popup.get_by_role("button", name="Save").click()
    expect(popup.locator("textarea")).to_have_value("By hand")
    row = popup.locator(".popup-match", has_text="Eva Lang")
    row.get_by_role("button", name="It is this one").click()
    expect(popup.locator(".popup-title").first).to_have_text("Eva Lang")
    assert popup.get_by_role("button", name="Close").count() == 0


def test_without_javascript_numbers_are_plain_links(
    office: Office, agent: Agent, page: Callable[..., Page]
) -> None:
    tab = no_script(page, office, agent)
    tab.goto(office.call(agent, JULIA).address("ringing"))
    link = tab.locator(".popup-digits a")
    expect(link).to_have_attribute("href", f"tel:{JULIA}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("number", [SHARED, BEHIND_HEAD, "anonymous", None])
def test_the_popup_is_accessible(
    office: Office,
    sit: Callable[..., Page],
    agent: Agent,
    scheme: str,
    number: str | None,
) -> None:
    tab = sit(agent, color_scheme=scheme)
    call = office.rings(agent, number)
    popup = card(tab)
    assert complaints(tab) == []
    call.tell("connected")
    card(tab, state="connected")
    call.tell("ended")
    card(tab, state="ended")
    assert complaints(tab) == []
    tab.goto(f"/popup/{popup.get_attribute('data-key')}/")
    assert complaints(tab) == []
