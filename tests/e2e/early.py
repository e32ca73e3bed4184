"""The product with the one fault that the power-cut test must find: it says that an
event is recorded before it is."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

from crmplus.asgi import application as honest

# As long as a slow disk takes to write.
COMMIT_SECONDS = 0.3
_later: set[asyncio.Task[None]] = set()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer an event at once, and record it afterwards."""
    if scope["type"] != "http" or not scope["path"].startswith("/softphone/"):
        await honest(scope, receive, send)
        return
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
    task = asyncio.create_task(record_later(scope))
    _later.add(task)
    task.add_done_callback(_later.discard)


async def record_later(scope: dict[str, Any]) -> None:
    """Do what should have been done before the answer."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        """Nobody hears it any more."""

    await asyncio.sleep(COMMIT_SECONDS)
    await honest(scope, receive, send)
