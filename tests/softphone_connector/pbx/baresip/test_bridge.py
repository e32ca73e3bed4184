"""The bridge listens to baresip, and to the next baresip when that one has ended."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from softphone_connector.bridges.following import FIRST_PAUSE
from softphone_connector.bridges.reports import Report
from softphone_connector.pbx.baresip.bridge import listen, reports
from tests.softphone_connector.pbx.baresip.lines import (
    ANSWERED_INBOUND,
    event,
    netstring,
)


class Enough(Exception):
    """Ends what would go on for ever, as a signal does."""


def test_a_stream_gives_its_calls_with_the_moment_of_each_event() -> None:
    before = datetime.now(UTC)
    stream = b"".join(netstring(line) for line in ANSWERED_INBOUND.splitlines())
    found = list(reports(iter([stream[:100], stream[100:]])))
    assert [one.event for one in found] == ["ringing", "connected", "ended"]
    assert all(before <= one.at <= datetime.now(UTC) for one in found)


@pytest.mark.parametrize("text", ["{", '"text"', "[" * 100_000, "\x00"])
def test_what_is_no_message_is_passed_over(text: str) -> None:
    stream = netstring(text) + netstring(event("CALL_INCOMING"))
    assert [one.event for one in reports(iter([stream]))] == ["ringing"]


def test_the_extension_can_be_given() -> None:
    stream = netstring(event("CALL_INCOMING"))
    assert next(reports(iter([stream]), "250")).extension == "250"


@contextmanager
def baresip(*streams: bytes) -> Iterator[tuple[str, int]]:
    """A baresip that is started as often as there are streams, and says one each."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            for stream in streams:
                with server.accept()[0] as connection:
                    connection.sendall(stream)

        thread = threading.Thread(target=run)
        thread.start()
        yield server.getsockname()
        thread.join(30)


def test_it_connects_again_and_begins_anew() -> None:
    ringing = netstring(event("CALL_INCOMING"))
    closed = netstring(event("CALL_CLOSED", param="Connection reset by user"))
    heard: list[Report] = []
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise Enough

    with baresip(ringing, b"nonsense", closed) as ctrl, pytest.raises(Enough):
        listen(ctrl, heard.append, pause=pause)
    assert [(one.event, one.cause) for one in heard] == [("ringing", ""), ("ended", "")]
    assert pauses == [FIRST_PAUSE, 2 * FIRST_PAUSE, FIRST_PAUSE]


def test_it_waits_longer_and_longer_for_a_baresip_that_is_not_there(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ctrl = server.getsockname()
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 7:
            raise Enough

    with pytest.raises(Enough):
        listen(ctrl, lambda report: None, pause=pause)
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    assert "No connection to baresip" in caplog.text
