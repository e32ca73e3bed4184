"""The ASGI door: lean paths beside Django, and what begins and ends with the server."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from types import FrameType
from typing import Any

from crmplus import hooks
from crmplus.background import Background

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[..., Awaitable[None]]

logger = logging.getLogger(__name__)
GC_THRESHOLDS = (50_000, 20, 1_000)
SWITCH_SECONDS = 0.001


class Door:
    """The outermost ASGI application.

    A request goes to the ``hooks.AsgiPath`` with the longest prefix of its path, else
    to Django. The lifespan starts and stops those paths and the background loops; a
    server without lifespan serves all the same, without the loops.
    """

    def __init__(self, django: Asgi) -> None:
        self._django = django
        self._paths = sorted(
            hooks.registered(hooks.AsgiPath), key=lambda path: -len(path.prefix)
        )
        self._open = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "websocket":
            await _refuse_websocket(receive, send)
        else:
            await self._app(scope)(scope, receive, send)

    def _app(self, scope: Scope) -> Asgi:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        for lean in self._paths:
            if path.startswith(lean.prefix):
                return lean.app
        return self._django

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            background = self._start()
        except Exception as error:
            # Unsaid, the server would go on without the loops.
            logger.exception("The server can't start.")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._stop_paths()
        await asyncio.to_thread(background.stop)
        await send({"type": "lifespan.shutdown.complete"})

    def _start(self) -> Background:
        tune_interpreter()
        _when_told_to_end(self._stop_paths)
        for path in self._paths:
            if path.start:
                path.start()
        self._open = True
        background = Background()
        background.start()
        return background

    def _stop_paths(self) -> None:
        if not self._open:
            return
        self._open = False
        for path in self._paths:
            if path.stop:
                path.stop()


def tune_interpreter() -> None:
    """Spare open streams long pauses.

    What lives since start-up is never looked at again by the garbage collector, and
    its generations fill more slowly: with 1,000 streams that took the slowest
    hundredth of pushes from 77 ms to 1 ms. And a busy worker thread hands the
    interpreter back to the event loop after 1 ms, not 5.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    sys.setswitchinterval(SWITCH_SECONDS)


def _when_told_to_end(stop: Callable[[], None]) -> None:
    """Call ``stop`` in this event loop on SIGINT and SIGTERM, before the server's own.

    Uvicorn waits for open responses before it ends the lifespan: a stream that learnt
    of it only there would keep the server for ever.
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)
        if not callable(before):
            continue

        def handle(
            number: int,
            frame: FrameType | None,
            before: Callable[[int, FrameType | None], Any] = before,
        ) -> None:
            loop.call_soon_threadsafe(stop)
            before(number, frame)

        try:
            signal.signal(number, handle)
        except ValueError:
            # Not the main thread: whoever runs the server there also ends it.
            return


async def _refuse_websocket(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 1000})
