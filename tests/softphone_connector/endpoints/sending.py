"""Short ways to send an event to the handler, and to look at what came of it."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlencode

from pbxmanager.models import Event
from softphone_connector.endpoints.answers import Answer
from softphone_connector.endpoints.handler import handle
from softphone_connector.endpoints.requests import EventRequest

BROWSER = {"sec-fetch-mode": "navigate", "accept": "text/html"}


def request(
    path: str,
    query: dict[str, Any] | str = "",
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    **more: Any,
) -> EventRequest:
    text = query if isinstance(query, str) else urlencode(query)
    return EventRequest(
        method=method,
        path=path,
        query=text.encode(),
        headers=headers or {},
        body=body,
        remote="10.0.0.7",
        **more,
    )


def send(path: str, query: dict[str, Any] | str = "", **parts: Any) -> Answer:
    return handle(request(path, query, **parts))


def header(answer: Answer, name: str) -> str:
    found = [value for key, value in answer.headers if key == name]
    assert len(found) <= 1
    return found[0] if found else ""


def text(answer: Answer) -> str:
    return answer.body.decode()


def basic(password: str) -> dict[str, str]:
    value = base64.b64encode(f"phone:{password}".encode()).decode()
    return {"authorization": f"Basic {value}"}


def kept() -> Event:
    """The newest raw event."""
    event = Event.objects.order_by("pk").last()
    assert event is not None
    return event
