"""The pages "Phones and clients" in Chromium: from the list to a phone that reports."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from softphone_connector.profiles import profiles
from tests.e2e.axe import complaints
from tests.e2e.office import Agent, Office, card

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
Sit = Callable[..., "Page"]
WIDER = "() => document.documentElement.scrollWidth - innerWidth"
# One of each sort: addresses, scripts, commands, a secret, dialling only, nothing yet.
PAGES = (
    "yealink",
    "snom",
    "grandstream-gxp",
    "3cx",
    "asterisk",
    "auerswald",
    "twinkle",
    "microsip",
    "baresip",
    "fritzbox",
    "sipgate",
    "zoom",
    "teams",
    "poly",
)


def faults(tab: Page) -> list[str]:
    """What is wrong with an open page: axe's findings, and what sticks out of it."""
    found = complaints(tab)
    wider = tab.evaluate(WIDER)
    inside = tab.evaluate(
        """() => [...document.querySelectorAll("main .card")].filter((card) =>
            [...card.querySelectorAll(".ready-text, .btn, table")].some((one) =>
                one.getBoundingClientRect().right >
                card.getBoundingClientRect().right + 1)).length"""
    )
    return [*found, *([f"{wider} px too wide"] if wider > 0 else []), *["out"] * inside]


@pytest.mark.slow
@pytest.mark.parametrize("width", [1440, 1024])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_and_axe_has_nothing_to_say(
    office: Office,
    page: Callable[..., Page],
    screenshot: Callable[..., Path],
    scheme: str,
    width: int,
) -> None:
    options: dict[str, Any] = {"viewport": {"width": width, "height": 900}}
    tab = page(office.server, "karin", color_scheme=scheme, **options)
    tab.emulate_media(reduced_motion="reduce")
    for path in ("", "?q=toaster", *(f"{key}/" for key in PAGES)):
        tab.goto(f"/settings/clients/{path}")
        assert faults(tab) == [], path
        if path in {"", "yealink/", "twinkle/", "sipgate/"}:
            name = path.strip("/") or "list"
            screenshot(tab, f"clients-{name}-{scheme}-{width}")


def test_a_client_is_found_by_its_maker_and_by_its_kind(
    office: Office, tab: Page
) -> None:
    tab.goto("/settings/clients/")
    names = tab.locator("main .clients a.name")
    expect(names).to_have_count(len(profiles()))
    tab.fill("main [name=q]", "snom")
    tab.keyboard.press("Enter")
    expect(names).to_have_count(2)
    tab.fill("main [name=q]", "")
    tab.select_option("main [name=kind]", "service")
    expect(names.filter(has_text="sipgate.io")).to_have_count(1)
    expect(names.filter(has_text="Yealink")).to_have_count(0)


def test_what_is_copied_is_what_stands_there(
    office: Office, page: Callable[..., Page]
) -> None:
    rights = {"permissions": ["clipboard-read", "clipboard-write"]}
    tab = page(office.server, "karin", path="/settings/clients/yealink/", **rights)
    row = tab.locator(".ready-url", has_text="action_url.missed_call")
    row.get_by_role("button", name="Copy the address for: A call was missed").click()
    expect(tab.get_by_text("Copied.")).to_be_visible()
    copied = tab.evaluate("() => navigator.clipboard.readText()")
    assert copied == row.locator(".ready-text").inner_text()
    assert copied.endswith("&number=$remote&direction=inbound")
    tab.goto("/settings/clients/twinkle/")
    tab.get_by_role("button", name="Copy the text of crm-event.sh").click()
    expect(tab.get_by_text("Copied.")).to_be_visible()
    script = tab.evaluate("() => navigator.clipboard.readText()")
    assert script.startswith("#!/bin/sh\n")
    assert script.endswith("echo end\n")


def test_from_a_clients_page_to_a_call_on_the_screen(
    office: Office, sit: Sit, agent: Agent
) -> None:
    tab = sit(agent, path="/settings/clients/")
    tab.get_by_role("link", name="Yealink T2, T3, T4, T5, CP").click()
    tab.get_by_role("link", name="Add my phone").click()
    assert tab.input_value("main [name=profile]") == "yealink"
    number = f"8{agent.extension}"
    tab.fill("main [name=number]", number)
    tab.locator("main button[name=connect]").click()
    row = tab.locator(".ready-url", has_text="action_url.incoming_call")
    url = row.locator(".ready-text").inner_text()
    remote = office.stranger()
    for variable, value in (
        ("$active_user", number),
        ("$remote", f"sip:{remote}@pbx"),
        ("$call_id", "33093"),
        ("$display_remote", ""),
    ):
        url = url.replace(f"={variable}", f"={value}")
    assert "$" not in url
    with urllib.request.urlopen(url, timeout=30) as answer:
        assert answer.status == 204
    shown = card(tab, state="ringing")
    assert re.sub(r"\D", "", shown.inner_text()).find(remote[1:]) >= 0


def test_an_admin_makes_the_key_of_a_service_with_its_public_key(
    office: Office, page: Callable[..., Page]
) -> None:
    tab = page(office.server, "karin", path="/settings/clients/sipgate/")
    public = tab.locator(".ready-url", has_text="sipgate.pub").locator(".ready-text")
    text = public.inner_text()
    tab.get_by_role("link", name="Make a key for it").click()
    assert tab.input_value("main [name=profile]") == "sipgate"
    tab.fill("main [name=name]", "sipgate")
    tab.fill("main [name=signing_secret]", text)
    tab.locator("main form button[type=submit]").click()
    url = tab.locator(".ready-url .ready-text").first.inner_text()
    expect(tab.locator(".ready-url", has_text="sipgate.pub")).to_have_count(0)
    request = urllib.request.Request(url, b"event=newCall&callId=1&from=1&to=2")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)
    assert refused.value.code == 403
    assert b"signature of sipgate.io" in refused.value.read()
