"""The live channel in a real Chromium, over HTTP/1.1."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.crmplus.live.site import Site, Tab, become
from tests.support import services

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
NO_SHARED_WORKER = "delete window.SharedWorker"
BROKEN_WORKER = """window.SharedWorker = class {
    constructor() {
        this.port = new MessageChannel().port1;
        setTimeout(() => this.onerror(new Event("error")));
    }
}"""
Sites = Callable[..., Site]
Pages = Callable[..., "Page"]


@pytest.fixture
def tabs(page: Pages) -> Callable[..., list[Tab]]:
    """Opens tabs of one browser in which somebody is signed in, all online."""

    def open_tabs(
        site: Site, count: int = 1, *, name: str = "anna", script: str = ""
    ) -> list[Tab]:
        first = page(site.server, path="/probe/")
        context = first.context
        if script:
            context.add_init_script(script)
        become(context, site, name)
        pages = [first, *(context.new_page() for _ in range(count - 1))]
        opened = [Tab(one) for one in pages]
        for tab in opened:
            tab.waits_for("online")
        return opened

    return open_tabs


def another(tab: Tab) -> Tab:
    """One more tab of the same browser."""
    return Tab(tab.page.context.new_page())


def test_twenty_tabs_share_one_connection_and_all_hear_every_call(
    site: Sites, tabs: Callable[..., list[Tab]]
) -> None:
    own = site()
    opened = tabs(own, 20)
    assert own.streams() == 1
    own.publish(1, key="c1", version=1, card="/probe/card?c1")
    for tab in opened:
        [call] = tab.hears(1)
        assert (call["key"], call["version"]) == ("c1", 1)
        assert tab.card(**call) == '"card 1"'
    assert own.counts() == {"streams": 1, "cards": 1}


def test_a_new_tab_knows_at_once_what_the_others_know(
    site: Sites, tabs: Callable[..., list[Tab]]
) -> None:
    own = site()
    own.publish(1, key="before", version=1)
    [first] = tabs(own)
    own.publish(1, key="after", version=1)
    first.hears(2)
    late = another(first)
    assert {call["key"] for call in late.hears(2)} == {"before", "after"}
    assert own.streams() == 1


def test_an_older_version_never_replaces_a_newer_one(
    site: Sites, tabs: Callable[..., list[Tab]]
) -> None:
    own = site()
    [tab] = tabs(own)
    for version in (2, 1, 2, 3):
        own.publish(1, key="c1", version=version)
    own.publish(1, key="c1", version=4, gone=True)
    own.publish(1, key="c1", version=3)
    own.publish(1, key="last", version=1)
    calls = tab.hears(4)
    assert [(call["key"], call["version"]) for call in calls] == [
        ("c1", 2),
        ("c1", 3),
        ("c1", 4),
        ("last", 1),
    ]
    assert calls[2]["gone"] is True
    assert [call["key"] for call in another(tab).hears(1)] == ["last"]


def test_what_ended_while_the_connection_was_lost_is_gone_afterwards(
    site: Sites, tabs: Callable[..., list[Tab]]
) -> None:
    own = site()
    [tab] = tabs(own)
    own.publish(1, key="c1", version=1)
    tab.hears(1)
    own.server.kill()
    tab.waits_for("reconnecting")
    own.server.start()
    tab.waits_for("online")
    own.publish(1, key="c2", version=1)
    gone, new = tab.hears(3)[1:]
    assert (gone["key"], gone["gone"]) == ("c1", True)
    assert new["key"] == "c2"


def test_a_card_is_fetched_anew_for_a_new_version_and_is_null_if_there_is_none(
    site: Sites, tabs: Callable[..., list[Tab]]
) -> None:
    own = site()
    [tab] = tabs(own)
    assert tab.card(key="c1", version=1, card="/probe/card") == '"card 1"'
    assert tab.card(key="c1", version=2, card="/probe/card") == '"card 2"'
    assert tab.card(key="c1", version=1, card="/probe/card") == '"card 2"'
    assert tab.card(key="c2", version=1, card="/nowhere/") is None
    assert tab.card(key="c3", version=1, card="https://evil.example/") is None
    assert own.counts()["cards"] == 2


def test_signing_out_ends_it_in_all_tabs_and_takes_the_calls_away(
    site: Sites, tabs: Callable[..., list[Tab]]
) -> None:
    own = site()
    opened = tabs(own, 3)
    own.publish(1, key="c1", version=1)
    for tab in opened:
        tab.hears(1)
    own.sign_out("anna")
    services.wait_until(lambda: own.streams() == 0, "The stream ended", 5)
    for tab in opened:
        tab.waits_for("signed-out")
        assert tab.hears(2)[1]["gone"] is True


def test_who_signs_in_after_another_person_gets_nothing_of_theirs(
    site: Sites, tabs: Callable[..., list[Tab]]
) -> None:
    own = site()
    [anna] = tabs(own)
    become(anna.page.context, own, "ben")
    own.sign_out("anna")
    anna.waits_for("signed-out")
    ben = another(anna)
    ben.waits_for("online")
    own.publish(1, key="annas", version=1)
    own.publish(2, key="bens", version=1)
    assert [call["key"] for call in ben.hears(1)] == ["bens"]
    assert anna.calls() == []
    anna.waits_for("signed-out")


def test_tabs_come_back_when_the_same_person_signs_in_again(
    site: Sites, tabs: Callable[..., list[Tab]]
) -> None:
    own = site()
    [old] = tabs(own)
    old.page.context.clear_cookies()
    own.server.stop()
    own.server.start()
    old.waits_for("signed-out")
    become(old.page.context, own, "anna")
    another(old).waits_for("online")
    old.waits_for("online")
    assert own.streams() == 1


def test_a_server_that_hangs_is_called_offline_and_found_again(
    site: Sites, tabs: Callable[..., list[Tab]]
) -> None:
    own = site(PING_SECONDS="0.3")
    [tab] = tabs(own)
    own.server.process.send_signal(signal.SIGSTOP)
    tab.waits_for("offline", 5)
    own.server.process.send_signal(signal.SIGCONT)
    tab.waits_for("online")
    own.publish(1, key="c1", version=1)
    assert tab.hears(1)


def test_pings_keep_a_silent_line_online(
    site: Sites, tabs: Callable[..., list[Tab]]
) -> None:
    own = site(PING_SECONDS="0.2")
    [tab] = tabs(own)
    tab.page.evaluate(
        "window.live = globalThis[Symbol.for('crmplus.live')];"
        "window.begun = Date.now(); window.states = [];"
        "live.on('state', (state) => states.push(state))"
    )
    heard = "live.heard > begun + 1000"
    services.wait_until(lambda: bool(tab.page.evaluate(heard)), "No pings came")
    assert tab.page.evaluate("window.states") == ["online"]


def test_without_shared_workers_a_tab_has_its_own_connection(
    site: Sites, tabs: Callable[..., list[Tab]]
) -> None:
    own = site()
    first, second = tabs(own, 2, script=NO_SHARED_WORKER)
    assert own.streams() == 2
    own.publish(1, key="c1", version=1, card="/probe/card")
    for tab in (first, second):
        [call] = tab.hears(1)
        assert tab.card(**call)
    second.page.close()
    services.wait_until(lambda: own.streams() == 1, "The closed tab's stream ended")


def test_without_shared_workers_a_hidden_tab_leaves_its_connection_to_others(
    site: Sites, tabs: Callable[..., list[Tab]]
) -> None:
    own = site()
    [tab] = tabs(own, script=NO_SHARED_WORKER)
    show = """state => {
        const value = { value: state, configurable: true };
        Object.defineProperty(document, "visibilityState", value);
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    tab.page.evaluate(show, "hidden")
    services.wait_until(lambda: own.streams() == 0, "The hidden tab's stream ended")
    own.publish(1, key="c1", version=1)
    tab.page.evaluate(show, "visible")
    assert tab.hears(1)[0]["key"] == "c1"


def test_a_worker_that_cannot_be_loaded_is_done_without(
    site: Sites, tabs: Callable[..., list[Tab]]
) -> None:
    own = site()
    [tab] = tabs(own, script=BROKEN_WORKER)
    own.publish(1, key="c1", version=1)
    assert tab.hears(1)
    assert own.streams() == 1


def test_without_a_network_it_says_offline_and_heals(
    site: Sites, tabs: Callable[..., list[Tab]]
) -> None:
    own = site()
    [tab] = tabs(own, script=NO_SHARED_WORKER)
    tab.page.context.set_offline(True)
    tab.waits_for("offline")
    tab.page.context.set_offline(False)
    tab.waits_for("online")
    own.publish(1, key="c1", version=1)
    assert tab.hears(1)


def test_a_page_that_comes_back_from_the_browsers_cache_listens_again(
    site: Sites, tabs: Callable[..., list[Tab]]
) -> None:
    own = site()
    [tab] = tabs(own)
    own.publish(1, key="c1", version=1)
    tab.hears(1)
    tab.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    services.wait_until(lambda: own.streams() == 0, "The stream of no tab ended")
    own.publish(1, key="c1", version=2, gone=True)
    own.publish(1, key="c2", version=1)
    tab.page.evaluate(
        "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
    )
    gone, new = tab.hears(3)[1:]
    assert (gone["key"], gone["gone"]) == ("c1", True)
    assert new["key"] == "c2"


def test_a_worker_that_died_is_replaced(
    site: Sites, tabs: Callable[..., list[Tab]]
) -> None:
    own = site()
    [tab] = tabs(own)
    tab.page.evaluate(
        "live = globalThis[Symbol.for('crmplus.live')];"
        "live.port.onmessage = null; live.heard = 0; live.check()"
    )
    tab.waits_for("online")
    own.publish(1, key="c1", version=1)
    assert tab.hears(1)


@pytest.mark.redis
def test_an_event_into_one_process_comes_out_of_the_other(
    site: Sites, tabs: Callable[..., list[Tab]], redis_url: str
) -> None:
    here = site(REDIS_URL=redis_url)
    there = site(beside=here)
    [tab] = tabs(there)
    here.publish(1, key="c1", version=1)
    assert tab.hears(1)[0]["key"] == "c1"
