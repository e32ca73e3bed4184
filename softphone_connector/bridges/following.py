"""Listens to a client that tells its events over TCP, and connects again."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Iterator

from softphone_connector.bridges.reports import Report

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT = 5.0
CHUNK = 65_536
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
# A peer that lost its power closes nothing: it is asked after a minute of silence,
# and given up after half a minute more.
KEEPALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
Address = tuple[str, int]
Read = Callable[[Iterator[bytes]], Iterator[Report]]


class BrokenStream(Exception):
    """What arrives is not what was expected: nothing after it can be trusted."""


def keep_alive(connection: socket.socket) -> None:
    """Let the system find out that the other side is gone."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        option = getattr(socket, name, None)
        if option is not None:
            connection.setsockopt(socket.IPPROTO_TCP, option, value)


def received(connection: socket.socket) -> Iterator[bytes]:
    """What arrives until the other side closes."""
    while data := connection.recv(CHUNK):
        yield data


def follow_once(
    client: str, peer: Address, read: Read, put: Callable[[Report], None]
) -> None:
    """Hand on all reports until the client closes the connection.

    Raises OSError or BrokenStream.
    """
    with socket.create_connection(peer, CONNECT_TIMEOUT) as connection:
        connection.settimeout(None)
        keep_alive(connection)
        logger.info("Connected to %s at %s:%d.", client, *peer)
        for report in read(received(connection)):
            put(report)


def follow(
    client: str,
    peer: Address,
    read: Read,
    put: Callable[[Report], None],
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Hand on reports for ever; the client may be started, ended and started again.

    ``client`` is its name in the log, ``read`` turns the stream of one connection
    into reports. Returns only by an exception, such as that of a signal.
    """
    wait = FIRST_PAUSE
    while True:
        try:
            follow_once(client, peer, read, put)
            why, wait = "it closed the connection", FIRST_PAUSE
        except (OSError, BrokenStream) as error:
            why = str(error)
        logger.warning("No connection to %s at %s:%d: %s", client, *peer, why)
        pause(wait)
        wait = min(2 * wait, LONGEST_PAUSE)
