"""Messages between processes, through a real Redis."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from crmplus.live import relay as relay_module
from crmplus.live.bus import Bus
from crmplus.live.hub import Subscription
from crmplus.live.relay import Relay
from tests.crmplus.live.support import ANNA, PATIENCE
from tests.support import services

pytestmark = pytest.mark.redis


@pytest.fixture
def process(redis_url: str) -> Iterator[Callable[..., Bus]]:
    """Makes the live channel of one more server process, already listening."""
    made: list[Bus] = []

    def make(url: str = redis_url) -> Bus:
        own = Bus(url)
        made.append(own)
        assert own.relay
        own.relay.start()
        assert own.relay.listening.wait(PATIENCE)
        return own

    yield make
    for own in made:
        own.stop()
    for own in made:
        assert own.relay
        assert own.relay._thread
        own.relay._thread.join(PATIENCE)


class Private:
    """A Redis server of one test's own, which it may take away."""

    def __init__(self, folder: Path) -> None:
        self.port = services.free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._running = ExitStack()

    def start(self) -> None:
        command = [services.redis_server(), "--port", str(self.port), "--save", ""]
        log = self._folder / "redis.log"
        process = services.start(command, log, cwd=self._folder)
        self._running.callback(services.stop, process)
        client = redis.Redis.from_url(self.url)

        def answers() -> bool:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False

        services.wait_until(answers, "Redis did not answer")
        client.close()

    def stop(self) -> None:
        self._running.close()


@pytest.fixture
def private(redis_url: str, tmp_path: Path) -> Iterator[Private]:
    own = Private(tmp_path)
    own.start()
    yield own
    own.stop()


def quiet(own: Bus) -> Subscription:
    """A stream that has its snapshot."""
    subscription = own.join(ANNA)
    subscription.stale = False
    return subscription


async def given(subscription: Subscription) -> bytes:
    await asyncio.wait_for(subscription.ready(), PATIENCE)
    return subscription.take()


def test_what_one_process_publishes_the_others_and_itself_deliver(
    process: Callable[..., Bus],
) -> None:
    here, there = process(), process()

    async def scene() -> None:
        streams = [quiet(here), quiet(there)]
        await asyncio.to_thread(here.publish, [ANNA.user_id, 7], {"type": "call"})
        for stream in streams:
            assert await given(stream) == b'event: message\ndata: {"type":"call"}\n\n'
        for own, stream in zip((here, there), streams, strict=True):
            own.leave(stream)

    asyncio.run(scene())


def test_one_subscription_serves_all_streams_of_a_process(
    process: Callable[..., Bus], private: Private
) -> None:
    own = process(private.url)

    async def scene() -> int:
        streams = [quiet(own) for _ in range(20)]
        with redis.Redis.from_url(private.url) as client:
            [(_, subscribers)] = client.pubsub_numsub(own.relay._channel)  # type: ignore[union-attr]
        for stream in streams:
            own.leave(stream)
        return int(subscribers)

    assert asyncio.run(scene()) == 1


def test_after_redis_was_away_all_streams_get_fresh_snapshots(
    process: Callable[..., Bus], private: Private
) -> None:
    own = process(private.url)

    async def scene() -> None:
        stream = quiet(own)
        await asyncio.to_thread(private.stop)
        await asyncio.to_thread(private.start)
        await asyncio.wait_for(stream.ready(), PATIENCE)
        assert stream.stale
        own.leave(stream)

    asyncio.run(scene())


def test_without_redis_a_message_still_reaches_the_streams_of_its_own_process(
    process: Callable[..., Bus], private: Private, caplog: pytest.LogCaptureFixture
) -> None:
    own = process(private.url)
    private.stop()

    async def scene() -> None:
        stream = quiet(own)
        await asyncio.to_thread(own.publish, [ANNA.user_id], {"type": "call"})
        assert b'{"type":"call"}' in await given(stream)
        own.leave(stream)

    asyncio.run(scene())
    assert "Redis does not take live messages" in caplog.text


@pytest.fixture
def deaf() -> Iterator[str]:
    """The address of a server that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def test_a_redis_that_hangs_delays_nobody_for_long(deaf: str) -> None:
    relay = Relay(deaf, "channel", heard=print, healed=print)
    begun = time.monotonic()
    with ThreadPoolExecutor() as threads:
        sent = list(threads.map(relay.publish, [b"x"] * 4))
    assert not any(sent)
    assert not any(relay.publish(b"x") for _ in range(100))
    assert time.monotonic() - begun < 4 * relay_module.PATIENCE_SECONDS


def test_a_redis_that_hangs_is_left_and_tried_again(
    deaf: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(relay_module, "PATIENCE_SECONDS", 0.01)
    tried = threading.Semaphore(0)

    class Counting(Relay):
        def _listen(self) -> None:
            tried.release()
            super()._listen()

    relay = Counting(deaf, "channel", heard=print, healed=print)
    relay.start()
    for _ in range(2):
        assert tried.acquire(timeout=PATIENCE)
    relay.stop()
    assert relay._thread
    relay._thread.join(PATIENCE)
    assert "Lost the live messages of Redis" in caplog.text


def test_the_first_success_after_a_failure_refreshes_the_streams_of_all_processes(
    process: Callable[..., Bus], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "PAUSE_SECONDS", 0)
    here, there = process(), process()
    assert here.relay
    here.relay._missed = True

    async def scene() -> None:
        stream = quiet(there)
        await asyncio.to_thread(here.publish, [99], {"type": "call"})
        await asyncio.wait_for(stream.ready(), PATIENCE)
        assert stream.stale
        there.leave(stream)

    asyncio.run(scene())
    assert not here.relay._missed


def test_a_failure_that_nothing_follows_is_made_good_as_well(
    process: Callable[..., Bus], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "PROBE_SECONDS", 0.0)
    monkeypatch.setattr(relay_module, "WAIT_SECONDS", 0.01)
    here, there = process(), process()
    assert here.relay

    async def scene() -> None:
        stream = quiet(there)
        here.relay._missed = True  # type: ignore[union-attr]
        await asyncio.wait_for(stream.ready(), PATIENCE)
        assert stream.stale
        there.leave(stream)

    asyncio.run(scene())


def test_a_subscription_that_fell_silent_is_made_anew(
    process: Callable[..., Bus],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(relay_module, "WAIT_SECONDS", 0.01)
    own = process()

    async def scene() -> None:
        stream = quiet(own)
        monkeypatch.setattr(relay_module, "SILENCE_SECONDS", 0)
        await asyncio.wait_for(stream.ready(), PATIENCE)
        assert stream.stale
        own.leave(stream)

    asyncio.run(scene())
    assert "no answer" in caplog.text


def test_a_listener_that_fails_otherwise_is_logged_and_tried_again(
    redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    again = threading.Event()

    class Broken(Relay):
        def _listen(self) -> None:
            if "broke off" in caplog.text:
                again.set()
            raise ValueError("surprise")

    relay = Broken(redis_url, "channel", heard=print, healed=print)
    relay.start()
    relay.start()
    assert again.wait(PATIENCE)
    relay.stop()
    assert relay._thread
    relay._thread.join(PATIENCE)
    assert "surprise" in caplog.text
