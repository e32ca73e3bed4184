"""From "add-on bought" to the first popup, as a new admin and a new user do it.

``bin/pictures`` runs it to make the pictures of the guides.
"""

from __future__ import annotations

import os
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from crmplus.conf import BASE_DIR
from tests.e2e.newcomers import Effort, Newcomer
from tests.e2e.office import card, online
from tests.support.fixtures import SCREENSHOTS
from tests.support.server import DEMO_PASSWORD, Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
MAX_CLICKS = 25
MAX_SECONDS = 600
MAKE_ADMIN = f"""
from crmplus.accounts.models import User
from crmplus.administration.models import Activation
from crmplus.records.models import Contact
Activation.objects.all().delete()
User.objects.create_superuser("monika", "monika@example.com", {DEMO_PASSWORD!r})
Contact.objects.create(first_name="Julia", last_name="Berg", mobile="030 23125101")
"""
OWN_PASSWORD = "seven grey herons wade"
CALLER = "03023125101"
WORDS = {
    "en-GB": {
        "sign in": "Sign in",
        "begin": "Begin",
        "home": "Home",
        "activate": "Activate",
        "save": "Save",
        "set password": "Set password",
        "new user": "New user",
        "create user": "Create user",
        "add a line": "Add a line",
        "add": "Add",
        "make a key": "Make a key",
        "it works": "It works",
        "inbound call": "Inbound call",
    },
    "de-DE": {
        "sign in": "Anmelden",
        "begin": "Beginnen",
        "home": "Start",
        "activate": "Aktivieren",
        "save": "Speichern",
        "set password": "Passwort setzen",
        "new user": "Neuer Benutzer",
        "create user": "Benutzer anlegen",
        "add a line": "Leitung hinzufügen",
        "add": "Hinzufügen",
        "make a key": "Schlüssel erzeugen",
        "it works": "funktioniert",
        "inbound call": "Eingehender Anruf",
    },
}


def code() -> str:
    """The demo's activation code, as an e-mail brings it."""
    text = (BASE_DIR / "fixtures/demo/activations.json").read_text("utf-8")
    found = re.search(r'"code": "([^"]+)"', text)
    assert found
    return found[1]


def pictures(locale: str) -> Callable[[Page, str], Path]:
    """Keeps a picture: for the guides where PICTURES says so, else with the others."""
    asked = os.environ.get("PICTURES", "")
    folder = BASE_DIR / asked / locale[:2] if asked else SCREENSHOTS

    def take(page: Page, name: str) -> Path:
        path = folder / f"setup-{name}{'' if asked else '-' + locale[:2]}.png"
        page.screenshot(path=path)
        return path

    return take


def phone_calls(urls: dict[str, str], event: str) -> None:
    """Call an address as a Yealink phone does: with its variables filled in."""
    values = {
        "$active_user": "201",
        "$remote": quote(f"<sip:{CALLER}@pbx.example>"),
        "$call_id": "1756",
        "$display_remote": "",
    }
    (url,) = (url for where, url in urls.items() if event in where)
    for variable, value in values.items():
        url = url.replace(variable, value)
    urllib.request.urlopen(url, timeout=30).close()


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_from_empty_settings_to_the_first_popup(
    server: Callable[..., Server], page: Callable[..., Page], locale: str
) -> None:
    running = server()
    running.manage("shell", "--no-imports", "-c", MAKE_ADMIN)
    # What it has kept from before counts for 5 seconds: a new process has nothing.
    running.stop()
    running.start()
    words, effort, take = WORDS[locale], Effort(), pictures(locale)

    def button(tab: Page, word: str) -> object:
        return tab.locator("main").get_by_role("button", name=words[word], exact=True)

    admin = Newcomer(page(running, locale=locale), effort, take)
    tab = admin.page
    admin.reads()
    admin.takes("01-sign-in")
    admin.types("username", "monika", tabs=0)
    admin.types("password", DEMO_PASSWORD)
    admin.clicks(button(tab, "sign in"), leads_on=True)
    admin.takes("02-what-is-to-be-done")

    def begin() -> None:
        admin.clicks(tab.locator("main .setup-step .btn"), leads_on=True)

    def home() -> None:
        admin.clicks(tab.locator("nav a[href='/']").first, leads_on=True)

    begin()
    admin.pastes("code", code())
    admin.takes("03-activate")
    admin.clicks(button(tab, "activate"), leads_on=True)
    admin.takes("04-active")
    home()
    begin()
    admin.types("area_code", "030")
    admin.types("outside_prefix", "0")
    admin.takes("05-numbers")
    admin.clicks(button(tab, "save"), leads_on=True)
    home()
    begin()
    admin.clicks(tab.locator("main a[href$='/users/new/']").first, leads_on=True)
    admin.types("username", "anna", tabs=0)
    admin.types("first_name", "Anna")
    admin.types("last_name", "Schmidt")
    admin.takes("06-new-user")
    admin.clicks(button(tab, "create user"), leads_on=True)
    admin.takes("07-one-time-password")
    one_time = tab.locator(".secret").nth(1).inner_text()

    user = Newcomer(page(running, locale=locale), effort, take)
    tab = user.page
    user.reads()
    user.types("username", "anna", tabs=0)
    user.types("password", one_time)
    user.clicks(button(tab, "sign in"), leads_on=True)
    user.pastes("old_password", one_time)
    user.types("new_password1", OWN_PASSWORD)
    user.types("new_password2", OWN_PASSWORD)
    user.takes("08-own-password")
    user.clicks(button(tab, "set password"), leads_on=True)
    user.takes("09-set-up-your-phone")
    user.clicks(tab.locator("main .setup-step .btn"), leads_on=True)
    user.takes("10-no-phone-yet")
    user.clicks(tab.locator("main .empty-action a"), leads_on=True)
    user.types("number", "201", tabs=0)
    user.chooses("profile", "Yealink T2, T3, T4, T5, CP")
    user.takes("11-add-a-line")
    user.clicks(button(tab, "add"), leads_on=True)
    if tab.locator("#secret").count() == 0:
        user.clicks(button(tab, "make a key"), leads_on=True)
    user.takes("12-addresses-for-the-phone")
    urls = {
        row.locator(".ready-head code").inner_text(): (
            row.locator(".ready-text").inner_text()
        )
        for row in tab.locator(".ready-url").all()
    }
    # Each is copied with a click, and pasted on the phone's own page.
    effort.clicks += len(urls)
    effort.keys += 2 * len(urls)
    expect(tab.locator(".phone-arrival[data-state=waiting]")).to_be_visible()
    online(tab)
    phone_calls(urls, "incoming_call")
    shown = card(tab, "Julia Berg", "ringing")
    expect(tab.locator(".phone-arrival[data-state=arrived]")).to_contain_text(
        words["it works"]
    )
    expect(shown).to_contain_text("+49 30 23125101")
    expect(shown).to_contain_text(words["inbound call"])
    user.takes("13-first-popup")
    phone_calls(urls, "call_established")
    card(tab, "Julia Berg", "connected")
    phone_calls(urls, "call_terminated")
    card(tab, "Julia Berg", "ended")
    summary = (
        f"{effort.clicks} clicks, {effort.keys} keys, {effort.pages} pages with "
        f"{effort.words} words, about {effort.seconds / 60:.1f} minutes"
    )
    print(summary)  # noqa: T201  (shown with pytest -s, and by bin/pictures)
    assert effort.clicks <= MAX_CLICKS, summary
    assert effort.seconds <= MAX_SECONDS, summary
