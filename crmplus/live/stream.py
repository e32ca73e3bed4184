"""The live stream: server-sent events at ``/live/``, as a lean ASGI application.

An open stream holds a socket and a few kilobytes: no thread, no database connection.
It begins with a snapshot of all that ``hooks.LiveSnapshot`` gives, then carries what
is published to its user, and a ``ping`` event every 15 s.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Mapping,
    MutableMapping,
)
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, TypeVar

from django.db import connections

from crmplus import hooks
from crmplus.accounts.models import Role
from crmplus.live import hub
from crmplus.live.admission import STREAM_HEADERS, Knock, refusal_headers
from crmplus.live.bus import bus, encode, frame
from crmplus.live.hub import Subscription
from crmplus.live.sessions import Who

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
T = TypeVar("T")

logger = logging.getLogger(__name__)
# After a restart everybody comes back at once: a few at a time reach the database.
THREADS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live")
RETRY = b"retry: 1000\n\n"
# A client that takes nothing for so long is cut.
SEND_SECONDS = 5.0


async def in_thread(work: Callable[..., T], *args: object) -> T:
    """Run database work in a thread that gives its connection back afterwards."""

    def run() -> T:
        try:
            return work(*args)
        finally:
            connections.close_all()

    return await asyncio.get_running_loop().run_in_executor(THREADS, run)


def snapshot(who: Who) -> bytes:
    """The ``snapshot`` event: all a user's browser has to know, and nothing else.

    ``{"ping": seconds between pings, "messages": [...]}``. Asks the database.
    """
    messages = [
        message
        for hook in hooks.registered(hooks.LiveSnapshot)
        if who.is_agent or Role.STATISTICS in hook.roles
        for message in hook.messages(who.user_id)
    ]
    return frame(encode({"ping": hub.PING_SECONDS, "messages": messages}), "snapshot")


async def frames(subscription: Subscription) -> AsyncGenerator[bytes]:
    """What a stream sends, until its subscription ends; the snapshot comes first.

    The subscription is older than the snapshot, so nothing falls between the two.
    What waited before a snapshot is sent before it: it would be out of date after.
    """
    head = RETRY
    while not subscription.ended:
        await subscription.ready()
        waiting = head + subscription.take()
        head = b""
        if subscription.stale:
            subscription.stale = False
            waiting += await in_thread(snapshot, subscription.who)
        if waiting and not subscription.ended:
            yield waiting


async def app(scope: Message, receive: Receive, send: Send) -> None:
    """``GET /live/``: 200 with the stream, 204 for who is not (or no longer) signed in.

    403 to other sites, 405 to other methods, 503 when the database can't be asked or
    the server is about to end; 204 tells an ``EventSource`` to stop for good.
    """
    admitted = await _admit(scope)
    if isinstance(admitted, HTTPStatus):
        await _answer(send, admitted)
        return
    subscription = bus().join(admitted)
    leaving = asyncio.create_task(_until_disconnect(receive, subscription))
    try:
        await _pour(subscription, send)
    finally:
        leaving.cancel()
        bus().leave(subscription)


async def _admit(scope: Message) -> Who | HTTPStatus:
    """Who the stream is for, or the status to refuse it with."""
    knock = Knock(
        method=scope["method"],
        query=scope["query_string"].decode("latin-1"),
        headers={
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in scope["headers"]
        },
    )
    if status := knock.refusal():
        return status
    if bus().hub.closed:
        return HTTPStatus.SERVICE_UNAVAILABLE
    try:
        return await in_thread(knock.who) or HTTPStatus.NO_CONTENT
    except Exception:
        logger.exception("Could not find out who opens a live stream.")
        return HTTPStatus.SERVICE_UNAVAILABLE


async def _until_disconnect(receive: Receive, subscription: Subscription) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    subscription.end()


async def _pour(subscription: Subscription, send: Send) -> None:
    """Answer with all frames of a subscription; 503 if there is no snapshot."""
    started = False
    try:
        async for waiting in frames(subscription):
            if not started:
                await _start(send, HTTPStatus.OK, STREAM_HEADERS)
                started = True
            async with asyncio.timeout(SEND_SECONDS):
                await send(_body(waiting, more=True))
    except TimeoutError:
        # Not completed: the server closes the connection.
        logger.info("A live stream was cut: its client takes nothing.")
        return
    except Exception:
        logger.exception("A live stream broke off.")
    if started:
        await send(_body(b"", more=False))
    else:
        await _answer(send, HTTPStatus.SERVICE_UNAVAILABLE)


async def _answer(send: Send, status: HTTPStatus) -> None:
    await _start(send, status, refusal_headers(status))
    await send(_body(b"", more=False))


async def _start(send: Send, status: HTTPStatus, headers: Mapping[str, str]) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": int(status),
            "headers": [
                (name.lower().encode(), value.encode())
                for name, value in headers.items()
            ],
        }
    )


def _body(body: bytes, more: bool) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}
