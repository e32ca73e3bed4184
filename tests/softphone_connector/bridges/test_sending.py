"""How reports reach the server: in order, again where that helps, never at any cost."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from softphone_connector.bridges import sending
from softphone_connector.bridges.reports import Report
from softphone_connector.bridges.sending import (
    LONGEST_PAUSE,
    PAUSES,
    Refused,
    Sender,
    Server,
    Unavailable,
)

KEY = "sk_a-secret-of-the-phone"


def report(event: str = "ringing", call_id: str = "a", **age: float) -> Report:
    return Report(
        event=event,
        extension="201",
        number="+491711234567",
        call_id=call_id,
        direction="inbound",
        at=datetime.now(UTC) - timedelta(**age),
    )


class Crm:
    """A server that gives the answers it is told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = []
        self.asked: list[tuple[str, str, dict[str, list[str]]]] = []
        crm = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                key = self.headers["Authorization"]
                crm.asked.append((self.path, key, parse_qs(body)))
                status, text = crm.answers.pop(0) if crm.answers else (204, b"")
                self.send_response(status)
                self.send_header("Location", "http://127.0.0.1:9/")
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"


@pytest.fixture
def crm() -> Iterator[Crm]:
    server = Crm()
    thread = threading.Thread(target=server.http.serve_forever, args=[0.01])
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


class Told:
    """A ``send`` that fails as it is told to, and keeps what it sent."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.sent: list[str] = []
        self.pauses: list[float] = []

    def send(self, one: Report) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(f"{one.event} {one.call_id}")

    def run(self, *reports: Report) -> list[str]:
        sender = Sender(self.send, self.pauses.append)
        for one in reports:
            sender.put(one)
        sender.start()
        sender.close(30)
        return self.sent


def test_an_event_is_posted_with_the_key_in_a_header(crm: Crm) -> None:
    Server(f"{crm.url}/crm", KEY, "baresip").send(report())
    path, key, fields = crm.asked[0]
    assert (path, key) == ("/crm/softphone/ringing", f"Bearer {KEY}")
    assert fields["number"] == ["+491711234567"]
    assert "name" not in fields


@pytest.mark.parametrize("status", [400, 401, 404, 302])
def test_a_refusal_says_what_the_server_said(crm: Crm, status: int) -> None:
    crm.answers = [
        (status, b"The parameter \xe2\x80\x9cnumber\xe2\x80\x9d\nis missing.")
    ]
    with pytest.raises(Refused, match=f"{status} The parameter “number” is missing."):
        Server(crm.url, KEY, "baresip").send(report())
    assert len(crm.asked) == 1


def test_a_server_that_fails_is_asked_again_later(crm: Crm) -> None:
    crm.answers = [(503, b"")]
    with pytest.raises(Unavailable, match="503"):
        Server(crm.url, KEY, "baresip").send(report())


def test_a_server_that_is_away_is_asked_again_later(crm: Crm) -> None:
    crm.http.socket.close()
    with pytest.raises(Unavailable):
        Server(crm.url.replace("http:", "https:"), KEY, "baresip").send(report())


def test_the_key_is_not_shown() -> None:
    assert KEY not in repr(Server("https://crm.example", KEY, "baresip"))


def test_the_order_is_kept_while_the_server_is_away() -> None:
    told = Told(Unavailable("away"), Unavailable("away"))
    events = [report(event) for event in ("ringing", "connected", "ended")]
    assert told.run(*events) == ["ringing a", "connected a", "ended a"]
    assert told.pauses == list(PAUSES[:2])


def test_the_pauses_grow_up_to_a_limit() -> None:
    told = Told(*[Unavailable("away")] * (len(PAUSES) + 2))
    told.run(report())
    assert told.pauses == [*PAUSES, LONGEST_PAUSE, LONGEST_PAUSE]


def test_what_is_refused_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    told = Told(Refused("400 no number"))
    assert told.run(report(), report("ended", "b")) == ["ended b"]
    assert "400 no number" in caplog.text
    assert "491711234567" not in caplog.text
    assert told.pauses == []


def test_what_is_too_old_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    told = Told(Unavailable("away"))
    assert told.run(report(hours=13), report("ended", "b")) == ["ended b"]
    assert "too old" in caplog.text


def test_too_many_waiting_are_dropped_and_never_block(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sending, "MAX_WAITING", 2)
    told = Told()
    assert told.run(*(report(call_id=name) for name in "abc")) == [
        "ringing a",
        "ringing b",
    ]
    assert "Dropped" in caplog.text


def waits_for(event: threading.Event) -> Callable[[Report], None]:
    def send(one: Report) -> None:
        event.wait(30)

    return send


def test_the_end_waits_only_so_long(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    let_go = threading.Event()
    sender = Sender(waits_for(let_go))
    sender.start()
    sender.put(report())
    sender.close(0.01)
    assert "Ended before" in caplog.text
    let_go.set()
    sender.close(30)
