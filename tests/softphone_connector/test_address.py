"""Whether phones reach the CRM at the address in their URLs."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from softphone_connector import address
from softphone_connector.address import (
    Probe,
    Reached,
    base_for_phones,
    obstacles,
    probe,
)

PUBLIC = "https://crm.example.com"
LAN = "http://192.0.2.7:8000"
LOCAL = "http://localhost:8000"
OURS = Probe(Reached.OURS)


@contextmanager
def answering(status: int, location: str = "") -> Iterator[tuple[str, list[str]]]:
    """A web server that gives one answer to everything; its address, what it heard."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            heard.append(self.path)
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", heard
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "location", "found"),
    [
        (204, "", OURS),
        (301, "https://x.example/", Probe(Reached.REDIRECTED, "https://x.example/")),
        (302, "", Probe(Reached.REDIRECTED)),
        (200, "", Probe(Reached.OTHER, "200")),
        (502, "", Probe(Reached.OTHER, "502")),
    ],
)
def test_it_asks_the_event_endpoint_and_follows_nothing(
    status: int, location: str, found: Probe
) -> None:
    with answering(status, location) as (url, heard):
        assert probe(url) == found
        assert heard == ["/softphone/"]


def test_what_does_not_answer_is_told() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        assert probe(f"http://127.0.0.1:{port}") == Probe(
            Reached.NOTHING, "ConnectionRefusedError"
        )


def test_what_never_answers_is_not_waited_for() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        found = probe(f"http://127.0.0.1:{silent.getsockname()[1]}", seconds=0.05)
        assert found == Probe(Reached.NOTHING, "TimeoutError")


def test_a_certificate_that_nobody_signed_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = ssl.SSLCertVerificationError("no")
    error.verify_message = "self-signed certificate"

    def refuse(*args: Any) -> None:
        raise error

    monkeypatch.setattr(address.HTTPSConnection, "request", refuse)
    assert probe(PUBLIC) == Probe(Reached.CERTIFICATE, "self-signed certificate")


def test_a_good_address_is_told_nothing_about() -> None:
    assert list(obstacles(PUBLIC, OURS, ["192.0.2.7"], PUBLIC)) == []
    # From the server itself one may look at it as one likes.
    assert list(obstacles(PUBLIC, OURS, ["192.0.2.7"], LOCAL)) == []


@pytest.mark.parametrize(
    ("names", "opened_at", "better"),
    [
        (["192.0.2.7", "crm"], LOCAL, LAN),
        ([], LOCAL, ""),
        (["192.0.2.7"], "http://127.0.0.1:8000", LAN),
    ],
)
def test_a_local_address_comes_with_a_better_one(
    names: list[str], opened_at: str, better: str
) -> None:
    [one] = obstacles(LOCAL, OURS, names, opened_at)
    assert "http://localhost:8000 means the device itself" in one.text
    assert one.better == better


def test_where_one_opened_the_crm_is_the_better_one() -> None:
    [one] = obstacles(LOCAL, OURS, ["192.0.2.7"], "http://crm.lan:8000")
    assert "phones begin with http://crm.lan:8000 instead" in one.text
    assert one.better == ""


def test_the_usual_port_is_no_other_address() -> None:
    for base in (f"{PUBLIC}:443", "https://CRM.example.com"):
        assert list(obstacles(base, OURS, [], PUBLIC)) == []
    assert list(obstacles(f"{PUBLIC}:8443", OURS, [], PUBLIC))


def test_an_address_is_looked_at_once_in_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def look(base_url: str) -> Probe:
        asked.append(base_url)
        return OURS

    monkeypatch.setattr(address, "probe", look)
    now = 100.0
    probing = address.Probing(clock=lambda: now)
    for _person in range(3):
        assert probing(PUBLIC) is OURS
    assert asked == [PUBLIC]
    probing(LAN)
    assert asked == [PUBLIC, LAN]
    now += address.REMEMBERED
    probing(LAN)
    assert asked == [PUBLIC, LAN, LAN]


def test_a_better_address_keeps_the_scheme() -> None:
    [one] = obstacles("https://localhost", OURS, ["192.0.2.7"], "https://localhost")
    assert one.better == "https://192.0.2.7"


def test_another_address_in_the_browser_is_told() -> None:
    [one] = obstacles(PUBLIC, OURS, [], "https://crm.lan")
    assert "You opened the CRM at https://crm.lan" in one.text
    assert PUBLIC in one.text


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Probe(Reached.REDIRECTED, "https://x.example/"), "redirects to https://x.ex"),
        (Probe(Reached.CERTIFICATE, "self-signed"), "trust (self-signed)"),
        (Probe(Reached.OTHER, "502"), "something else answers (status 502)"),
        (Probe(Reached.NOTHING, "gaierror"), "does not reach https://crm.example.com"),
    ],
)
def test_what_the_server_found_is_said_in_words(found: Probe, words: str) -> None:
    [one] = obstacles(PUBLIC, found, [], PUBLIC)
    assert words in one.text
    assert one.better == ""


@pytest.mark.parametrize(
    ("base", "opened_at", "told"),
    [
        (PUBLIC, LAN, PUBLIC),
        (LOCAL, LAN, LAN),
        (LOCAL, "http://127.0.0.1:8000", LOCAL),
        ("http://[::1]:8000", LAN, LAN),
    ],
)
def test_phones_are_told_an_address_that_is_not_their_own(
    base: str, opened_at: str, told: str
) -> None:
    assert base_for_phones(base, opened_at) == told
