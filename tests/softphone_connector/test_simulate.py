"""``manage.py simulate``: a softphone over HTTP, against a server that takes notes."""

from __future__ import annotations

import dataclasses
import random
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command

from crmplus.records.models import Contact
from pbxmanager.models import Extension
from softphone_connector import keys
from softphone_connector.management.commands import simulate
from softphone_connector.models import SoftphoneKey
from softphone_connector.simulator.phone import Phone, Step
from softphone_connector.simulator.plays import Tally, busy_day, play_day, steps, storm
from tests.softphone_connector.cast import Cast

JULIA = "+493023125101"


class Server(ThreadingHTTPServer):
    """Notes what phones report, and answers with ``status``.

    With ``hangs_up`` it closes each connection without a word, as an idle one is.
    """

    daemon_threads = True
    status = 204
    hangs_up = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.heard: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        event = {name: values[0] for name, values in parse_qs(url.query).items()}
        event["path"] = url.path
        event["key"] = self.headers["Authorization"].removeprefix("Bearer ")
        self.server.heard.append(event)
        self.close_connection = self.server.hangs_up
        self.send_response(self.server.status)
        if self.server.status >= 400:
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"Never")
            return
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=[0.01])
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def office(people: Cast) -> Cast:
    Contact.objects.create(last_name="Berg", phone=JULIA)
    return people


@pytest.fixture(autouse=True)
def own_key_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    env = dataclasses.replace(simulate.env, data_dir=tmp_path)
    monkeypatch.setattr(simulate, "env", env)


def run(server: Server | str, *arguments: str) -> str:
    url = server if isinstance(server, str) else server.url
    out = StringIO()
    call_command("simulate", *arguments, "--url", url, stdout=out)
    return out.getvalue()


def events(server: Server) -> list[str]:
    return [event["path"].rpartition("/")[2] for event in server.heard]


AT_ONCE = ("--ring", "0", "--talk", "0")


def test_one_call_is_reported_from_ringing_to_end(office: Cast, server: Server) -> None:
    said = run(server, *AT_ONCE)
    assert events(server) == ["ringing", "connected", "ended"]
    assert f"inbound: {JULIA} – 201" in said
    assert len({event["call_id"] for event in server.heard}) == 1
    for event in server.heard:
        assert (event["extension"], event["number"]) == ("201", JULIA)
        assert keys.find(event["key"])


def test_a_connection_that_was_idle_for_too_long_is_made_anew(
    office: Cast, server: Server
) -> None:
    server.hangs_up = True
    run(server, *AT_ONCE)
    assert events(server) == ["ringing", "connected", "ended"]


@pytest.mark.parametrize(
    ("ending", "cause"), [("missed", ""), ("busy", "busy"), ("rejected", "rejected")]
)
def test_a_call_that_nobody_answers(
    office: Cast, server: Server, ending: str, cause: str
) -> None:
    run(server, "--ending", ending, "--direction", "outbound", *AT_ONCE)
    assert events(server) == ["ringing", "missed"]
    assert server.heard[1].get("cause", "") == cause
    assert server.heard[1]["direction"] == "outbound"


def test_who_and_where_can_be_named(office: Cast, server: Server) -> None:
    run(
        server,
        *("--extension", "203", "--number", "+43199", "--key", office.bens_key),
        *AT_ONCE,
    )
    [ringing, *_rest] = server.heard
    assert (ringing["extension"], ringing["number"]) == ("203", "+43199")
    assert ringing["key"] == office.bens_key


def test_its_key_is_made_once_and_anew_when_it_was_revoked(
    office: Cast, server: Server
) -> None:
    run(server, *AT_ONCE)
    run(server, *AT_ONCE)
    assert len({event["key"] for event in server.heard}) == 1
    mine = SoftphoneKey.objects.get(pbx_name=simulate.PBX_NAME)
    keys.revoke(mine)
    run(server, *AT_ONCE)
    assert len({event["key"] for event in server.heard}) == 2


def test_in_production_it_takes_no_key_of_its_own(
    office: Cast, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = dataclasses.replace(simulate.env, https=True)
    monkeypatch.setattr(simulate, "env", env)
    with pytest.raises(CommandError, match="no place to try things"):
        run(server)
    assert not server.heard


def test_a_server_that_refuses_is_quoted(office: Cast, server: Server) -> None:
    server.status = 400
    with pytest.raises(CommandError, match="400: Never"):
        run(server)


def test_a_server_that_is_away_is_named(office: Cast) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(CommandError, match="Start it with bin/run"):
            run(url)


def test_without_extensions_or_numbers_it_says_what_to_do(
    people: Cast, server: Server
) -> None:
    with pytest.raises(CommandError, match="--number"):
        run(server)
    Extension.objects.update(user=None)
    with pytest.raises(CommandError, match="--extension"):
        run(server)


def test_a_busy_day_tells_every_event(office: Cast, server: Server) -> None:
    said = run(server, "day", "--speed", "1000000")
    told = len(server.heard)
    assert f"120 calls, {told} events" in said
    assert {event["extension"] for event in server.heard} == {"201", "202", "203"}


def test_a_storm_tells_as_many_events_as_were_asked_for(
    office: Cast, server: Server
) -> None:
    said = run(server, "storm", "--rate", "400", "--seconds", "0.1")
    assert len(server.heard) == 40
    assert said.startswith("40 events, 0 refused, 0 not sent; answered within")


@pytest.mark.parametrize(("status", "fault"), [(400, "refused"), (0, "unreachable")])
def test_a_storm_counts_what_went_wrong(
    server: Server, status: int, fault: str
) -> None:
    server.status = status or 204
    url = server.url if status else "http://127.0.0.1:9"
    tally = storm(lambda: Phone(url, "k"), ["201"], [JULIA], 400, 0.02, lambda: None)
    assert (tally.sent, getattr(tally, fault)) == (8, 8)
    assert tally.percentile(0.5) == 0.0


def test_a_days_events_come_in_their_order(server: Server) -> None:
    calls = list(busy_day(["201"], [JULIA], random.Random(1)))
    assert [at for at, _call in calls] == sorted(at for at, _call in calls)
    told: list[int] = []
    phone = Phone(server.url + "/", "k")
    play_day(lambda: phone, calls[:5], 1e9, lambda: told.append(1))
    assert len(told) == sum(len(call.steps) for _at, call in calls[:5])


def test_percentiles_and_steps() -> None:
    tally = Tally(took=[0.3, 0.1, 0.2, 0.4])
    assert (tally.percentile(0), tally.percentile(0.5), tally.percentile(1)) == (
        0.1,
        0.3,
        0.4,
    )
    assert steps("busy", 3, 9) == (Step(0, "ringing"), Step(3, "missed", "busy"))
