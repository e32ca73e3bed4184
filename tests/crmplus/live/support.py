"""A browser as the lean application sees it, and streams to look at."""

from __future__ import annotations

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

from crmplus.live.bus import Bus
from crmplus.live.sessions import Who
from crmplus.live.stream import app

PATIENCE = 10.0
ANNA = Who(user_id=1, session_key="a", stamp="1")
BEN = Who(user_id=2, session_key="b", stamp="1")


class Browser:
    """One request for the stream, spoken straight to the ASGI application."""

    def __init__(
        self,
        method: str = "GET",
        query: str = "",
        host: str = "localhost",
        **headers: str,
    ) -> None:
        named = {"host": host, **headers}
        self.scope: MutableMapping[str, Any] = {
            "type": "http",
            "method": method,
            "path": "/live/",
            "query_string": query.encode(),
            "headers": [
                (name.replace("_", "-").encode(), value.encode())
                for name, value in named.items()
            ],
        }
        self.status = 0
        self.headers: dict[str, str] = {}
        self.completed = False
        self.takes = asyncio.Event()
        self.takes.set()
        self._text = ""
        self._asked = False
        self._left = asyncio.Event()
        self._answered = asyncio.Event()
        self._pieces: asyncio.Queue[bytes] = asyncio.Queue()
        self.task = asyncio.create_task(app(self.scope, self._receive, self._send))

    async def answer(self) -> int:
        """The status of the answer."""
        await asyncio.wait_for(self._answered.wait(), PATIENCE)
        return self.status

    async def event(self) -> tuple[str, Any]:
        """The next event of the stream: its name and data."""
        while True:
            block, found, rest = self._text.partition("\n\n")
            if found:
                self._text = rest
                fields = dict(line.split(": ", 1) for line in block.splitlines())
                if "data" in fields:
                    return fields["event"], json.loads(fields["data"])
            else:
                piece = await asyncio.wait_for(self._pieces.get(), PATIENCE)
                self._text += piece.decode()

    async def snapshot(self) -> list[Any]:
        """The messages of the next event, which is a snapshot."""
        name, data = await self.event()
        assert name == "snapshot"
        messages: list[Any] = data["messages"]
        return messages

    async def over(self) -> None:
        """Wait until the application has returned."""
        await asyncio.wait_for(asyncio.shield(self.task), PATIENCE)

    async def leave(self) -> None:
        """Close the connection."""
        self._left.set()
        await self.over()

    async def _receive(self) -> MutableMapping[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {
                name.decode(): value.decode() for name, value in message["headers"]
            }
            self._answered.set()
            return
        await self.takes.wait()
        self._pieces.put_nowait(message["body"])
        self.completed = not message["more_body"]


def streams(own: Bus) -> int:
    """How many streams are open."""
    return len(own.hub.subscriptions())
