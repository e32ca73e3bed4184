"""Activating and deactivating the add-on, as an administrator does it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from crmplus.conf import BASE_DIR
from tests.e2e.axe import complaints
from tests.support.server import DEMO_PASSWORD, Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PAGES = {
    "add-ons": "/settings/add-ons/",
    "deactivate": "/settings/add-ons/softphone_connector/deactivate/",
    "cron-jobs": "/settings/cron-jobs/",
    "cron-job": "/settings/cron-jobs/pbx_clean_up/",
    "cron-preview": "/settings/cron-jobs/pbx_clean_up/preview/",
    "changes": "/settings/changes/",
}
# An administrator, an extension, calls to clean up, a run, and some changes.
FURNISH = f"""
from datetime import timedelta
from django.utils import timezone
from crmplus.accounts.models import User
from crmplus.administration.audit import Subject, note_change
from crmplus.administration.models import Activation, CronRun
from pbxmanager.models import Call, Extension
from softphone_connector import keys
Activation.objects.all().delete()
monika = User.objects.create_user(
    "monika", password={DEMO_PASSWORD!r}, role="admin", first_name="Monika"
)
Extension.objects.create(number="201", user=monika)
now = timezone.now()
for number in range(23):
    Call.objects.create(
        direction="outbound", status="lost" if number % 3 else "initial",
        started_at=now - timedelta(hours=7 + number), extension="201",
        number=f"030 55504{{number:02}}", e164=f"+493055504{{number:03}}",
    )
CronRun.objects.create(
    command="pbx_clean_up", trigger="cron", ok=False, error="OSError: disk full",
    started_at=now - timedelta(hours=30), ended_at=now - timedelta(hours=30),
)
for number in range(4):
    note_change(
        monika if number else None, Subject("pbxmanager", "endpoint_set", "Default"),
        {{"ringing.slug": f"ring{{number}}", "ringing.enabled": True}},
        {{"ringing.slug": f"ringing{{number}}", "ringing.enabled": False}},
    )
print(keys.create(pbx_name="PBX")[1])
"""


def demo_code() -> str:
    """The demo's code, broken into lines as an e-mail does."""
    text = (BASE_DIR / "fixtures" / "demo" / "activations.json").read_text("utf-8")
    code: str = json.loads(text)[0]["code"]
    return f"{code[:76]}\n{code[76:152]} \n{code[152:]}\n"


@pytest.fixture
def installation(server: Callable[..., Server]) -> tuple[Server, str]:
    """A server whose add-on is not active, and the key of its PBX."""
    running = server()
    secret = running.manage("shell", "--no-imports", "-c", FURNISH).strip()
    # What it has kept from before counts for 5 seconds: a new process has nothing.
    running.stop()
    running.start()
    return running, secret


def ring(server: Server, secret: str) -> tuple[int, str]:
    """What a phone is answered."""
    url = f"{server.url}/softphone/{secret}/ringing?extension=201&number=0301234567"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_paste_the_code_and_the_menus_appear_deactivate_and_they_are_gone(
    installation: tuple[Server, str], page: Callable[..., Page]
) -> None:
    server, secret = installation
    status, text = ring(server, secret)
    assert status == 403
    assert "Ask monika" in text.replace("Monika", "monika")
    tab = page(server, "monika", path="/settings/add-ons/")
    menu = tab.locator(".sidebar").get_by_role("link", name="PBX Manager")
    expect(menu).to_have_count(0)
    tab.get_by_label("Activation code").fill("CRM1-something")
    tab.get_by_role("button", name="Activate").click()
    expect(tab.get_by_role("alert")).to_contain_text("This code is damaged")
    tab.get_by_label("Activation code").fill(demo_code())
    tab.get_by_role("button", name="Activate").click()
    expect(menu).to_be_visible()
    expect(tab.locator(".badge.is-talk")).to_contain_text("active")
    expect(tab.locator("main")).to_contain_text("31 December 2099")
    assert ring(server, secret)[0] == 204
    tab.get_by_role("link", name="Deactivate").click()
    expect(tab.locator("main")).to_contain_text("PBX Clean Up does not run.")
    tab.get_by_role("button", name="Deactivate").click()
    expect(tab.locator(".badge.is-done")).to_contain_text("not active")
    expect(menu).to_have_count(0)
    assert ring(server, secret)[0] == 403
    assert tab.goto("/pbx-manager/").status == 404
    tab.goto("/settings/add-ons/")
    tab.get_by_role("button", name="Activate").click()
    menu.click()
    expect(tab.locator("main")).to_contain_text("+49 30 1234567")


def test_run_the_clean_up_by_hand(
    installation: tuple[Server, str], page: Callable[..., Page]
) -> None:
    server, _secret = installation
    server.manage("activation_code", "activate", demo_code())
    tab = page(server, "monika", path="/settings/cron-jobs/")
    tab.get_by_role("link", name="What would it do?").click()
    expect(tab.locator(".list tbody tr")).to_have_count(20)
    tab.get_by_role("button", name="Run now").click()
    expect(tab.locator("#toasts")).to_contain_text("Moved to the recycle bin 23")
    expect(tab.locator(".list tbody tr").first).to_contain_text("By hand: Monika")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_its_pages_look_right(
    installation: tuple[Server, str],
    page: Callable[..., Page],
    screenshot: Callable[..., Path],
    scheme: str,
    locale: str,
) -> None:
    server, _secret = installation
    tab = page(server, "monika", locale=locale, color_scheme=scheme)
    look(tab, screenshot, ["add-ons", "cron-jobs"], f"inactive-{locale}-{scheme}")
    server.manage("activation_code", "activate", demo_code())
    server.stop()
    server.start()
    look(tab, screenshot, list(PAGES), f"{locale}-{scheme}")
    tab.set_viewport_size({"width": 1024, "height": 768})
    look(tab, screenshot, list(PAGES), f"small-{locale}-{scheme}")


def look(
    tab: Page, screenshot: Callable[..., Path], names: list[str], kind: str
) -> None:
    """Open pages: nothing is wider than the window, and axe has no complaint."""
    for name in names:
        tab.goto(PAGES[name])
        screenshot(tab, f"administration-{name}-{kind}", full_page=True)
        wide = tab.evaluate("document.documentElement.scrollWidth")
        assert wide <= tab.evaluate("window.innerWidth"), name
        assert complaints(tab) == [], name
