"""The popup: for whom it appears, and how it follows the call."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.office import (
    BEHIND_HEAD,
    JULIA,
    SHARED,
    Agent,
    Office,
    card,
    cards,
    second_tab,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser
Sit = Callable[..., "Page"]


def test_a_call_pops_up_in_all_tabs_of_the_right_person_only(
    office: Office, sit: Sit, agent: Agent
) -> None:
    first = sit(agent)
    second = second_tab(first, "/pbx-manager/")
    stranger_agent = office.agent()
    stranger = sit(stranger_agent)
    office.rings(agent, JULIA)
    for tab in (first, second):
        popup = card(tab, "Julia Berg", "ringing")
        expect(popup).to_contain_text("Muster GmbH")
        expect(popup).to_contain_text("Inbound call · Ringing")
        expect(popup).to_contain_text("+49 30 23125101")
        expect(popup.locator(".popup-place")).to_contain_text("DE")
    # What comes later has come, so that the first one will not come any more.
    office.rings(stranger_agent, SHARED)
    card(stranger, "Max Weber")
    assert cards(stranger).count() == 1
    assert cards(first).count() == 1


def test_a_card_speaks_the_language_of_its_page(
    office: Office, sit: Sit, agent: Agent
) -> None:
    # The other tab keeps the worker that fetches the cards alive.
    first = sit(agent)
    second_tab(first, "/pbx-manager/")
    office.rings(agent, JULIA)
    expect(card(first, "Julia Berg")).to_contain_text("Inbound call · Ringing")
    first.locator("summary[title=Language]").click()
    first.locator("button[name=language][value=de]").click()
    expect(card(first, "Julia Berg")).to_contain_text("Eingehender Anruf")


def test_it_follows_the_call(office: Office, tab: Page, agent: Agent) -> None:
    call = office.rings(agent)
    ringing = card(tab, state="ringing").locator(".popup-timer")
    expect(ringing).to_have_text(re.compile(r"^0:0[1-9]$"))
    call.tell("connected")
    talking = card(tab, state="connected").locator(".popup-timer")
    expect(talking).to_have_text(re.compile(r"^0:0[2-9]$"))
    call.tell("ended")
    ended = card(tab, state="ended")
    expect(ended.locator(".popup-timer")).to_have_text(re.compile(r"^0:0[1-9]$"))
    expect(ended).to_contain_text("Ended")
    assert cards(tab).count() == 1


def test_a_missed_call_says_so(office: Office, tab: Page, agent: Agent) -> None:
    office.rings(agent).tell("missed")
    expect(card(tab, state="missed")).to_contain_text("Inbound call · Missed")


def test_who_places_a_call_sees_the_same_card(
    office: Office, tab: Page, agent: Agent
) -> None:
    office.rings(agent, JULIA, direction="outbound")
    popup = card(tab, "Julia Berg", "ringing")
    expect(popup).to_contain_text("Outbound call · Ringing")


def test_an_unknown_number_offers_to_make_a_record(
    office: Office, tab: Page, agent: Agent
) -> None:
    office.call(agent).tell("ringing", name="Kontor Nord")
    popup = card(tab, "Kontor Nord")
    expect(popup).to_contain_text("Nobody known")
    for words in ("New contact", "New lead", "Add to existing …"):
        expect(popup.get_by_role("link", name=words)).to_be_visible()


def test_a_caller_without_a_number_is_named_as_such(
    office: Office, tab: Page, agent: Agent
) -> None:
    office.rings(agent, "anonymous")
    popup = card(tab, "Number withheld")
    expect(popup.locator("textarea")).to_be_visible()
    expect(popup.get_by_role("link", name="New contact")).to_have_count(0)


def test_a_company_is_marked_as_a_guess(
    office: Office, tab: Page, agent: Agent
) -> None:
    office.rings(agent, BEHIND_HEAD)
    popup = card(tab, "Muster GmbH")
    expect(popup.locator(".is-guess")).to_contain_text("≈")
    expect(popup.locator(".is-guess")).to_contain_text("same company line")


def test_hostile_words_from_a_phone_stay_words(
    office: Office, tab: Page, agent: Agent
) -> None:
    name = '"><img src=x onerror=document.title="owned"><script>1</script>'
    call = office.call(agent)
    call.tell("ringing", name=name)
    popup = card(tab, "onerror")
    expect(popup).to_contain_text(name)
    assert popup.locator("img, script").count() == 0
    assert "owned" not in tab.title()


def test_more_than_three_are_stacked_behind_a_counter(
    office: Office, tab: Page, agent: Agent
) -> None:
    for _ in range(5):
        office.rings(agent)
    more = tab.locator("[data-popup=more]")
    expect(more).to_contain_text("+2")
    expect(cards(tab)).to_have_count(5)
    assert tab.locator("#popup-stack .popup:visible").count() == 3
    # Only the newest is open, so that they fit; the others say who it is.
    assert tab.locator("#popup-stack textarea:visible").count() == 1
    more.click()
    assert tab.locator("#popup-stack .popup:visible").count() == 5
    for _ in range(2):
        cards(tab).first.get_by_role("button", name="Close").click()
    expect(more).to_be_hidden()


def test_closed_in_one_tab_is_closed_in_all_and_stays_so(
    office: Office, tab: Page, agent: Agent
) -> None:
    other = second_tab(tab)
    call = office.rings(agent)
    card(other)
    card(tab).get_by_role("button", name="Close").click()
    expect(cards(tab)).to_have_count(0)
    expect(cards(other)).to_have_count(0)
    call.tell("connected")
    later = office.rings(agent)
    card(tab, state="ringing")
    card(other, state="ringing")
    assert cards(tab).count() == cards(other).count() == 1
    assert later.call_id != call.call_id


def test_a_reload_and_a_late_tab_show_what_runs(
    office: Office, tab: Page, agent: Agent
) -> None:
    office.rings(agent, JULIA)
    card(tab, "Julia Berg")
    tab.reload()
    card(tab, "Julia Berg")
    card(second_tab(tab), "Julia Berg")


def test_two_phones_of_one_conversation_end_up_as_one_card(
    office: Office, tab: Page, agent: Agent
) -> None:
    number = office.stranger()
    office.rings(agent, number)
    other = office.call(office.agent(), number)
    other.tell("ringing")
    other.tell("connected")
    expect(card(tab)).to_be_visible()
    expect(cards(tab)).to_have_count(1)


def test_an_ended_call_leaves_by_itself_unless_it_is_typed_in(
    office: Office, tab: Page, agent: Agent
) -> None:
    tab.clock.install()
    typed = office.rings(agent)
    typed.tell("connected")
    card(tab, state="connected").locator("textarea").focus()
    left = office.rings(agent)
    expect(cards(tab)).to_have_count(2)
    left.tell("connected")
    for call in (left, typed):
        call.tell("ended")
    expect(tab.locator("#popup-stack .popup[data-state=ended]")).to_have_count(2)
    tab.clock.run_for(65_000)
    expect(cards(tab)).to_have_count(1)
    tab.locator("#popup-stack textarea").evaluate("field => field.blur()")
    tab.mouse.move(5, 5)
    tab.clock.run_for(65_000)
    expect(cards(tab)).to_have_count(0)


def test_the_focus_is_never_stolen(office: Office, tab: Page, agent: Agent) -> None:
    field = tab.locator("#global-search")
    field.focus()
    tab.keyboard.type("Mus")
    call = office.rings(agent, JULIA)
    card(tab, "Julia Berg", "ringing")
    tab.keyboard.type("ter")
    call.tell("connected")
    card(tab, "Julia Berg", "connected")
    tab.keyboard.type(" GmbH")
    expect(field).to_be_focused()
    assert field.input_value() == "Muster GmbH"


def test_signing_out_ends_it(office: Office, tab: Page, agent: Agent) -> None:
    other = second_tab(tab)
    office.rings(agent, JULIA)
    card(tab, "Julia Berg")
    other.locator("summary.topbar-me").click()
    other.get_by_role("button", name="Sign out").click()
    expect(cards(tab)).to_have_count(0, timeout=15_000)
    tab.wait_for_selector("#live-state[data-state=signed-out]", state="attached")


def test_a_card_folds_and_copies(office: Office, sit: Sit, agent: Agent) -> None:
    tab = sit(agent, permissions=["clipboard-read", "clipboard-write"])
    call = office.rings(agent, JULIA)
    popup = card(tab, "Julia Berg")
    popup.get_by_role("button", name="Copy the number").click()
    expect(tab.locator("#toasts")).to_contain_text("Copied")
    assert tab.evaluate("navigator.clipboard.readText()") == JULIA
    popup.get_by_role("button", name="Fold").click()
    expect(popup.locator("textarea")).to_be_hidden()
    call.tell("connected")
    card(tab, state="connected")
    expect(popup.locator("textarea")).to_be_hidden()
    popup.get_by_role("button", name="Fold").click()
    expect(popup.locator("textarea")).to_be_visible()


def test_everything_can_be_done_with_the_keyboard(
    office: Office, tab: Page, agent: Agent
) -> None:
    office.rings(agent, SHARED)
    popup = card(tab, "Max Weber")
    names = popup.locator(
        "a:visible, button:visible, textarea:visible, summary:visible"
    )
    count = names.count()
    popup.get_by_role("button", name="Fold").focus()
    reached = {"Fold"}
    for _ in range(count):
        tab.keyboard.press("Tab")
        reached.add(
            tab.evaluate(
                "(document.activeElement.ariaLabel"
                " ?? document.activeElement.textContent).trim()"
            )
        )
    assert {"Close", "Copy the number", "Open", "More", "It is this one"} <= {*reached}
    popup.locator("textarea").focus()
    tab.keyboard.type("By keyboard")
    popup.locator(".popup-more-menu summary").focus()
    tab.keyboard.press("Enter")
    expect(popup.get_by_role("link", name="Details of the call")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(popup.get_by_role("link", name="Details of the call")).to_be_hidden()
    tab.keyboard.press("Escape")
    expect(cards(tab)).to_have_count(0)


def test_the_newest_call_stands_above_whichever_card_comes_first(
    office: Office, sit: Sit, agent: Agent
) -> None:
    tab = sit(agent)
    office.rings(agent, JULIA)
    older = card(tab, "Julia Berg").get_attribute("data-key")
    office.rings(agent, SHARED)
    card(tab, "Max Weber")
    held: list[Route] = []
    tab.add_init_script("delete globalThis.SharedWorker")
    tab.route(f"**/popup/{older}/card/", lambda route: held.append(route))
    tab.reload()
    newer = card(tab, "Max Weber")
    held[0].continue_()
    expect(cards(tab)).to_have_count(2)
    expect(cards(tab).first).to_contain_text("Max Weber")
    expect(newer).not_to_have_class(re.compile("is-folded"))
    expect(cards(tab, "Julia Berg")).to_have_class(re.compile("is-folded"))


def test_it_moves_to_the_other_side_and_stays_there(
    office: Office, tab: Page, agent: Agent
) -> None:
    office.rings(agent)
    popup = card(tab)
    right = popup.bounding_box()
    popup.locator(".popup-more-menu summary").press("Enter")
    popup.get_by_text("Move to the other side").press("Enter")
    expect(popup.locator(".popup-more-menu summary")).to_be_focused()
    tab.reload()
    left = card(tab).bounding_box()
    bar = tab.locator("#sidebar").bounding_box()
    assert right
    assert left
    assert bar
    assert bar["width"] < left["x"] < right["x"] - 300
    assert left["y"] == right["y"]
