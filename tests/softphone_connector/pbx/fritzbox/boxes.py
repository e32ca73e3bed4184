"""A call monitor for tests, and lines as a FRITZ!Box 7590 writes them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

INBOUND_ANSWERED = """\
04.05.26 11:30:00;RING;0;01711234567;200893;SIP0;
04.05.26 11:30:07;CONNECT;0;10;01711234567;
04.05.26 11:31:10;DISCONNECT;0;63;
"""
INBOUND_MISSED = """\
04.05.26 11:40:00;RING;0;01711234567;200893;SIP0;
04.05.26 11:40:20;DISCONNECT;0;0;
"""
OUTBOUND_ANSWERED = """\
04.05.26 11:50:00;CALL;1;11;200894;03023125123#;SIP1;
04.05.26 11:50:09;CONNECT;1;11;03023125123#;
04.05.26 11:50:39;DISCONNECT;1;30;
"""
OUTBOUND_NOT_REACHED = """\
04.05.26 11:55:00;CALL;1;11;200894;03023125123;SIP1;
04.05.26 11:55:30;DISCONNECT;1;0;
"""
ANONYMOUS = """\
04.05.26 12:00:00;RING;2;;200893;SIP0;
04.05.26 12:00:05;DISCONNECT;2;0;
"""


@contextmanager
def box(*connections: bytes) -> Iterator[tuple[str, int]]:
    """A box that takes as many connections as there are texts, and says one each."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            for text in connections:
                with server.accept()[0] as connection:
                    connection.sendall(text)

        thread = threading.Thread(target=run)
        thread.start()
        yield server.getsockname()
        thread.join(30)
