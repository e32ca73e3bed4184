"""Figures in a real browser: charts, the calls behind one, the board on the wall."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import complaints
from tests.e2e.office import Office, online

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
Pages = Callable[..., "Page"]
PAGE = "/statistics/?period=today"
# Whether any point of a canvas is painted.
PAINTED = """(canvas) => canvas.getContext("2d")
    .getImageData(0, 0, canvas.width, canvas.height).data.some((one) => one > 0)"""


@pytest.fixture(scope="module")
def called(office: Office) -> Office:
    """An office in which some calls have come today."""
    for ending in ("answered", "missed", "answered"):
        call = office.rings(office.agent())
        if ending == "answered":
            call.tell("connected")
            call.tell("ended")
        else:
            call.tell("missed")
    return office


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_of_figures(
    called: Office, page: Pages, screenshot: Callable[..., Path], scheme: str
) -> None:
    tab = online(page(called.server, "karin", path=PAGE, color_scheme=scheme))
    for canvas in tab.locator("canvas[data-chart]").all():
        assert canvas.evaluate(PAINTED)
    tab.locator(".stat-more summary").first.click()
    expect(tab.locator(".stat-more table").first).to_be_visible()
    screenshot(tab, f"statistics-{scheme}", full_page=True)
    assert complaints(tab) == []


def test_the_colours_of_the_charts_follow_the_page(called: Office, page: Pages) -> None:
    tab = online(page(called.server, "karin", path=PAGE, color_scheme="light"))
    before = tab.locator("canvas").first.evaluate("(one) => one.toDataURL()")
    tab.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    tab.wait_for_function(
        "(before) => document.querySelector('canvas').toDataURL() !== before",
        arg=before,
    )


def test_a_figure_leads_to_its_calls(called: Office, page: Pages) -> None:
    tab = online(page(called.server, "karin", path=PAGE))
    tile = tab.locator("[data-tile=missed] .stat-value a")
    count = int(tile.inner_text())
    assert count > 0
    tile.click()
    expect(tab.locator(".calls tbody .call-state")).to_have_count(count)
    expect(tab.locator(".chips")).to_contain_text("Missed")


def test_without_javascript_the_tables_tell_it(called: Office, page: Pages) -> None:
    tab = page(called.server, "karin", path="/")
    state = tab.context.storage_state()
    plain = page(
        called.server, storage_state=state, java_script_enabled=False, path=PAGE
    )
    expect(plain.locator(".stat-chart").first).to_be_hidden()
    plain.locator(".stat-more summary").first.click()
    expect(plain.locator(".stat-more table").first).to_contain_text("Answered")


@pytest.fixture
def address(called: Office, page: Pages) -> str:
    """A link of a wall board, as an admin makes it."""
    tab = page(called.server, "karin", path="/settings/statistics/walls/")
    tab.fill("[name=name]", "Hall")
    tab.click("form:has([name=name]) button.btn-primary")
    assert complaints(tab) == []
    return re.sub(r"^https?://[^/]+", "", tab.locator("#wall-address").inner_text())


@pytest.mark.parametrize("light", ["", "?light"])
def test_the_board_lives_and_says_when_it_does_not(
    called: Office,
    page: Pages,
    screenshot: Callable[..., Path],
    address: str,
    light: str,
) -> None:
    screen = page(
        called.server,
        path=f"{address}{light}",
        viewport={"width": 1920, "height": 1080},
    )
    waiting = screen.locator("[data-figure=waiting]")
    expect(waiting).to_have_text("0")
    assert screen.locator("canvas").evaluate(PAINTED)
    call = called.rings(called.agent())
    expect(waiting).to_have_text("1")
    assert complaints(screen) == []
    screenshot(screen, f"wall-board{light.replace('?', '-')}")
    call.tell("connected")
    expect(screen.locator("[data-figure=talking]")).to_have_text("1")
    call.tell("ended")
    expect(screen.locator("[data-figure=talking]")).to_have_text("0")

    screen.context.set_offline(True)
    gone = screen.locator(".wall-offline")
    expect(gone).to_have_text(re.compile(r"No connection since \d\d:\d\d"))
    screen.context.set_offline(False)
    expect(gone).to_be_hidden(timeout=15_000)


def test_the_board_follows_simulated_calls(
    called: Office, page: Pages, address: str
) -> None:
    screen = page(called.server, path=address)
    answered = screen.locator("[data-figure=answered]")
    before = int(answered.inner_text())
    call = called.call(called.agent())
    command = [
        *("simulate", "call", "--url", called.server.url, "--key", called.key),
        *("--extension", call.extension, "--number", call.number),
    ]
    playing = threading.Thread(target=called.server.manage, args=command)
    playing.start()
    expect(answered).to_have_text(str(before + 1), timeout=60_000)
    playing.join()


def test_persons_in_the_settings(called: Office, page: Pages) -> None:
    tab = online(page(called.server, "karin", path="/settings/statistics/"))
    assert complaints(tab) == []
    tab.select_option("[name=user]", label="Agent No. 0")
    tab.click("form:has([name=user]) button.btn-primary")
    row = tab.locator(".list tbody tr", has_text="Agent No. 0")
    row.get_by_role("button").click()
    expect(tab.locator(".toast")).to_contain_text("not shown any more")
    tab.get_by_role("button", name="Undo").click()
    expect(row).to_be_visible()
