"""What the frame does in a real browser."""

from __future__ import annotations

import re

import pytest

from tests.support.server import DEMO_PASSWORD

pytestmark = pytest.mark.browser

MAKE_ADMIN = (
    "from crmplus.accounts.models import User;"
    f"User.objects.create_user('karla', password='{DEMO_PASSWORD}', role='admin')"
)


@pytest.fixture
def installation(server):
    running = server()
    running.manage("shell", "--no-imports", "--command", MAKE_ADMIN)
    return running


def test_menus_open_and_close_by_mouse_and_keyboard(installation, page):
    tab = page(installation, "karla")
    menu = tab.locator("details.menu", has=tab.locator(".topbar-me"))
    menu.locator("summary").click()
    assert menu.get_by_text("My settings").is_visible()
    tab.keyboard.press("ArrowDown")
    assert "My settings" in tab.evaluate("document.activeElement.textContent")
    tab.keyboard.press("ArrowUp")
    assert "Sign out" in tab.evaluate("document.activeElement.textContent")
    tab.keyboard.press("Escape")
    assert not menu.get_by_text("My settings").is_visible()
    menu.locator("summary").click()
    tab.locator("#content").click(position={"x": 5, "y": 5})
    assert not menu.get_by_text("My settings").is_visible()


def test_slash_goes_to_the_search_but_not_while_one_types(installation, page):
    tab = page(installation, "karla", path="/my/settings/")
    tab.fill("#id_first_name", "A")
    tab.keyboard.press("/")
    assert tab.input_value("#id_first_name") == "A/"
    tab.locator("h1").click()
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.id") == "global-search"


def test_module_bar_stays_folded(installation, page):
    tab = page(installation, "karla")
    assert tab.locator(".sidebar .nav-link-title").first.is_visible()
    tab.click("#sidebar-fold")
    tab.goto("/my/settings/")
    assert tab.locator("html").get_attribute("data-bs-sidebar") == "folded"
    assert tab.locator("#sidebar").bounding_box()["width"] < 80


def test_module_bar_is_folded_where_there_is_little_room(installation, page):
    tab = page(installation, "karla", viewport={"width": 1024, "height": 768})
    assert tab.locator("html").get_attribute("data-bs-sidebar") == "folded"


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_colours_follow_the_system(installation, page, scheme):
    tab = page(installation, "karla", color_scheme=scheme)
    assert tab.locator("html").get_attribute("data-bs-theme") == scheme
    other = "light" if scheme == "dark" else "dark"
    tab.emulate_media(color_scheme=other)
    tab.locator(f'html[data-bs-theme="{other}"]').wait_for(state="attached")


def test_toast_goes_away_by_itself_and_by_its_button(installation, page):
    tab = page(installation, "karla", path="/settings/users/1/")
    tab.clock.install()
    toast = tab.locator(".toast")
    tab.click("main form.card [type=submit]")
    toast.wait_for()
    tab.clock.fast_forward(11_000)
    toast.wait_for(state="detached")
    tab.goto("/settings/users/1/")
    tab.click("main form.card [type=submit]")
    toast.get_by_role("button", name="Dismiss").click()
    toast.wait_for(state="detached")


def test_script_can_show_a_toast_with_undo(installation, page):
    tab = page(installation, "karla")
    address = tab.locator('script[src*="crmplus/frame"]').get_attribute("src")
    toast_js = re.sub(r"frame[^/]*$", "toast.js", address)
    tab.evaluate(
        "([url]) => import(url).then(({toast}) => {"
        "toast('<b>gone', {undo: () => { globalThis.undone = true; }});"
        "toast('again', {undo: '/no/such/page/'}); })",
        [toast_js],
    )
    tab.locator(".toast", has_text="<b>gone").get_by_text("Undo").click()
    tab.locator(".toast", has_text="<b>gone").wait_for(state="detached")
    assert tab.evaluate("globalThis.undone")
    tab.locator(".toast", has_text="again").get_by_text("Undo").click()
    tab.get_by_text("That did not work").wait_for()


def test_works_without_javascript(installation, page):
    tab = page(installation, "karla", java_script_enabled=False)
    tab.locator(".topbar-me").click()
    tab.get_by_text("Sign out").click()
    assert "/sign-in/" in tab.url


def test_live_state_says_what_it_is(installation, page):
    tab = page(installation, "karla")
    # Not before the channel has said by itself what its state is.
    tab.wait_for_selector("#live-state[data-state=online]", state="attached")
    state = tab.locator("#live-state")
    state.evaluate("element => { element.dataset.state = 'signed-out'; }")
    tab.get_by_text("Signed out: sign in again").wait_for()
    assert "Signed out" in state.get_attribute("title")
