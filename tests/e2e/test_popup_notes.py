"""Comments typed into a popup: saved while one types, and never lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.office import JULIA, Agent, Office, card, online, second_tab, type_note

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def comments(office: Office, call_id: str) -> list[str]:
    """The texts of a call's comments, as the log has them."""
    found: list[str] = office.ask(
        "[c.text for c in __import__('crmplus.timeline.models', fromlist=['x'])"
        ".Comment.objects.filter(target_kind='call', target_id__in="
        f"Report.objects.filter(client_call_id={call_id!r}).values('call'))]"
    )
    return found


def test_a_comment_lives_through_all_that_happens_to_its_call(
    office: Office, tab: Page, agent: Agent
) -> None:
    other = second_tab(tab)
    call = office.rings(agent, JULIA)
    popup = card(tab, "Julia Berg")
    popup.locator("textarea").press_sequentially("Wants the new ")
    call.tell("connected")
    card(tab, state="connected").locator("textarea").press_sequentially("price list")
    expect(popup.locator(".popup-saved")).to_have_text("saved")
    expect(card(other).locator("textarea")).to_have_value("Wants the new price list")
    tab.reload()
    online(tab)
    field = card(tab, state="connected").locator("textarea")
    expect(field).to_have_value("Wants the new price list")
    call.tell("ended")
    expect(card(tab, state="ended").locator("textarea")).to_have_value(
        "Wants the new price list"
    )
    popup = card(tab)
    popup.locator(".popup-more-menu summary").click()
    popup.get_by_role("link", name="Details of the call").click()
    expect(tab.locator("main")).to_contain_text("Wants the new price list")
    assert comments(office, call.call_id) == ["Wants the new price list"]


def test_what_is_typed_just_before_a_reload_is_there_afterwards(
    office: Office, tab: Page, agent: Agent
) -> None:
    call = office.rings(agent)
    card(tab).locator("textarea").fill("Half a sent")
    tab.reload()
    expect(card(tab).locator("textarea")).to_have_value("Half a sent")
    expect(card(tab).locator(".popup-saved")).to_have_text("saved")
    assert comments(office, call.call_id) == ["Half a sent"]


def test_a_comment_typed_while_the_server_is_away_is_saved_later(
    office: Office, tab: Page, agent: Agent
) -> None:
    call = office.rings(agent)
    popup = card(tab)
    office.server.kill()
    popup.locator("textarea").press_sequentially("While it was away")
    expect(popup.locator(".popup-saved")).to_contain_text("not saved yet")
    office.server.start()
    expect(popup.locator(".popup-saved")).to_have_text("saved", timeout=40_000)
    assert comments(office, call.call_id) == ["While it was away"]


def test_a_comment_that_is_emptied_is_taken_away(
    office: Office, tab: Page, agent: Agent
) -> None:
    call = office.rings(agent)
    popup = card(tab)
    type_note(popup, "A mistake")
    popup.locator("textarea").fill("")
    expect(popup.locator(".popup-saved")).to_have_text("")
    assert comments(office, call.call_id) == []


def test_hostile_words_in_a_comment_stay_words(
    office: Office, tab: Page, agent: Agent
) -> None:
    words = '</textarea><img src=x onerror=document.title="owned">'
    number = office.stranger()
    call = office.rings(agent, number)
    type_note(card(tab), words)
    call.tell("connected")
    call.tell("ended")
    tab.reload()
    expect(card(tab, state="ended").locator("textarea")).to_have_value(words)
    office.rings(agent, number)
    expect(card(tab, state="ringing").locator(".popup-said")).to_have_text(words)
    assert tab.locator("#popup-stack img").count() == 0
