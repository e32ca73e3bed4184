from __future__ import annotations

import asyncio
import threading

import pytest

from crmplus.live import hub as hub_module
from crmplus.live.hub import MOST_WAITING, PING, Hub, Subscription
from tests.crmplus.live.support import ANNA, BEN


async def settled() -> None:
    """Let everything run that other threads have asked the loop for."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def test_a_frame_reaches_every_stream_of_its_users_and_no_other() -> None:
    async def scene() -> tuple[bytes, ...]:
        hub = Hub()
        streams = [Subscription(who) for who in (ANNA, ANNA, BEN)]
        for one in streams:
            hub.join(one)
        hub.deliver([ANNA.user_id], b"ring")
        await settled()
        return tuple(one.take() for one in streams)

    assert asyncio.run(scene()) == (b"ring", b"ring", b"")


def test_a_stream_that_waits_is_woken_from_another_thread() -> None:
    async def scene() -> bytes:
        hub, stream = Hub(), Subscription(ANNA)
        stream.stale = False
        hub.join(stream)
        threading.Thread(target=hub.deliver, args=([1], b"ring")).start()
        await asyncio.wait_for(stream.ready(), 5)
        return stream.take()

    assert asyncio.run(scene()) == b"ring"


def test_frames_gather_in_their_order_until_they_are_taken() -> None:
    async def scene() -> tuple[bytes, bytes]:
        hub, stream = Hub(), Subscription(ANNA)
        hub.join(stream)
        for frame in (b"1", b"2", b"3"):
            hub.deliver([1], frame)
        await settled()
        return stream.take(), stream.take()

    assert asyncio.run(scene()) == (b"123", b"")


def test_a_client_that_lags_too_far_behind_is_cut_and_keeps_no_memory() -> None:
    async def scene() -> tuple[bool, bool, bytes]:
        stream = Subscription(ANNA)
        for _ in range(MOST_WAITING):
            stream.put(b"ring")
        before = stream.ended
        stream.put(b"one too many")
        stream.put(b"and more")
        return before, stream.ended, stream.take()

    assert asyncio.run(scene()) == (False, True, b"")


def test_a_stream_that_left_gets_nothing_and_leaves_nothing_behind() -> None:
    async def scene() -> tuple[bytes, int]:
        hub, stream = Hub(), Subscription(ANNA)
        hub.join(stream)
        hub.leave(stream)
        hub.deliver([1], b"ring")
        await settled()
        return stream.take(), len(hub._by_user)

    assert asyncio.run(scene()) == (b"", 0)


def test_leaving_spares_the_other_streams_of_the_user() -> None:
    async def scene() -> bytes:
        hub, left, stays = Hub(), Subscription(ANNA), Subscription(ANNA)
        hub.join(left)
        hub.join(stays)
        hub.leave(left)
        hub.deliver([1], b"ring")
        await settled()
        return stays.take()

    assert asyncio.run(scene()) == b"ring"


def test_a_refresh_asks_every_stream_for_a_snapshot() -> None:
    async def scene() -> bool:
        hub, stream = Hub(), Subscription(ANNA)
        stream.stale = False
        hub.join(stream)
        waiting = asyncio.create_task(stream.ready())
        await settled()
        hub.refresh()
        await asyncio.wait_for(waiting, 5)
        return stream.stale

    assert asyncio.run(scene())


def test_closing_ends_open_streams_and_those_that_come_later() -> None:
    async def scene() -> tuple[bool, bool]:
        hub, early, late = Hub(), Subscription(ANNA), Subscription(ANNA)
        hub.join(early)
        hub.close()
        hub.join(late)
        await settled()
        return early.ended, late.ended

    assert asyncio.run(scene()) == (True, True)


def test_a_silent_stream_pings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "PING_SECONDS", 0.001)

    async def scene() -> list[bytes]:
        stream = Subscription(ANNA)
        stream.stale = False
        pings = []
        for _ in range(3):
            await asyncio.wait_for(stream.ready(), 5)
            pings.append(stream.take())
        stream.end()
        return pings

    assert [piece[: len(PING)] for piece in asyncio.run(scene())] == [PING] * 3


def test_a_stream_whose_loop_is_gone_disturbs_nobody() -> None:
    hub = Hub()

    async def forgotten() -> None:
        hub.join(Subscription(ANNA))

    asyncio.run(forgotten())

    async def scene() -> bytes:
        stream = Subscription(ANNA)
        hub.join(stream)
        hub.deliver([1], b"ring")
        await settled()
        return stream.take()

    assert asyncio.run(scene()) == b"ring"


def test_errors_of_a_living_loop_are_not_swallowed() -> None:
    class Broken:
        def call_soon_threadsafe(self, *args: object) -> None:
            raise RuntimeError("other")

        def is_closed(self) -> bool:
            return False

    with pytest.raises(RuntimeError, match="other"):
        hub_module.post(Broken(), print)  # type: ignore[arg-type]
