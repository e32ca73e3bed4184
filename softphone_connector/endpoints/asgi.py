"""The lean door: an ASGI application beside Django, for the one hot address.

Django's own way under ASGI costs several times what an event does. Here a few threads
of our own do the whole job, each with its database connection, kept open.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import (
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    MutableMapping,
    Sequence,
)
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection

from crmplus.conf import env
from softphone_connector.endpoints import answers
from softphone_connector.endpoints.answers import Answer
from softphone_connector.endpoints.faults import Code, Fault
from softphone_connector.endpoints.handler import handle_all
from softphone_connector.endpoints.requests import (
    BODY_LIMIT,
    PREFIX,
    EventRequest,
    client_address,
)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Job = Callable[[Sequence[EventRequest]], list[Answer]]

# More than this would wait longer than any phone does.
MAX_WAITING = 500


@dataclass(frozen=True, slots=True)
class Pace:
    """How many threads work, and how many events each may commit together."""

    threads: int
    together: int


# SQLite has one writer at a time, and each commit waits for the disk. PostgreSQL
# gathers the commits of several connections by itself.
PACES = {
    "sqlite": Pace(threads=1, together=32),
    "postgresql": Pace(threads=8, together=1),
}


class EventDoor:
    """The ASGI application of the event endpoints."""

    def __init__(
        self,
        job: Job = handle_all,
        pace: Pace | None = None,
        max_waiting: int = MAX_WAITING,
    ) -> None:
        self._job = job
        self._pace = pace or PACES[connection.vendor]
        self._max_waiting = max_waiting
        self._waiting = 0
        self._queue: deque[tuple[EventRequest, Future[Answer]]] = deque()

    @cached_property
    def threads(self) -> ThreadPoolExecutor:
        """The threads that do the work; each keeps its database connection."""
        return ThreadPoolExecutor(self._pace.threads, thread_name_prefix="events")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        if body is None:
            return
        answer = await self._answer(read(scope, body))
        await respond(answer, send)

    async def _answer(self, request: EventRequest) -> Answer:
        """The answer, when a thread has it; 503 at once where too many wait.

        A client that goes away does not take its event back: the work is shielded.
        """
        if self._waiting >= self._max_waiting:
            return answers.refused(Fault(Code.UNAVAILABLE), request)
        self._waiting += 1
        answer: Future[Answer] = Future()
        self._queue.append((request, answer))
        self.threads.submit(self._work)
        work = asyncio.wrap_future(answer)
        work.add_done_callback(self._done)
        return await asyncio.shield(work)

    def _done(self, work: asyncio.Future[Answer]) -> None:
        self._waiting -= 1

    def _work(self) -> None:
        """In a thread: answer what waits, as much together as is allowed.

        It is called once for each request, and finds nothing left where an earlier
        call has answered more than one.
        """
        batch = list(self._take())
        if not batch:
            return
        try:
            answered = self._job([request for request, _answer in batch])
        except BaseException as error:
            for _request, answer in batch:
                answer.set_exception(error)
            raise
        for (_request, answer), found in zip(batch, answered, strict=True):
            answer.set_result(found)

    def _take(self) -> Iterator[tuple[EventRequest, Future[Answer]]]:
        for _ in range(self._pace.together):
            try:
                yield self._queue.popleft()
            except IndexError:
                return


async def read_body(receive: Receive) -> bytes | None:
    """The body, cut where it is too large; None where the client went away."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += bytes(message.get("body", b""))
        if len(body) > BODY_LIMIT or not message.get("more_body", False):
            return body[: BODY_LIMIT + 1]


def read_headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by name; repeated ones are one list (RFC 9110, section 5.3)."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def read(scope: Scope, body: bytes) -> EventRequest:
    """An ASGI request as both doors hand it on."""
    headers = read_headers(scope["headers"])
    client = scope.get("client") or ("",)
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    return EventRequest(
        method=scope["method"],
        path=path.removeprefix(PREFIX),
        query=scope["query_string"],
        headers=headers,
        body=body,
        remote=client_address(
            client[0], headers.get("x-forwarded-for", ""), env.trusted_proxies
        ),
    )


async def respond(answer: Answer, send: Send) -> None:
    """Send an answer; 204 has no length (RFC 9110, section 8.6)."""
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in answer.headers
    ]
    if answer.status != 204:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    start = {"type": "http.response.start", "status": answer.status}
    await send({**start, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
