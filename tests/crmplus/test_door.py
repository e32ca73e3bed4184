from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest

from crmplus import door as door_module
from crmplus import hooks
from crmplus.door import Door, Receive, Scope, Send, tune_interpreter


def answering(name: str) -> Any:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "answer", "by": name})

    return app


def asked(door: Door, **scope: Any) -> list[MutableMapping[str, Any]]:
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(door({"type": "http", **scope}, receive, send))
    return sent


@pytest.fixture
def paths() -> Iterator[None]:
    with (
        hooks.temporarily(hooks.AsgiPath(prefix="/a/", app=answering("a"))),
        hooks.temporarily(hooks.AsgiPath(prefix="/a/b/", app=answering("b"))),
    ):
        yield


@pytest.mark.usefixtures("paths")
@pytest.mark.parametrize(
    ("path", "root", "by"),
    [
        ("/a/", "", "a"),
        ("/a/x", "", "a"),
        ("/a/b/c", "", "b"),
        ("/a", "", "django"),
        ("/b/a/", "", "django"),
        ("/crm/a/", "/crm", "a"),
        ("/crm/a/", "", "django"),
    ],
)
def test_the_longest_prefix_answers_and_django_the_rest(
    path: str, root: str, by: str
) -> None:
    answer = asked(Door(answering("django")), path=path, root_path=root)
    assert answer == [{"type": "answer", "by": by}]


def test_a_websocket_is_refused_politely() -> None:
    assert asked(Door(answering("django")), type="websocket", path="/") == [
        {"type": "websocket.close", "code": 1000}
    ]


class Server:
    """The server's side of the lifespan protocol."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.said: asyncio.Queue[str] = asyncio.Queue()
        self.task = asyncio.create_task(
            door({"type": "lifespan"}, self._receive, self._send)
        )

    async def says(self, word: str) -> str:
        """Tell the door something, and hear what it answers."""
        self.said.put_nowait(f"lifespan.{word}")
        answer = await asyncio.wait_for(self.heard.get(), 10)
        return answer.removeprefix("lifespan.")

    async def _receive(self) -> MutableMapping[str, Any]:
        return {"type": await self.said.get()}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        self.heard.put_nowait(message["type"])


@pytest.fixture
def happened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What a lean path and the background loops were told, in order."""
    story: list[str] = []

    class Background:
        def start(self) -> None:
            story.append("loops start")

        def stop(self) -> None:
            story.append("loops stop")

    monkeypatch.setattr(door_module, "Background", Background)
    monkeypatch.setattr(door_module, "tune_interpreter", lambda: None)
    kept = {
        number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)
    }
    signal.signal(signal.SIGTERM, lambda number, frame: story.append("server ends"))
    path = hooks.AsgiPath(
        prefix="/a/",
        app=answering("a"),
        start=lambda: story.append("path starts"),
        stop=lambda: story.append("path stops"),
    )
    with (
        hooks.temporarily(path),
        hooks.temporarily(hooks.AsgiPath(prefix="/quiet/", app=answering("quiet"))),
    ):
        # What the installed apps registered stays out of it.
        monkeypatch.setattr(hooks, "_hooks", hooks._hooks[-2:])
        yield story
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_paths_and_loops_live_as_long_as_the_server(happened: list[str]) -> None:
    async def scene() -> None:
        server = Server(Door(answering("django")))
        assert await server.says("startup") == "startup.complete"
        assert happened == ["path starts", "loops start"]
        assert await server.says("shutdown") == "shutdown.complete"
        await server.task

    asyncio.run(scene())
    assert happened == ["path starts", "loops start", "path stops", "loops stop"]


def test_paths_stop_when_the_signal_comes_not_when_all_answers_are_given(
    happened: list[str],
) -> None:
    async def scene() -> None:
        server = Server(Door(answering("django")))
        await server.says("startup")
        signal.raise_signal(signal.SIGTERM)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert happened[2:] == ["server ends", "path stops"]
        await server.says("shutdown")
        await server.task

    asyncio.run(scene())
    assert happened[2:] == ["server ends", "path stops", "loops stop"]


def test_in_a_thread_the_lifespan_alone_ends_the_paths(happened: list[str]) -> None:
    async def scene() -> None:
        server = Server(Door(answering("django")))
        await server.says("startup")
        await server.says("shutdown")
        await server.task

    async def elsewhere() -> None:
        await asyncio.to_thread(asyncio.run, scene())

    asyncio.run(elsewhere())
    assert happened == ["path starts", "loops start", "path stops", "loops stop"]


def test_an_ignored_signal_stays_ignored(happened: list[str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    async def scene() -> None:
        server = Server(Door(answering("django")))
        await server.says("startup")
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        await server.says("shutdown")
        await server.task

    asyncio.run(scene())


def test_a_server_that_cannot_start_says_so(
    happened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise OSError("no room")

    monkeypatch.setattr(door_module, "tune_interpreter", broken)

    async def scene() -> None:
        server = Server(Door(answering("django")))
        assert await server.says("startup") == "startup.failed"
        await server.task

    asyncio.run(scene())
    assert happened == []


def test_the_interpreter_makes_no_long_pauses() -> None:
    before, interval = gc.get_threshold(), sys.getswitchinterval()
    try:
        tune_interpreter()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold() == (50_000, 20, 1_000)
        assert sys.getswitchinterval() == pytest.approx(0.001)
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
        sys.setswitchinterval(interval)
