"""``/probe/publish``, ``/probe/card`` and ``/probe/counts``; quick pings."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

from crmplus import hooks
from crmplus.door import Receive, Scope, Send
from crmplus.live import hub
from crmplus.live.bus import bus, publish

if os.environ.get("PING_SECONDS"):
    hub.PING_SECONDS = float(os.environ["PING_SECONDS"])

known: dict[str, tuple[list[int], dict[str, Any]]] = {}
cards: list[str] = []


def messages(user_id: int) -> list[dict[str, Any]]:
    return [message for users, message in known.values() if user_id in users]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    name = scope["path"].rpartition("/")[2]
    answer: Any = None
    if name == "publish":
        data = json.loads((await receive())["body"])
        users, message = data["users"], data["message"]
        if "key" in message:
            known[message["key"]] = (users, message)
            if message.get("gone"):
                del known[message["key"]]
        await asyncio.to_thread(publish, users, message)
    elif name == "card":
        cards.append(scope["query_string"].decode())
        answer = f"card {len(cards)}"
    else:
        answer = {"streams": len(bus().hub.subscriptions()), "cards": len(cards)}
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


hooks.register(hooks.AsgiPath(prefix="/probe/", app=app))
hooks.register(hooks.LiveSnapshot(key="probe", messages=messages))
