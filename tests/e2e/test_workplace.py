"""People at work: a group, an assistant and her boss, and colleagues who look on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import complaints
from tests.e2e.office import JULIA, Agent, Office, card, cards, online

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

pytestmark = pytest.mark.browser
Sit = Callable[..., "Page"]
SALES = "600"
MAKE_GROUP = """
[
    Membership.objects.create(group=group, user=User.objects.get(username=name))
    for group in [Group.objects.create(name="Sales", wrap_up=8)]
    for number in [GroupNumber.objects.create(group=group, number="600")]
    for name in {names!r}
] and Pause.objects.create(name="Lunch", icon="tools-kitchen-2", minutes=45).pk
"""
MAKE_DEPUTY = """
Deputy.objects.create(
    boss=User.objects.get(username={boss!r}),
    assistant=User.objects.get(username={assistant!r}),
).pk
"""
# A phone program that takes the number without a question. Chromium's own question
# ("Open the phone program?") takes all clicks until it is answered.
PHONE_PROGRAM = """
window.dialled = [];
navigation.addEventListener("navigate", (event) => {
    if (event.destination.url.startsWith("http")) return;
    window.dialled.push(event.destination.url);
    event.preventDefault();
});
"""
# Longer than the phone waits for the CRM, in milliseconds.
LATER_THAN_THE_PHONE = 4_000
A_TOAST_STAYS = 11_000


def ask(office: Office, code: str) -> None:
    office.server.manage(
        "shell",
        "--verbosity=0",
        "-c",
        "from pbxmanager.workplace.models import *\n" + code.strip(),
    )


def choose(tab: Page, words: str) -> None:
    """Choose something in the menu of one's own presence, by keyboard."""
    menu = tab.locator("#my-presence")
    menu.locator("summary").focus()
    tab.keyboard.press("Enter")
    item = menu.locator(".dropdown-item", has_text=words)
    item.first.wait_for()
    item.first.focus()
    tab.keyboard.press("Enter")


def own_word(tab: Page, words: str) -> None:
    expect(tab.locator("[data-presence=own]")).to_contain_text(words)


def close_menu(tab: Page) -> None:
    tab.keyboard.press("Escape")
    expect(tab.locator("#my-presence")).not_to_have_attribute("open", "")


def lamp(tab: Page, agent: Agent) -> Locator:
    """What a colleague's panel shows of an agent."""
    row = tab.locator("[data-person]", has=link(tab, agent))
    return row.locator("[data-presence=state]")


def link(tab: Page, agent: Agent) -> Locator:
    return tab.get_by_role("link", name=f"Agent No. {agent.number}", exact=True)


def test_a_groups_call_pops_up_for_who_is_available(office: Office, sit: Sit) -> None:
    ready, resting = office.agent(), office.agent()
    ask(office, MAKE_GROUP.format(names=[ready.name, resting.name]))
    tabs = {one: sit(one) for one in (ready, resting)}
    for tab in tabs.values():
        choose(tab, "Sales")
        expect(
            tab.locator("#my-presence [role=switch]", has_text="Sales")
        ).to_have_attribute("aria-checked", "true")
        close_menu(tab)
    choose(tabs[resting], "Lunch")
    own_word(tabs[resting], "Lunch")
    call = office.call(Agent("", SALES, 0), JULIA)
    call.tell("ringing")
    popup = card(tabs[ready], "Julia Berg", "ringing")
    expect(popup).to_contain_text("Call for the group Sales")
    assert cards(tabs[resting]).count() == 0
    # Back from lunch while it rings.
    choose(tabs[resting], "Available")
    card(tabs[resting], "Julia Berg", "ringing")
    # One of them takes it; afterwards comes the wrap-up, which ends by itself.
    taken = office.call(ready, JULIA, call_id=call.call_id)
    taken.tell("ringing")
    taken.tell("connected")
    expect(card(tabs[resting], "Julia Berg", "connected")).to_contain_text(
        "Answered by Agent No."
    )
    taken.tell("ended")
    own_word(tabs[ready], "Wrap-up")
    own_word(tabs[resting], "Available")
    expect(tabs[ready].locator("[data-presence=own]")).to_contain_text(
        "Available", timeout=15_000
    )


