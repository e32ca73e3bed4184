"""Events as phones left them, and a browser that looks at them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from pbxmanager.models import Event
from softphone_connector.endpoints.answers import Answer
from softphone_connector.inspector.reading import EventLine, event_line, with_calls
from tests.softphone_connector.endpoints.sending import kept, send

NUMBER = "+493023125101"
# What might break a page, a table or a query; see also tests of the endpoints.
HOSTILE = (
    "<script>alert(1)</script>",
    "'; DROP TABLE pbxmanager_event; --",
    "a\u202eb\u2066c",
    "x\x00y",
    "\x1b[31mred\r\nSet-Cookie: a=b",
    "%zz%",
    "{{ 7|add:7 }}{% now 'Y' %}",
    "%(value)s %s %d",
    "ß" * 20_000,
    "\ud800",
    "99999999999999999999",
    "9999999999999999999",
    "[::1",
)


def ring(key: str, number: str = NUMBER, **more: Any) -> Answer:
    """A ringing at 201, with an ID of its own unless one is given."""
    ids = {"call_id": f"id-{Event.objects.count()}"}
    return send(f"{key}/ringing", {"extension": "201", "number": number} | ids | more)


def line(event: Event | None = None) -> EventLine:
    """An event in words: the newest one, unless another is given."""
    pk = (event or kept()).pk
    return event_line(with_calls(Event.objects.filter(pk=pk)).get())


def event(at: datetime | None = None, **given: Any) -> Event:
    """A kept event, as nothing but the database made it."""
    values = {"source": "key:1", "kind": "other", "raw": {"params": {}}} | given
    return Event.objects.create(received_at=at or timezone.now(), **values)
