"""Listens to baresip and hands on what it tells."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from softphone_connector.pbx.baresip.netstrings import BrokenStream, Netstrings
from softphone_connector.pbx.baresip.reports import Reader, Report

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT = 5.0
CHUNK = 65_536
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
Address = tuple[str, int]


def messages(data: Iterator[bytes]) -> Iterator[dict[str, object]]:
    """The messages in a stream, without what is no JSON object.

    Raises BrokenStream.
    """
    netstrings = Netstrings()
    for chunk in data:
        for text in netstrings.feed(chunk):
            try:
                message = json.loads(text.decode("utf-8", "replace"))
            except (ValueError, RecursionError):
                logger.warning("baresip sent a message that is no JSON.")
                continue
            if isinstance(message, dict):
                yield message


def reports(data: Iterator[bytes], extension: str = "") -> Iterator[Report]:
    """The reports that the stream of one connection makes. Raises BrokenStream."""
    reader = Reader(extension)
    for message in messages(data):
        report = reader.read(message, datetime.now(UTC))
        if report:
            yield report


def received(connection: socket.socket) -> Iterator[bytes]:
    """What arrives until the other side closes."""
    while data := connection.recv(CHUNK):
        yield data


def listen_once(
    ctrl: Address, put: Callable[[Report], None], extension: str = ""
) -> None:
    """Hand on all reports until baresip closes the connection.

    Raises OSError or BrokenStream.
    """
    with socket.create_connection(ctrl, CONNECT_TIMEOUT) as connection:
        connection.settimeout(None)
        logger.info("Connected to baresip at %s:%d.", *ctrl)
        for report in reports(received(connection), extension):
            put(report)


def listen(
    ctrl: Address,
    put: Callable[[Report], None],
    extension: str = "",
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Hand on reports for ever; baresip may be started, ended and started again.

    ``ctrl`` is where its ctrl_tcp listens; ``extension`` counts instead of the user
    part of baresip's account. Returns only by an exception, such as that of a signal.
    """
    wait = FIRST_PAUSE
    while True:
        try:
            listen_once(ctrl, put, extension)
            why, wait = "it closed the connection", FIRST_PAUSE
        except (OSError, BrokenStream) as error:
            why = str(error)
        logger.warning("No connection to baresip at %s:%d: %s", *ctrl, why)
        pause(wait)
        wait = min(2 * wait, LONGEST_PAUSE)
