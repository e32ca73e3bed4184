"""The missed list shared by a team, the live log of a supervisor, and recordings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import complaints
from tests.e2e.office import Agent, Office, online
from tests.e2e.test_dialling import LISTEN
from tests.support.recording_host import HOST, RecordingHost, recording_host
from tests.support.server import Server, copy_template

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
Sit = Callable[..., "Page"]
Shot = Callable[..., Path]
MISSED, LOG = "/missed-calls/", "/pbx-manager/"
PATIENCE = 20_000


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordingHost]:
    with recording_host(tmp_path_factory.mktemp("recordings")) as host:
        yield host


@pytest.fixture(scope="module")
def office(
    migrated_sqlite: Path,
    tmp_path_factory: pytest.TempPathFactory,
    recordings: RecordingHost,
) -> Iterator[Office]:
    """An installation that trusts the host of recordings."""
    data = copy_template(migrated_sqlite, tmp_path_factory.mktemp("office") / "data")
    server = Server(data, {"SSL_CERT_FILE": str(recordings.authority)}).start()
    yield Office(server).furnish()
    server.stop()


def one_team(office: Office, *agents: Agent) -> None:
    """Let agents see each other's calls."""
    names = [agent.name for agent in agents]
    office.server.manage(
        "shell",
        "--verbosity=0",
        "-c",
        f"""
from crmplus.accounts.models import Team, User
team = Team.objects.create(name={names[0]!r})
User.objects.filter(username__in={names!r}).update(team=team, sees_calls="team")
""",
    )


def until(tab: Page, player: str) -> None:
    """Wait until something holds of the player; a page's policy forbids more."""
    for _ in range(150):
        if tab.evaluate(f"document.getElementById('recording').{player}"):
            return
        tab.wait_for_timeout(100)
    raise AssertionError(player)


def test_without_the_server_a_click_calls_back_all_the_same(
    office: Office, sit: Sit
) -> None:
    anna = office.agent()
    number = office.stranger()
    office.rings(anna, number).tell("missed")
    tab = sit(anna, path=MISSED)
    tab.add_init_script(LISTEN)
    line = tab.locator(".missed tbody tr")
    tab.wait_for_timeout(1500)  # the list follows within a second
    tab.reload()
    expect(line).to_have_count(1)
    for path in ("**/take/", "**/dial/"):
        tab.route(path, lambda route: route.abort())
    line.get_by_role("link", name="back").click()
    tab.wait_for_function("uri => dialled.includes(uri)", arg=f"tel:{number}")
    expect(tab.locator("#toasts")).to_contain_text("could not be noted")


def test_two_agents_share_what_was_missed(
    office: Office, sit: Sit, screenshot: Shot
) -> None:
    anna, ben = office.agent(), office.agent()
    one_team(office, anna, ben)
    number = office.stranger()
    office.rings(anna, number).tell("missed")
    hers, his = sit(anna, path=MISSED), sit(ben, path=MISSED)
    lines = [tab.locator(".missed tbody tr") for tab in (hers, his)]
    for tab, line in zip((hers, his), lines, strict=True):
        if not line.count():  # the list follows within a second
            tab.wait_for_timeout(1500)
            tab.reload()
            online(tab)
        expect(line).to_have_count(1)
        expect(line).to_contain_text("Open")
        expect(tab.locator(f'.sidebar a[href="{MISSED}"] .nav-count')).to_have_text("1")

    # A second try is the same entry.
    office.rings(ben, number).tell("missed")
    for line in lines:
        expect(line).to_contain_text("2×", timeout=PATIENCE)

    lines[0].get_by_label("More about").click()
    assert complaints(hers) == []
    screenshot(hers, "missed-menu")
    lines[0].get_by_role("button", name="I take it").click()
    expect(lines[0]).to_contain_text("I have it")
    expect(lines[1]).to_contain_text("Agent No.", timeout=PATIENCE)
    assert complaints(his) == []

    # Ben's click is refused: two do not call at once.
    lines[1].get_by_role("link", name="back").click()
    expect(his.locator(".toast-text")).to_contain_text("has this caller in hand")

    call = office.rings(anna, number, direction="outbound")
    call.tell("connected")
    for tab, line in zip((hers, his), lines, strict=True):
        expect(line).to_contain_text("Reached", timeout=PATIENCE)
        expect(tab.locator(f'.sidebar a[href="{MISSED}"] .nav-count')).to_have_count(0)
    call.tell("ended")
    screenshot(his, "missed-reached")
    hers.goto(f"{MISSED}?state=closed")
    expect(lines[0]).to_contain_text("Reached")
    assert complaints(hers) == []


