"""Every page that links lead to: accessible, no wider than the window, no jumps.

In English on a large bright screen, in German on a small dark one. A page that is new
is looked at without being named here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.e2e.axe import complaints
from tests.e2e.crawling import pages
from tests.support.fixtures import sign_in
from tests.support.server import Server, copy_template

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LARGE = {
    "viewport": {"width": 1440, "height": 900},
    "locale": "en-GB",
    "color_scheme": "light",
}
SMALL = {
    "viewport": {"width": 1024, "height": 768},
    "locale": "de-DE",
    "color_scheme": "dark",
}
# What moved by itself, as the Layout Instability specification counts it; up to this
# is good (web.dev, "Cumulative Layout Shift").
GOOD_SHIFT = 0.1
WATCH_SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def demo(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """An installation with the demo's data."""
    data = copy_template(migrated_sqlite, tmp_path_factory.mktemp("demo") / "data")
    server = Server(data, {})
    server.manage("demo")
    yield server.start()
    server.stop()


def _faults(tab: Page, path: str) -> list[str]:
    tab.goto(path)
    tab.wait_for_timeout(300)
    found = [f"{path}: {each}" for each in complaints(tab)]
    if wide := tab.evaluate(TOO_WIDE):
        found.append(f"{path}: {wide} px wider than the window")
    if (shifted := tab.evaluate("window.shifts")) > GOOD_SHIFT:
        found.append(f"{path}: moved by {shifted:.3f} while it was loaded")
    return found


@pytest.mark.parametrize("user", ["admin", "anna"])
@pytest.mark.parametrize("look", [LARGE, SMALL], ids=["large", "small"])
def test_every_page_is_accessible_and_keeps_still(
    demo: Server, page: Callable[..., Page], user: str, look: dict[str, object]
) -> None:
    tab = page(demo, **look, path="/sign-in/")
    sign_in(tab, user)
    tab.context.add_init_script(WATCH_SHIFTS)
    found = pages(tab)
    assert len(found) > 20
    faults = [fault for path in found.values() for fault in _faults(tab, path)]
    assert not faults, "\n".join(faults)
