"""Sends reports to the server: in order, in the background, again where it helps."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from itertools import chain, repeat
from queue import SimpleQueue
from urllib.parse import urlencode, urlsplit

from softphone_connector.bridges.reports import Report

logger = logging.getLogger(__name__)

TIMEOUT = 15.0
# A day behind, the server no longer trusts a stated time.
MAX_AGE = timedelta(hours=12)
MAX_WAITING = 1000
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
LONGEST_PAUSE = 30.0
SHOWN = 1024


class Unavailable(Exception):
    """The server could not be reached or could not do it now: send it again."""


class Refused(Exception):
    """It will never work; the text says what to do."""


@dataclass(frozen=True)
class Server:
    """Where reports go: the base address of the CRM, and a softphone key.

    ``client`` is the name of the client that the bridge reports for.
    """

    url: str
    key: str = field(repr=False)
    client: str

    def send(self, report: Report) -> None:
        """Send one report. Raises Unavailable or Refused."""
        # In the body: addresses end up in the logs of proxies.
        body = urlencode(report.parameters())
        headers = {
            "Authorization": f"Bearer {self.key}",
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": f"softphone-connector-{self.client}",
        }
        parts = urlsplit(self.url)
        path = f"{parts.path.rstrip('/')}/softphone/{report.event}"
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.netloc, timeout=TIMEOUT)
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            status, text = answer.status, answer.read(SHOWN)
        except (OSError, HTTPException) as error:
            raise Unavailable(str(error) or type(error).__name__) from error
        finally:
            connection.close()
        judge(status, " ".join(text.decode("utf-8", "replace").split()))


def judge(status: int, text: str) -> None:
    """Raise where an answer is none of success; also a redirect is no success."""
    if status >= 500:
        raise Unavailable(f"{status} {text}")
    if status >= 300:
        raise Refused(f"{status} {text}")


class Sender:
    """A queue of reports with one thread that sends them, oldest first.

    One queue for all calls keeps the order within each of them; what stops it is a
    server that cannot be reached, and that stops all of them.
    """

    def __init__(
        self,
        send: Callable[[Report], None],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._send = send
        self._pause = pause
        self._queue: SimpleQueue[Report | None] = SimpleQueue()
        # A daemon: what cannot be sent must not keep the program from ending.
        self._thread = threading.Thread(target=self._work, name="sender", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, report: Report) -> None:
        """Have a report sent; returns at once. Where too many wait it is dropped."""
        if self._queue.qsize() >= MAX_WAITING:
            logger.error("Dropped, %d events wait: %s", MAX_WAITING, shown(report))
            return
        self._queue.put(report)

    def close(self, seconds: float = 5.0) -> None:
        """Send what waits, as far as that takes no longer than so many seconds."""
        self._queue.put(None)
        self._thread.join(seconds)
        if self._thread.is_alive():
            logger.error("Ended before all events could be sent.")

    def _work(self) -> None:
        while (report := self._queue.get()) is not None:
            self._deliver(report)

    def _deliver(self, report: Report) -> None:
        pauses = chain(PAUSES, repeat(LONGEST_PAUSE))
        while not self._is_done(report):
            self._pause(next(pauses))

    def _is_done(self, report: Report) -> bool:
        """Try once; True if it is sent, or never will be."""
        if datetime.now(UTC) - report.at > MAX_AGE:
            logger.error("Dropped, too old: %s", shown(report))
            return True
        try:
            self._send(report)
        except Unavailable as error:
            logger.warning("Will be sent again: %s: %s", shown(report), error)
            return False
        except Refused as error:
            logger.error("Refused: %s: %s", shown(report), error)
        else:
            logger.info("Sent: %s", shown(report))
        return True


def shown(report: Report) -> str:
    """A report in a log: which, but not who called whom."""
    return f"{report.event}, call {report.call_id}"
