"""The health page in a browser: empty, healthy and broken; light, dark, narrow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import complaints
from tests.support.server import DEMO_PASSWORD, Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PAGE = "/settings/health/"
MONIKA = f"""
from crmplus.accounts.models import User
User.objects.create_user("monika", password={DEMO_PASSWORD!r}, role="admin")
"""
# Somebody's cron job ran an hour ago, and a phone reports.
HEAL = """
from datetime import timedelta
from django.utils import timezone
from crmplus.accounts.models import User
from crmplus.administration.models import CronRun
from pbxmanager.models import Extension
from softphone_connector import keys
at = timezone.now() - timedelta(hours=1)
CronRun.objects.create(
    command="pbx_clean_up", trigger="cron", ok=True, started_at=at, ended_at=at
)
anna = User.objects.create(username="anna", first_name="Anna", last_name="Schmidt")
Extension.objects.create(number="201", user=anna)
print(keys.create(user=anna)[1])
"""
BREAK = """
from datetime import timedelta
from django.utils import timezone
from crmplus.accounts.models import User
from pbxmanager.models import Call, Event, Extension
from softphone_connector import keys
from softphone_connector.models import SoftphoneKey, UnknownKeyAttempt
now = timezone.now()
users = [
    User.objects.create(
        username=f"u{number}", first_name="Maximiliane", last_name="von Hohenstein"
    )
    for number in range(130)
]
Extension.objects.bulk_create(
    Extension(number=str(1000 + number), user=user)
    for number, user in enumerate(users)
)
for user in users[:4]:
    key, secret = keys.create(user=user, profile="yealink")
SoftphoneKey.objects.update(created_at=now - timedelta(days=9))
for number in range(4):
    at = now - timedelta(seconds=number)
    Call.objects.create(
        direction="inbound", status="lost", extension="1000", user=users[0],
        started_at=at,
    )
    Event.objects.create(
        source=key.source, kind="ringing", extension="1003", received_at=at,
        stated_at=at + timedelta(seconds=20), refused="no_number",
        raw={"params": {"call_id": "1"}, "path": "ringing"},
    )
Call.objects.create(
    direction="inbound", status="ringing", extension="1001",
    started_at=now - timedelta(days=1), overdue_at=now - timedelta(hours=23),
)
UnknownKeyAttempt.objects.create(
    at=now, remote="192.0.2.7", prefix="sk_abcd", reason="unknown", count=12, total=12
)
"""


@pytest.fixture
def installation(server: Callable[..., Server]) -> Server:
    """A server with an administrator and nothing else."""
    running = server()
    running.manage("shell", "--no-imports", "-c", MONIKA)
    return running


def ring(server: Server, secret: str, tab: Page) -> None:
    for event in ("ringing", "connected", "ended"):
        query = "extension=201&number=0301234567&call_id=1"
        url = f"{server.url}/softphone/{secret}/{event}?{query}"
        assert tab.request.get(url).status == 204


def test_from_empty_to_healthy_to_broken(
    installation: Server, page: Callable[..., Page], screenshot: Callable[..., Path]
) -> None:
    tab = page(installation, "monika", path="/settings/")
    tab.get_by_role("main").get_by_role("link", name="Health").click()
    main = tab.get_by_role("main")
    expect(main).to_contain_text("Nobody starts PBX Clean Up")
    expect(main).to_contain_text("There are no extensions yet")
    expect(main).to_contain_text("There are no keys yet")
    look(tab, screenshot, "empty")
    secret = installation.manage("shell", "--no-imports", "-c", HEAL).strip()
    ring(installation, secret, tab)
    tab.get_by_role("link", name="Look again").click()
    expect(main).to_contain_text("1 extension reports its calls.")
    expect(main).to_contain_text("1 key, used within the last 30 days.")
    expect(main).to_contain_text("PBX Clean Up is started by another server.")
    look(tab, screenshot, "healthy")
    installation.manage("shell", "--no-imports", "-c", BREAK)
    tab.get_by_role("link", name="Look again").click()
    expect(main.get_by_role("heading", level=2).first).to_contain_text("need attention")
    expect(main).to_contain_text("130 extensions have never reported a call.")
    expect(main.get_by_text("100 rows and 30 more")).to_be_visible()
    expect(main).to_contain_text("4 events were refused in the last 24 hours.")
    expect(main).to_contain_text("The clock of 1 phone is wrong.")
    expect(main).to_contain_text("12 requests of the last 24 hours had no valid key.")
    look(tab, screenshot, "broken")
    main.get_by_role("link", name="1000").first.click()
    expect(tab).to_have_url(
        f"{installation.url}/pbx-manager/?status=lost&extension=1000&period=week"
    )


def test_works_without_scripts(installation: Server, page: Callable[..., Page]) -> None:
    secret = installation.manage("shell", "--no-imports", "-c", HEAL).strip()
    tab = page(installation, "monika", path=PAGE, java_script_enabled=False)
    expect(tab.get_by_text("1 extension has never reported a call.")).to_be_visible()
    ring(installation, secret, tab)
    tab.get_by_role("link", name="Look again").click()
    row = tab.get_by_role("cell", name="Anna Schmidt")
    expect(row).to_be_hidden()
    tab.get_by_text("1 row").last.click()
    expect(row).to_be_visible()


def look(tab: Page, screenshot: Callable[..., Path], kind: str) -> None:
    """In all looks nothing is wider than the window, and axe has no complaint."""
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        for width, height in ((1024, 768), (1440, 900)):
            tab.set_viewport_size({"width": width, "height": height})
            screenshot(tab, f"health-{kind}-{scheme}-{width}", full_page=True)
            wide = tab.evaluate("document.documentElement.scrollWidth")
            assert wide <= width
            assert complaints(tab) == []
