"""Files as answers, however large, without keeping them in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

CHUNK = 256 * 1024
TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def file_headers(name: str) -> dict[str, str]:
    """The headers of a file that is to be saved, never shown."""
    kind = TYPES.get(Path(name).suffix.lower(), "application/octet-stream")
    return {
        "Content-Type": kind,
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Cache-Control": "no-store",
    }


def file_answer(request: HttpRequest, path: Path, name: str) -> StreamingHttpResponse:
    """A file as a download under a name."""
    pieces = _later(path) if isinstance(request, ASGIRequest) else _pieces(path)
    headers = {**file_headers(name), "Content-Length": str(path.stat().st_size)}
    return StreamingHttpResponse(pieces, headers=headers)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece


async def _later(path: Path) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while piece := await asyncio.to_thread(file.read, CHUNK):
            yield piece
    finally:
        file.close()
