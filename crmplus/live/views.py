"""The plain way to the stream, for servers without the ASGI door (``runserver``).

Same rules, same frames as the lean application in ``stream.py``; here a stream holds
a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from http import HTTPStatus

from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from crmplus.accounts.rights import open_to_statistics
from crmplus.live.admission import STREAM_HEADERS, Knock, refusal_headers
from crmplus.live.bus import bus
from crmplus.live.sessions import Who
from crmplus.live.stream import frames


@open_to_statistics
def stream(request: HttpRequest) -> HttpResponseBase:
    """``GET /live/``: as ``crmplus.live.stream.app`` answers."""
    knock = Knock(
        method=request.method or "",
        query=request.META.get("QUERY_STRING", ""),
        headers={name.lower(): value for name, value in request.headers.items()},
    )
    status = knock.refusal()
    if status:
        return HttpResponse(status=status, headers=refusal_headers(status))
    who = knock.who()
    if who is None:
        gone = HTTPStatus.NO_CONTENT
        return HttpResponse(status=gone, headers=refusal_headers(gone))
    close_old_connections()
    return StreamingHttpResponse(blocking(pieces(who)), headers=STREAM_HEADERS)


async def pieces(who: Who) -> AsyncGenerator[bytes]:
    """All frames of a new stream; closing the generator closes the stream."""
    subscription = bus().join(who)
    try:
        async for piece in frames(subscription):
            yield piece
    finally:
        bus().leave(subscription)


def blocking(generator: AsyncGenerator[bytes]) -> Iterator[bytes]:
    """An asynchronous generator as a plain one, with an event loop of its own."""

    async def step() -> bytes | None:
        return await anext(generator, None)

    with asyncio.Runner() as runner:
        try:
            while (piece := runner.run(step())) is not None:
                yield piece
        finally:
            runner.run(generator.aclose())
