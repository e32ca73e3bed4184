"""Phones that report calls to a server that may be killed at any moment."""

from __future__ import annotations

import http.client
import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

EVENTS = ("ringing", "connected", "ended")
LINES = 8


@dataclass
class Phones:
    """Eight lines that together report ``rate`` events a second, call after call.

    What was not answered with 2xx is sent again, as a well-made client does. ``told``
    holds (call ID, event) of all that was answered with 2xx.
    """

    port: int
    key: str
    rate: float = 100.0
    told: list[tuple[str, str]] = field(default_factory=list)
    sent_again: int = 0
    up: threading.Event = field(default_factory=threading.Event)
    _ending: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _calls: Iterator[int] = field(default_factory=itertools.count)
    _next_at: float = 0.0

    @contextmanager
    def calling(self) -> Iterator[Phones]:
        """Report calls meanwhile; at the end every line finishes its own call."""
        self.up.set()
        lines = [
            threading.Thread(target=self._line, args=[line], daemon=True)
            for line in range(LINES)
        ]
        for line in lines:
            line.start()
        try:
            yield self
        finally:
            self._ending.set()
            for line in lines:
                line.join(60)
        assert not any(line.is_alive() for line in lines), "A line never got through."

    def _line(self, line: int) -> None:
        while not self._ending.is_set():
            with self._lock:
                call = next(self._calls)
            for event in EVENTS:
                self._pace()
                self._tell(event, f"call-{call}", f"20{line}", f"+49302{call:07}")

    def _pace(self) -> None:
        """Wait for this line's turn; while the server is down turns are lost."""
        with self._lock:
            now = time.monotonic()
            at = self._next_at = max(now, self._next_at + 1 / self.rate)
        time.sleep(at - now)

    def _tell(self, event: str, call_id: str, extension: str, number: str) -> None:
        query = urlencode(
            {"extension": extension, "number": number, "call_id": call_id}
        )
        while not self._sent(f"/softphone/{self.key}/{event}?{query}"):
            with self._lock:
                self.sent_again += 1
            time.sleep(0.05)
            self.up.wait(60)
        with self._lock:
            self.told.append((call_id, event))

    def _sent(self, address: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", address)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        assert status < 300 or status >= 500, f"refused with {status}"
        return status < 300
