"""What axe-core has to say of an open page: the rules of WCAG and good practice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmplus.conf import BASE_DIR

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
AUDIT = """async () => {
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html }) => `${id}: ${html}`));
}"""


def complaints(tab: Page) -> list[str]:
    """All that is wrong with a page as it is now, however slight."""
    # Playwright's evaluate is not bound by the page's policy, unlike a script tag.
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = tab.evaluate(AUDIT)
    return found
