"""Pictures of the popup in all its states, and that it keeps to its place in each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.office import (
    BEHIND_HEAD,
    JULIA,
    SHARED,
    Agent,
    Office,
    card,
    cards,
    type_note,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIZES = {1440: 900, 1024: 768}
# What sticks out of a card, or what a card's button had to wrap.
FAULTS = """() => {
    const popups = [...document.querySelectorAll(".popup")];
    const out = popups.filter((popup) => popup.scrollWidth > popup.clientWidth);
    const wide = document.documentElement.scrollWidth > innerWidth;
    const buttons = [...document.querySelectorAll(".popup .btn")];
    const wrapped = buttons.filter((button) => button.offsetHeight > 44);
    const faults = [...out, ...wrapped].map((one) => one.outerHTML);
    return wide ? [...faults, "wide"] : faults;
}"""
Take = Callable[[str], None]


@pytest.fixture(
    params=[
        (1440, "light", "en-GB"),
        (1440, "dark", "de-DE"),
        (1024, "light", "de-DE"),
        (1024, "dark", "en-GB"),
    ],
    ids=lambda one: "-".join(map(str, one)),
)
def look(
    request: pytest.FixtureRequest,
    sit: Callable[..., Page],
    agent: Agent,
    screenshot: Callable[..., Path],
) -> Iterator[tuple[Page, Take]]:
    """A tab of some size, theme and language, and a camera."""
    width, scheme, locale = request.param
    tab = sit(
        agent,
        path="/pbx-manager/",
        color_scheme=scheme,
        locale=locale,
        viewport={"width": width, "height": SIZES[width]},
    )

    def take(name: str) -> None:
        assert tab.evaluate(FAULTS) == []
        screenshot(tab, f"popup-{name}-{width}-{scheme}-{locale[:2]}")

    return tab, take


def close_all(tab: Page) -> None:
    while cards(tab).count():
        cards(tab).first.locator("[data-popup=close]").click()


def test_every_state_of_a_popup(
    office: Office, agent: Agent, look: tuple[Page, Take]
) -> None:
    tab, take = look
    earlier = office.rings(agent, JULIA)
    type_note(card(tab), "Wants the new price list")
    earlier.tell("connected", at=str(int(time.time()) - 190))
    earlier.tell("ended")
    card(tab, state="ended")
    take("ended")
    close_all(tab)
    known = office.rings(agent, JULIA)
    card(tab, "Julia Berg", "ringing")
    take("known")
    known.tell("connected")
    type_note(card(tab, state="connected"), "Will order 20 pieces")
    card(tab).locator(".popup-more-menu summary").click()
    take("connected")
    card(tab).locator(".popup-more-menu summary").click()
    close_all(tab)
    for name, number in (
        ("several", SHARED),
        ("unknown", None),
        ("anonymous", "anonymous"),
        ("company", BEHIND_HEAD),
    ):
        call = office.call(agent, number)
        call.tell("ringing", name="Kontor Nord" if name == "unknown" else "")
        card(tab)
        take(name)
        if name == "unknown":
            call.tell("missed")
            card(tab, state="missed")
            take("missed")
        close_all(tab)
    for number in (JULIA, None, SHARED, None, BEHIND_HEAD):
        office.rings(agent, number)
    cards(tab).nth(4).wait_for(state="attached")
    take("stack")
    tab.locator("[data-popup=more]").click()
    take("stack-open")


def test_the_pages_about_a_call(
    office: Office, agent: Agent, look: tuple[Page, Take]
) -> None:
    tab, take = look
    office.rings(agent)
    uid = card(tab).get_attribute("data-key")
    tab.goto(f"/popup/{uid}/")
    tab.locator(".popup-page .popup").wait_for()
    take("page")
    tab.goto(f"/popup/{uid}/add/?q=M")
    take("add")
    tab.goto(f"/popup/{uid}/add/?q=Zzz")
    take("add-nobody")
    tab.goto("/my/settings/")
    close_all(tab)
    tab.locator("main [name=language]").scroll_into_view_if_needed()
    take("my-settings")
