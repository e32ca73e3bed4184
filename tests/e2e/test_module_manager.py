"""The settings of the PBX Manager, as an administrator uses them."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import complaints
from tests.support.server import DEMO_PASSWORD, Server, copy_template

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
SETTINGS = "/settings/pbx-manager/"
# Two administrators, an agent with a phone, and an endpoint set beside the default.
FURNISH = f"""
from crmplus.accounts.models import User
from pbxmanager.endpoint_settings import Endpoint, EndpointSet, default_set
from pbxmanager.models import Extension
from softphone_connector import keys
for name, role in (("monika", "admin"), ("bea", "admin"), ("anna", "agent")):
    user = User.objects.create_user(
        name, password={DEMO_PASSWORD!r}, role=role, first_name=name.title()
    )
    Extension.objects.create(number=f"20{{user.pk}}", user=user)
default_set()
other = EndpointSet.objects.create(name="Yealink phones", common_slug="call")
Endpoint.objects.create(
    endpoint_set=other, kind="ringing", slug="rings", fixed={{"direction": "inbound"}}
)
Endpoint.objects.create(
    endpoint_set=other, kind="ended", slug="over", enabled=False,
    parameters={{"number": "remote", "name": ""}}, method="POST",
)
print(keys.create(user=user)[1], user.extensions.get().number)
"""


@pytest.fixture(scope="module")
def running(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """An installation whose one phone has reported a call."""
    data = copy_template(migrated_sqlite, tmp_path_factory.mktemp("manager") / "data")
    server = Server(data, {}).start()
    told = server.manage("shell", "--no-imports", "-c", FURNISH).strip()
    secret, extension = told.splitlines()[-1].split()
    query = f"extension={extension}&number=0301234567&call_id=1"
    for event in ("ringing", "ended"):
        url = f"{server.url}/softphone/{secret}/{event}?{query}"
        urllib.request.urlopen(url, timeout=10).close()
    yield server
    server.stop()


def test_a_mistake_is_said_while_one_types(
    running: Server, page: Callable[..., Page]
) -> None:
    tab = page(running, "monika", path=SETTINGS)
    tab.get_by_role("link", name="Default").click()
    field = tab.get_by_label("Last segment", exact=True).first
    field.fill("Rings!")
    expect(tab.locator("#id_e0-slug_error")).to_contain_text("lower-case letters")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("rings")
    expect(tab.locator("#id_e0-slug_error")).to_have_count(0)
    expect(tab.locator("#e0-live")).to_contain_text("/softphone/sk_…/rings?")
    # Nothing is saved by typing.
    tab.reload()
    expect(field).to_have_value("ringing")


def test_a_phone_in_use_is_named_and_one_may_go_on(
    running: Server, page: Callable[..., Page]
) -> None:
    tab = page(running, "monika", path=SETTINGS)
    tab.get_by_role("link", name="Default").click()
    field = tab.get_by_label("Last segment", exact=True).first
    field.fill("rings")
    tab.keyboard.press("Enter")
    warning = tab.get_by_role("alert")
    expect(warning).to_contain_text("Anna")
    expect(warning).to_contain_text("…/ringing")
    # Enter once more is no consent.
    field.press("Enter")
    expect(warning).to_contain_text("Nothing is saved yet")
    tab.get_by_role("button", name="Save anyway").click()
    expect(tab.locator("#toasts")).to_contain_text("The endpoint set is saved.")
    expect(field).to_have_value("rings")
    field.fill("ringing")
    tab.get_by_role("button", name="Save", exact=True).last.click()
    expect(tab.locator("#toasts")).to_contain_text("The endpoint set is saved.")


def test_two_administrators_at_once(running: Server, page: Callable[..., Page]) -> None:
    path = f"{SETTINGS}rules/"
    mine, theirs = page(running, "monika", path=path), page(running, "bea", path=path)
    stays = "Popup stays after the end"
    theirs.get_by_label(stays).fill("33")
    theirs.get_by_role("button", name="Save").click()
    expect(theirs.locator("#toasts")).to_contain_text("The settings are saved.")
    mine.get_by_label(stays).fill("44")
    mine.get_by_role("button", name="Save").click()
    conflict = mine.get_by_role("alert")
    expect(conflict).to_contain_text("Bea has changed this while you had it open.")
    expect(conflict.get_by_role("row", name=stays)).to_contain_text("33")
    expect(mine.get_by_label(stays)).to_have_value("44")
    mine.get_by_role("link", name="Take what is stored").click()
    expect(mine.get_by_label(stays)).to_have_value("33")
    mine.get_by_label(stays).fill("45")
    theirs.get_by_label(stays).fill("34")
    theirs.get_by_role("button", name="Save").click()
    expect(theirs.get_by_label(stays)).to_have_value("34")
    mine.get_by_role("button", name="Save").click()
    mine.get_by_role("button", name="Save").click()
    expect(mine.locator("#toasts")).to_contain_text("The settings are saved.")
    expect(mine.get_by_label(stays)).to_have_value("45")


def test_numbers_are_tried_while_one_types(
    running: Server, page: Callable[..., Page]
) -> None:
    tab = page(running, "monika", path=f"{SETTINGS}numbers/")
    tab.get_by_label("Own area code").fill("030")
    tab.get_by_label("Try a number").fill("23125123")
    expect(tab.locator("#reading-now")).to_contain_text("+49 30 23125123")


def test_a_number_is_blocked_and_the_undo_takes_it_back(
    running: Server, page: Callable[..., Page]
) -> None:
    tab = page(running, "monika", path=f"{SETTINGS}blocked/")
    expect(tab.locator("main")).to_contain_text("Nobody is blocked")
    tab.get_by_label("Number").fill("030 555444")
    tab.get_by_label("Note").fill("Sells wine")
    tab.get_by_role("button", name="Block").click()
    row = tab.get_by_role("row", name="Sells wine")
    row.get_by_role("button").click()
    expect(row).to_have_count(0)
    tab.get_by_role("button", name="Undo").click()
    expect(row).to_be_visible()
    row.get_by_role("button").click()
    expect(row).to_have_count(0)


def states(tab: Page, number: int) -> Iterator[str]:
    """Each page in each of its states, by name."""
    base = tab.url.partition("/pbx-manager/")[0]
    tab.goto(f"{base}{SETTINGS}")
    yield "endpoints"
    tab.get_by_role("link", name="Default").click()
    yield "set"
    tab.get_by_label("Last segment", exact=True).first.fill("rings")
    tab.get_by_role("button", name="Save", exact=True).last.click()
    yield "set-warned"
    tab.get_by_label("Last segment", exact=True).first.fill("Not good")
    tab.get_by_label("Name", exact=True).first.fill("")
    tab.get_by_role("button", name="Save", exact=True).last.click()
    yield "set-wrong"
    tab.goto(f"{base}{SETTINGS}")
    tab.get_by_role("link", name="Yealink phones").click()
    tab.locator("details.settings-other > summary").first.click()
    yield "set-other"
    tab.get_by_role("button", name="Make it the default").click()
    yield "set-default"
    tab.go_back()
    tab.get_by_role("button", name="Delete").click()
    yield "set-delete"
    tab.goto(f"{base}{SETTINGS}sets/new/")
    yield "set-new"
    tab.goto(f"{base}{SETTINGS}numbers/")
    yield "numbers"
    tab.locator("#id_own_numbers").fill("no number")
    tab.get_by_label("Home region").fill("XX")
    tab.get_by_role("button", name="Save").click()
    yield "numbers-wrong"
    tab.goto(f"{base}{SETTINGS}rules/")
    yield "rules"
    tab.locator("[name=state]").evaluate("(field) => { field.value = 'old' }")
    tab.get_by_label("Popup stays after the end").fill(str(number))
    tab.get_by_role("button", name="Save").click()
    yield "rules-conflict"
    tab.goto(f"{base}{SETTINGS}blocked/")
    yield "blocked-empty"
    tab.get_by_label("Number").fill("nobody")
    tab.get_by_role("button", name="Block").click()
    yield "blocked-wrong"
    tab.get_by_label("Number").fill(f"030 5554{number}")
    tab.get_by_label("Note").fill("Sells wine, and does not take no for an answer")
    tab.get_by_role("button", name="Block").click()
    yield "blocked"
    tab.locator(".row-actions button").first.click()
    tab.goto(f"{base}/pbx-manager/?missed=mine")
    yield "missed-none"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768)])
def test_every_page_looks_right_in_every_state(
    running: Server,
    page: Callable[..., Page],
    screenshot: Callable[..., Path],
    scheme: str,
    width: int,
    height: int,
) -> None:
    tab = page(running, "monika", path="/pbx-manager/", color_scheme=scheme)
    tab.set_viewport_size({"width": width, "height": height})
    found = {}
    for name in states(tab, width):
        screenshot(tab, f"manager-{name}-{width}-{scheme}", full_page=True)
        wide = tab.evaluate("document.documentElement.scrollWidth")
        assert wide <= tab.evaluate("window.innerWidth"), name
        found[name] = complaints(tab)
    assert not any(found.values()), found
