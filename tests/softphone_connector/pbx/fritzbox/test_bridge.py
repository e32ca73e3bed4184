"""The bridge listens to the call monitor, and again when box or server come back."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from softphone_connector.bridges import following
from softphone_connector.bridges.reports import Report
from softphone_connector.bridges.sending import Sender, Server
from softphone_connector.pbx.fritzbox.bridge import listen
from softphone_connector.pbx.fritzbox.reports import mapping
from tests.softphone_connector.pbx.fritzbox import boxes

MAP = mapping(["200893=201", "11=202"])


class Enough(Exception):
    """Ends what would go on for ever, as a signal does."""


class Pauses:
    """Counts the pauses, and ends the bridge after so many."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if len(self.seconds) == self.most:
            raise Enough


def test_it_connects_again_and_still_knows_the_calls() -> None:
    ring, connect, disconnect = boxes.INBOUND_ANSWERED.encode().splitlines(True)
    heard: list[Report] = []
    pauses = Pauses(3)
    connections = (ring, connect + b"nonsense\n", disconnect)
    with boxes.box(*connections) as place, pytest.raises(Enough):
        listen(place, heard.append, MAP, pauses)
    assert [one.event for one in heard] == ["ringing", "connected", "ended"]
    assert len({one.call_id for one in heard}) == 1
    assert pauses.seconds == [following.FIRST_PAUSE] * 3


def test_it_waits_longer_and_longer_for_a_box_that_is_away(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        place = gone.getsockname()
    pauses = Pauses(6)
    with pytest.raises(Enough):
        listen(place, lambda report: None, MAP, pauses)
    assert pauses.seconds == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0]
    assert "No connection to FRITZ!Box" in caplog.text


def test_a_stream_of_rubbish_is_cut(caplog: pytest.LogCaptureFixture) -> None:
    with boxes.box(b"x" * 5000) as place, pytest.raises(Enough):
        listen(place, lambda report: None, MAP, Pauses(1))
    assert "without an end" in caplog.text


def test_the_system_watches_over_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(following, "KEEPALIVE", {"TCP_KEEPIDLE": 60, "TCP_NONE": 1})
    with socket.socket() as connection:
        following.keep_alive(connection)
        assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 60


class Crm:
    """A server that is away, fails and comes back as it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failures = 0
        crm = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                fails, crm.failures = crm.failures > 0, crm.failures - 1
                if not fails:
                    extension = parse_qs(body)["extension"][0]
                    crm.asked.append(f"{self.path.rsplit('/')[-1]} {extension}")
                self.send_response(503 if fails else 204)
                self.end_headers()

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


def test_what_happens_while_the_server_fails_is_told_later(crm: Crm) -> None:
    crm.failures = 2
    tries: list[float] = []
    sender = Sender(Server(crm.url, "sk_key", "fritzbox").send, tries.append)
    text = (boxes.INBOUND_ANSWERED + boxes.OUTBOUND_ANSWERED).encode()
    with boxes.box(text) as place, pytest.raises(Enough):
        listen(place, sender.put, MAP, Pauses(1))
    sender.start()
    sender.close(30)
    assert crm.asked == [
        "ringing 201",
        "connected 201",
        "ended 201",
        "ringing 202",
        "connected 202",
        "ended 202",
    ]
    assert len(tries) == 2


def test_a_box_that_is_killed_and_started_again_on_its_port() -> None:
    heard: list[Report] = []
    first = socket.create_server(("127.0.0.1", 0), reuse_port=True)
    place = first.getsockname()
    ring, connect, _end = boxes.INBOUND_ANSWERED.encode().splitlines(True)

    def until(count: int) -> None:
        ends = time.monotonic() + 20
        while len(heard) < count:
            assert time.monotonic() < ends
            time.sleep(0.005)

    def run() -> None:
        with pytest.raises(Enough):
            listen(place, heard.append, MAP, once_gone)

    def once_gone(seconds: float) -> None:
        if is_over.is_set():
            raise Enough
        time.sleep(0.01)

    is_over = threading.Event()
    bridge = threading.Thread(target=run)
    bridge.start()
    with first, first.accept()[0] as connection:
        connection.sendall(ring)
        until(1)
    with (
        socket.create_server(place, reuse_port=True) as second,
        second.accept()[0] as connection,
    ):
        connection.sendall(connect)
        until(2)
        is_over.set()
    bridge.join(20)
    assert [one.event for one in heard] == ["ringing", "connected"]
    assert heard[0].call_id == heard[1].call_id