def test_new_missed_callers_are_counted_and_shown_when_asked_for(
    office: Office, sit: Sit
) -> None:
    agent = office.agent()
    tab = sit(agent, path=MISSED)
    expect(tab.locator("main")).to_contain_text("Nobody waits for a call-back")
    office.rings(agent).tell("missed")
    news = tab.locator("#missed-news")
    expect(news).to_be_visible()
    news.click()
    row = tab.locator(".missed tbody tr")
    expect(row).to_have_count(1)

    row.get_by_label("More about").click()
    row.get_by_label("Note").fill("Wrong number")
    row.get_by_label("Note").press("Enter")
    expect(tab.locator(".missed tbody tr")).to_have_count(0)
    tab.locator(".toast").get_by_role("button", name="Undo").click()
    expect(tab.locator(".missed tbody tr")).to_have_count(1)


def test_a_supervisor_sees_all_calls_live_and_nothing_jumps(
    office: Office, page: Callable[..., Page], screenshot: Shot
) -> None:
    one, other = office.agent(), office.agent()
    office.rings(one).tell("ended")
    tab = online(page(office.server, "karin", path=LOG))
    below = tab.locator(".calls tbody tr[id]").last
    expect(below).to_be_visible()
    call = office.rings(other, office.stranger())
    running = tab.locator("#running tbody tr")
    expect(running).to_have_count(1, timeout=PATIENCE)
    expect(running).to_contain_text("Ringing")
    call.tell("connected")
    expect(running).to_contain_text("Connected", timeout=PATIENCE)
    expect(running.locator(".call-clock")).to_have_text(re.compile(r"0:0[2-9]"))
    screenshot(tab, "log-running")
    assert complaints(tab) == []
    at = below.bounding_box()
    call.tell("ended")
    expect(running).to_have_count(0, timeout=PATIENCE)
    news = tab.locator("#calls-news")
    expect(news).to_be_visible()
    assert below.bounding_box() == at
    news.click()
    expect(news).to_be_hidden()
    expect(tab.locator(".calls-day")).to_contain_text("Today")


def test_a_recording_plays_and_an_outcome_is_chosen(
    office: Office, sit: Sit, recordings: RecordingHost, screenshot: Shot
) -> None:
    agent = office.agent()
    office.rings(agent).tell("ended")
    office.server.manage(
        "shell",
        "--verbosity=0",
        "-c",
        f"""
from pbxmanager.models import Call, EndpointSet, RuleSettings
EndpointSet.objects.create(name="Recordings", recording_hosts=[{HOST!r}])
RuleSettings(pk=1, recordings_inside={recordings.name!r}).save()
call = Call.objects.get(extension={agent.extension!r})
Call.objects.filter(pk=call.pk).update(recording_url={recordings.url()!r})
""",
    )
    tab = sit(agent, path=LOG)
    tab.locator(".calls .call-state").first.click()
    assert recordings.asked == []  # nothing is fetched before somebody plays it
    tab.wait_for_timeout(5_500)  # until the server has read its rules anew
    tab.evaluate("document.getElementById('recording').play()")
    until(tab, "currentTime > 0.2")
    length = tab.evaluate("document.getElementById('recording').duration")
    assert length == pytest.approx(3, abs=0.1)
    tab.evaluate("document.getElementById('recording').currentTime = 2.5")
    until(tab, "ended")
    assert recordings.asked[0].get("Range", "").startswith("bytes=0-")
    assert recordings.name not in tab.content()

    tab.locator("#outcome").get_by_role("button", name="Wrong number").click()
    chip = tab.locator("#outcome").get_by_role("button", name="Wrong number")
    expect(chip).to_have_attribute("aria-pressed", "true")
    assert complaints(tab) == []
    screenshot(tab, "call-page")
    tab.goto(LOG)
    expect(tab.locator(".calls tbody")).to_contain_text("Wrong number")
