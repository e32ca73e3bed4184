from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from crmplus import hooks
from crmplus.live import admission, hub, stream
from crmplus.live.bus import Bus, publish
from tests.crmplus.live.support import ANNA, Browser, streams

pytestmark = pytest.mark.usefixtures("signed_in")
RINGING = {"type": "call", "key": "c1", "version": 1}
CONNECTED = {"type": "call", "key": "c1", "version": 2}


def play(scene: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a scene, and see that every stream it opened is closed."""
    asyncio.run(asyncio.wait_for(scene(), 30))


def calls(*messages: dict[str, Any]) -> hooks.LiveSnapshot:
    return hooks.LiveSnapshot(key="calls", messages=lambda user_id: messages)


def test_a_stream_begins_with_a_snapshot_of_all_sources(own: Bus) -> None:
    async def scene() -> None:
        browser = Browser(cookie="sessionid=a")
        name, data = await browser.event()
        assert (name, data) == (
            "snapshot",
            {"ping": 15, "messages": [RINGING, CONNECTED]},
        )
        await browser.leave()

    with (
        hooks.temporarily(calls(CONNECTED)),
        hooks.temporarily(
            hooks.LiveSnapshot(key="first", order=1, messages=lambda user_id: [RINGING])
        ),
    ):
        play(scene)


def test_the_snapshot_is_the_users_own(own: Bus) -> None:
    mine = hooks.LiveSnapshot(key="me", messages=lambda user_id: [{"user": user_id}])

    async def scene() -> None:
        browser = Browser(cookie="sessionid=b")
        assert await browser.snapshot() == [{"user": 2}]
        await browser.leave()

    with hooks.temporarily(mine):
        play(scene)


def test_what_is_published_follows(own: Bus) -> None:
    async def scene() -> None:
        browser = Browser(cookie="sessionid=a")
        await browser.snapshot()
        await asyncio.to_thread(publish, [ANNA.user_id], RINGING)
        assert await browser.event() == ("message", RINGING)
        await browser.leave()

    play(scene)


def test_nothing_is_lost_between_snapshot_and_stream(own: Bus) -> None:
    def messages(user_id: int) -> list[dict[str, Any]]:
        publish([user_id], CONNECTED)
        return [RINGING]

    async def scene() -> None:
        browser = Browser(cookie="sessionid=a")
        assert await browser.snapshot() == [RINGING]
        assert await browser.event() == ("message", CONNECTED)
        await browser.leave()

    with hooks.temporarily(hooks.LiveSnapshot(key="calls", messages=messages)):
        play(scene)


def test_a_refresh_sends_what_waited_and_then_a_fresh_snapshot(own: Bus) -> None:
    async def scene() -> None:
        browser = Browser(cookie="sessionid=a")
        await browser.snapshot()
        publish([ANNA.user_id], RINGING)
        own.hub.refresh()
        assert await browser.event() == ("message", RINGING)
        assert await browser.snapshot() == [CONNECTED]
        await browser.leave()

    with hooks.temporarily(calls(CONNECTED)):
        play(scene)


def test_the_answer_may_not_be_kept_or_gathered_on_its_way(own: Bus) -> None:
    async def scene() -> None:
        browser = Browser(cookie="sessionid=a")
        await browser.snapshot()
        assert browser.headers == {
            "cache-control": "no-store",
            "content-type": "text/event-stream; charset=utf-8",
            "referrer-policy": "no-referrer",
            "x-accel-buffering": "no",
            "x-content-type-options": "nosniff",
        }
        await browser.leave()

    play(scene)


def test_pings_tell_a_silent_line_from_a_dead_one(
    own: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "PING_SECONDS", 0.01)

    async def scene() -> None:
        browser = Browser(cookie="sessionid=a")
        await browser.snapshot()
        assert await browser.event() == ("ping", {})
        assert await browser.event() == ("ping", {})
        await browser.leave()

    play(scene)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({}, 204),
        ({"cookie": "sessionid=unknown"}, 204),
        ({"cookie": "other=a"}, 204),
        ({"cookie": "sessionid=a", "query": "user=2"}, 204),
        ({"cookie": "sessionid=a", "method": "HEAD"}, 405),
        ({"cookie": "sessionid=a", "method": "POST"}, 405),
        ({"cookie": "sessionid=a", "host": "evil.example"}, 400),
        ({"cookie": "sessionid=a", "host": ""}, 400),
        ({"cookie": "sessionid=a", "sec_fetch_site": "cross-site"}, 403),
        ({"cookie": "sessionid=a", "sec_fetch_site": "same-site"}, 403),
        ({"cookie": "sessionid=a", "origin": "https://evil.example"}, 403),
        ({"cookie": "sessionid=a", "origin": "null"}, 403),
    ],
)
def test_who_gets_no_stream(own: Bus, request_: dict[str, str], status: int) -> None:
    async def scene() -> None:
        browser = Browser(**request_)
        assert await browser.answer() == status
        await browser.over()
        assert browser.completed
        assert browser.headers["cache-control"] == "no-store"
        assert browser.headers.get("allow") == ("GET" if status == 405 else None)
        assert streams(own) == 0

    play(scene)


@pytest.mark.parametrize(
    "request_",
    [
        {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "none"},
        {"origin": "http://localhost"},
        {"query": "user=1"},
        {"host": "localhost:8000", "origin": "http://localhost:8000"},
    ],
)
def test_who_gets_one(own: Bus, request_: dict[str, str]) -> None:
    async def scene() -> None:
        browser = Browser(cookie="sessionid=a", **request_)
        assert await browser.answer() == 200
        await browser.leave()

    play(scene)


def test_in_development_only_local_names_are_ours(own: Bus, settings: Any) -> None:
    settings.DEBUG, settings.ALLOWED_HOSTS = True, []

    async def scene() -> None:
        assert await Browser(host="127.0.0.1:8000").answer() == 204
        assert await Browser(host="evil.example").answer() == 400

    play(scene)


def test_a_browser_that_leaves_leaves_nothing_behind(own: Bus) -> None:
    async def scene() -> None:
        browser = Browser(cookie="sessionid=a")
        await browser.snapshot()
        assert streams(own) == 1
        await browser.leave()
        assert streams(own) == 0
        assert len(asyncio.all_tasks()) <= 2

    play(scene)


def test_a_client_that_takes_nothing_is_cut(
    own: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "SEND_SECONDS", 0.01)

    async def scene() -> None:
        browser = Browser(cookie="sessionid=a")
        browser.takes.clear()
        await browser.over()
        assert not browser.completed
        assert streams(own) == 0

    play(scene)


def test_when_the_server_ends_its_streams_end_and_no_new_ones_begin(own: Bus) -> None:
    async def scene() -> None:
        browser = Browser(cookie="sessionid=a")
        await browser.snapshot()
        own.stop()
        await browser.over()
        assert browser.completed
        late = Browser(cookie="sessionid=a")
        assert await late.answer() == 503

    play(scene)


def test_a_stream_that_ends_before_its_snapshot_says_try_again(own: Bus) -> None:
    def messages(user_id: int) -> list[dict[str, Any]]:
        own.hub.close()
        return []

    async def scene() -> None:
        browser = Browser(cookie="sessionid=a")
        assert await browser.answer() == 503
        await browser.over()

    with hooks.temporarily(hooks.LiveSnapshot(key="calls", messages=messages)):
        play(scene)


def test_without_a_snapshot_there_is_no_stream(
    own: Bus, caplog: pytest.LogCaptureFixture
) -> None:
    def messages(user_id: int) -> list[dict[str, Any]]:
        raise OSError("no database")

    async def scene() -> None:
        browser = Browser(cookie="sessionid=a")
        assert await browser.answer() == 503
        await browser.over()
        assert streams(own) == 0

    with hooks.temporarily(hooks.LiveSnapshot(key="calls", messages=messages)):
        play(scene)
    assert "no database" in caplog.text


def test_a_failing_refresh_ends_the_stream_so_that_the_browser_comes_back(
    own: Bus, caplog: pytest.LogCaptureFixture
) -> None:
    answers = [[RINGING]]

    async def scene() -> None:
        browser = Browser(cookie="sessionid=a")
        await browser.snapshot()
        own.hub.refresh()
        await browser.over()
        assert browser.completed

    with hooks.temporarily(
        hooks.LiveSnapshot(key="calls", messages=lambda user_id: answers.pop())
    ):
        play(scene)
    assert "A live stream broke off" in caplog.text


def test_a_database_that_is_away_is_not_the_same_as_being_signed_out(
    own: Bus, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unreachable(session_key: str) -> None:
        raise OSError("no database")

    monkeypatch.setattr(admission, "identify", unreachable)

    async def scene() -> None:
        assert await Browser(cookie="sessionid=a").answer() == 503

    play(scene)
    assert "no database" in caplog.text
