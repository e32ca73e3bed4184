from __future__ import annotations

import asyncio
import threading

import pytest
from django.db import connection

from crmplus.live import guard as guard_module
from crmplus.live.bus import Bus
from crmplus.live.guard import Guard
from crmplus.live.hub import Hub
from tests.crmplus.live.support import BEN, Browser

pytestmark = pytest.mark.usefixtures("signed_in")


def allow(monkeypatch: pytest.MonkeyPatch, *people: object) -> None:
    monkeypatch.setattr(guard_module, "still_signed_in", lambda those: set(people))


def test_only_the_streams_of_who_was_signed_out_end(
    own: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch, BEN)

    async def scene() -> None:
        anna, ben = Browser(cookie="sessionid=a"), Browser(cookie="sessionid=b")
        await anna.snapshot()
        await ben.snapshot()
        await asyncio.to_thread(own.guard.check)
        await anna.over()
        assert anna.completed
        assert not ben.task.done()
        await ben.leave()

    asyncio.run(scene())


def test_streams_stay_while_nobody_can_be_asked(
    own: Bus, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unreachable(those: object) -> None:
        raise OSError("no database")

    monkeypatch.setattr(guard_module, "still_signed_in", unreachable)

    async def scene() -> None:
        anna = Browser(cookie="sessionid=a")
        await anna.snapshot()
        await asyncio.to_thread(own.guard.check)
        await asyncio.sleep(0)
        assert not anna.task.done()
        await anna.leave()

    asyncio.run(scene())
    assert "no database" in caplog.text


def test_without_streams_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(those: object) -> None:
        raise AssertionError

    monkeypatch.setattr(guard_module, "still_signed_in", never)
    Guard(Hub()).check()


def test_it_checks_by_itself_until_it_is_stopped() -> None:
    checked = threading.Event()

    class Counting(Guard):
        def check(self) -> None:
            checked.set()

    guard = Counting(Hub(), seconds=0.001)
    guard.start()
    guard.start()
    assert checked.wait(10)
    guard.stop()
    assert guard._thread
    guard._thread.join(10)
    assert not guard._thread.is_alive()
    guard.start()
    assert not guard._thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_it_holds_no_connection_between_checks(own: Bus) -> None:
    held: list[object] = []

    async def scene() -> None:
        anna = Browser(cookie="sessionid=a")
        await anna.snapshot()

        def check() -> None:
            own.guard.check()
            held.append(connection.connection)

        await asyncio.to_thread(check)
        await anna.over()

    asyncio.run(scene())
    assert held == [None]