def test_the_calls_of_a_boss_pop_up_for_the_deputy(office: Office, sit: Sit) -> None:
    boss, assistant = boss_and_assistant(office)
    tab = sit(assistant, path="/colleagues/")
    office.rings(boss, JULIA).tell("missed")
    choose(tab, "Calls for Agent No.")
    dials = tab.locator("#my-presence [role=switch]", has_text="Dial for Agent No.")
    dials.wait_for()
    close_menu(tab)
    call = office.rings(boss, JULIA)
    popup = card(tab, "Julia Berg", "ringing")
    expect(popup).to_contain_text(re.compile(r"Call for Agent No\. \d+"))
    assert cards(tab).count() == 1
    popup.locator("textarea").press_sequentially("Please call back.")
    expect(popup.locator(".popup-saved")).to_have_text("saved")
    call.tell("missed")
    choose(tab, "Dial for Agent No.")
    expect(dials).to_have_attribute("aria-checked", "true")
    assert complaints(tab) == []


def boss_and_assistant(office: Office) -> tuple[Agent, Agent]:
    """Two agents, of whom the second one stands in for the first."""
    boss, assistant = office.agent(), office.agent()
    ask(office, MAKE_DEPUTY.format(boss=boss.name, assistant=assistant.name))
    return boss, assistant


def at_the_contacts(tab: Page) -> Page:
    """The contacts' page of who stands in for somebody, and has a phone program."""
    tab.add_init_script(PHONE_PROGRAM)
    tab.goto("/contacts/")
    choose(online(tab), "Calls for Agent No.")
    close_menu(tab)
    return tab


def test_a_number_is_dialled_for_the_boss_by_one_more_click(
    office: Office, sit: Sit
) -> None:
    boss, assistant = boss_and_assistant(office)
    tab = at_the_contacts(sit(assistant))
    tab.locator(f'main a.phone[data-dial="{JULIA}"]').first.click()
    toast = tab.locator(".toast", has_text="Dialled in your own name.")
    toast.get_by_role("button", name=re.compile("In the name of Agent No")).click()
    done = tab.locator(".toast", has_text="The call is in their name.")
    done.wait_for()
    assert complaints(tab) == []
    tab.goto("/pbx-manager/")
    name = re.compile(rf"Agent No\. {assistant.number} for Agent No\. {boss.number}")
    expect(tab.locator(".calls tbody tr", has_text="Julia Berg").first).to_contain_text(
        name
    )


def test_the_offer_outlasts_the_phone_that_lies_before_it(
    office: Office, sit: Sit
) -> None:
    _boss, assistant = boss_and_assistant(office)
    tab = at_the_contacts(sit(assistant))
    tab.locator(f'main a.phone[data-dial="{JULIA}"]').first.click()
    offer = tab.locator(".toast", has_text="Dialled in your own name.")
    offer.wait_for()
    tab.evaluate("document.hasFocus = () => false")
    tab.wait_for_timeout(A_TOAST_STAYS)
    expect(offer).to_have_count(1)
    tab.evaluate("delete document.hasFocus; dispatchEvent(new Event('focus'))")
    tab.wait_for_timeout(A_TOAST_STAYS)
    expect(offer).to_have_count(0)


def test_colleagues_see_what_one_does_as_it_happens(office: Office, sit: Sit) -> None:
    busy, looker = office.agent(), office.agent()
    own = sit(busy)
    panel = sit(looker, path="/colleagues/")
    state = lamp(panel, busy)
    expect(state).to_contain_text("Free")
    call = office.rings(busy, JULIA)
    expect(state).to_contain_text("Ringing")
    call.tell("connected")
    expect(state).to_contain_text("On the phone")
    expect(state.locator(".presence-since")).to_have_text(re.compile(r"^0:0[1-9]$"))
    assert "Julia" not in (panel.locator(".colleagues").text_content() or "")
    call.tell("ended")
    expect(state).to_contain_text("Free")
    own.locator("#disturb button").click()
    expect(state).to_contain_text("Do not disturb")
    own.locator("#disturb button").click()
    choose(own, "Not available")
    expect(state).to_contain_text("Not available")
    assert complaints(panel) == []


