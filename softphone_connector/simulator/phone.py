"""A softphone that only talks HTTP. Standard library only."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

TIMEOUT = 15.0


class Unreachable(Exception):
    """No server answers at the address."""


class Refused(Exception):
    """The server refused an event; its text says what to do."""


@dataclass(frozen=True, slots=True)
class Step:
    """An event and how many seconds after the one before it."""

    after: float
    event: str
    cause: str = ""


@dataclass(frozen=True, slots=True)
class SimulatedCall:
    """What a phone is to report."""

    extension: str
    number: str
    direction: str
    call_id: str
    steps: tuple[Step, ...]


class Phone:
    """Sends events to a server's endpoints over one kept connection."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        self._connection = kind(parts.netloc, timeout=TIMEOUT)
        self._path = parts.path.rstrip("/")
        self._url = url
        self._headers = {"Authorization": f"Bearer {key}"}

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def tell(self, call: SimulatedCall, step: Step) -> float:
        """Report one event; gives the seconds the answer took.

        Raises Unreachable and Refused.
        """
        values = {
            "extension": call.extension,
            "number": call.number,
            "call_id": call.call_id,
            "direction": call.direction,
            "cause": step.cause,
        }
        query = urlencode({name: value for name, value in values.items() if value})
        began = time.perf_counter()
        status, text = self._get(f"{self._path}/softphone/{step.event}?{query}")
        if status >= http.client.BAD_REQUEST:
            raise Refused(f"{status}: {text}")
        return time.perf_counter() - began

    def _get(self, path: str) -> tuple[int, str]:
        was_kept = self._connection.sock is not None
        try:
            return self._ask(path)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            # A server closes what is idle for some seconds, as ringing and talking are.
            if was_kept and isinstance(error, ConnectionError):
                return self._get(path)
            raise Unreachable(f"{self._url}: {error}") from error

    def _ask(self, path: str) -> tuple[int, str]:
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")

    def play(
        self,
        call: SimulatedCall,
        told: Callable[[Step], object],
        speed: float = 1.0,
    ) -> None:
        """Report a whole call in (divided) real time; ``told`` hears of each event."""
        for step in call.steps:
            time.sleep(step.after / speed)
            self.tell(call, step)
            told(step)
