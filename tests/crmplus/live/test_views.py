"""The plain way to the stream answers as the lean one does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from crmplus import hooks
from crmplus.live.bus import Bus, publish
from crmplus.live.views import stream
from tests.crmplus.live.support import ANNA, streams

# A stream closes what the request used of the database, which another test may have
# opened in this process.
pytestmark = [pytest.mark.usefixtures("signed_in"), pytest.mark.django_db]


def ask(method: str = "GET", **headers: str) -> HttpResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = RequestFactory().generic(
        method, "/live/", headers={"host": "localhost", **named}
    )
    response = stream(request)
    assert isinstance(response, HttpResponse)
    return response


def listen() -> tuple[StreamingHttpResponse, Iterator[bytes]]:
    headers = {"host": "localhost", "cookie": "sessionid=a"}
    response = stream(RequestFactory().get("/live/", headers=headers))
    assert isinstance(response, StreamingHttpResponse)
    pieces = iter(response)
    return response, pieces


def test_it_begins_with_the_snapshot_and_goes_on(own: Bus) -> None:
    calls = hooks.LiveSnapshot(key="calls", messages=lambda user_id: [{"key": "c1"}])
    with hooks.temporarily(calls):
        response, pieces = listen()
        first = next(pieces)
    assert first.startswith(b"retry: 1000\n\nevent: snapshot\n")
    assert b'{"key":"c1"}' in first
    publish([ANNA.user_id], {"type": "call"})
    assert next(pieces) == b'event: message\ndata: {"type":"call"}\n\n'
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert streams(own) == 1
    response.close()
    assert streams(own) == 0


def test_it_ends_with_the_server(own: Bus) -> None:
    _, pieces = listen()
    next(pieces)
    own.stop()
    assert list(pieces) == []
    assert streams(own) == 0


def test_who_is_not_signed_in_is_told_to_stop(own: Bus) -> None:
    assert ask().status_code == 204


def test_other_methods_and_other_sites_are_refused(own: Bus) -> None:
    refused = ask("POST", cookie="sessionid=a")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET")
    assert ask(cookie="sessionid=a", sec_fetch_site="cross-site").status_code == 403