def test_a_pinned_colleague_comes_first_and_is_on_the_home_page(
    office: Office, sit: Sit
) -> None:
    friend, looker = office.agent(), office.agent()
    panel = sit(looker, path="/colleagues/")
    panel.keyboard.press("j")
    expect(panel.locator("tbody tr").first.locator(".name")).to_be_focused()
    link(panel, friend).focus()
    panel.keyboard.press("p")
    row = panel.locator("[data-person]", has=link(panel, friend))
    expect(row.locator(".pin")).to_have_attribute("aria-pressed", "true")
    panel.reload()
    expect(panel.locator("tbody tr").first).to_contain_text(
        f"Agent No. {friend.number}"
    )
    panel.goto("/")
    expect(lamp(panel, friend)).to_contain_text("Away")
    link(panel, friend).click()
    expect(panel.locator("h1")).to_contain_text(f"Agent No. {friend.number}")
    assert complaints(panel) == []


def test_it_works_without_javascript(office: Office, page: Callable[..., Page]) -> None:
    agent = office.agent()
    tab = page(office.server, agent.name, java_script_enabled=False)
    tab.locator("#my-presence summary").click()
    tab.locator("#my-presence .dropdown-item").click()
    tab.get_by_role("button", name="Not available").click()
    expect(tab.locator("#toasts")).to_contain_text("Your status: Not available.")
    tab.goto("/colleagues/")
    expect(lamp(tab, office.agent())).to_contain_text("Away")
    tab.locator("tbody tr").first.hover()
    tab.locator(".pin").first.click()
    expect(tab.locator(".pin").first).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize(
    "path",
    [
        "/my/presence/",
        "/settings/workplace/",
        "/settings/workplace/groups/new/",
        "/settings/workplace/breaks/new/",
        "/settings/workplace/deputies/",
        "/settings/workplace/numbers/",
    ],
)
def test_pages_are_for_everybody_who_reads_them(
    office: Office, page: Callable[..., Page], path: str
) -> None:
    tab = page(office.server, "karin", path=path)
    expect(tab.locator("h1")).to_be_visible()
    assert complaints(tab) == []


def test_a_slow_or_a_lost_answer_does_not_lose_the_click_for_the_boss(
    office: Office, sit: Sit
) -> None:
    _boss, assistant = boss_and_assistant(office)
    tab = at_the_contacts(sit(assistant))
    held: list[Route] = []
    tab.route("**/dial/", lambda route: held.append(route), times=1)
    tab.locator(f'main a.phone[data-dial="{JULIA}"]').first.click()
    offer = tab.locator(".toast", has_text="Dialled in your own name.")
    button = offer.get_by_role("button", name=re.compile("In the name of Agent No"))
    # The phone does not wait for it.
    tab.wait_for_function("uri => dialled.includes(uri)", arg=f"tel:{JULIA}")
    tab.wait_for_timeout(LATER_THAN_THE_PHONE)
    held.pop().continue_()
    button.wait_for()
    expect(tab.locator(".toast[data-level=error]")).to_have_count(0)
    # The first try goes astray: it is offered again.
    tab.route("**/for/", lambda route: route.abort(), times=1)
    button.click()
    expect(tab.locator(".toast[data-level=error]")).to_have_count(1)
    expect(button).to_be_enabled()
    tab.route("**/for/", lambda route: held.append(route), times=1)
    button.click()
    expect(button).to_be_disabled()
    tab.wait_for_timeout(LATER_THAN_THE_PHONE)
    held.pop().continue_()
    tab.locator(".toast", has_text="The call is in their name.").wait_for()
    expect(offer).to_have_count(0)
