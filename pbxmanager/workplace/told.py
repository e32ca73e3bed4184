"""Telling those who watch whose presence changed, beside the calls and in one go.

An event of a phone only leaves a note here: what has to be asked of the database is
asked a moment later, in a thread, for all that happened meanwhile.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connections
from django.utils import timezone

from crmplus.live.bus import bus, publish
from pbxmanager.models import Leg
from pbxmanager.workplace.models import SignOfLife
from pbxmanager.workplace.presences import Shown, presences

logger = logging.getLogger(__name__)
CALM_SECONDS = 0.08

Tell = Callable[[set[int], set[int]], None]


def somebody_listens() -> bool:
    """Whether a browser can hear of it: in this process, or perhaps in another."""
    return bus().relay is not None or bool(bus().hub.subscriptions())


class Teller:
    """Gathers changes, and tells of them together; every method may be called in any
    thread and returns at once. A thread runs only while there is something to tell."""

    def __init__(
        self, tell: Tell, listens: Callable[[], bool], calm: float = CALM_SECONDS
    ) -> None:
        self._tell = tell
        self._listens = listens
        self._calm = calm
        self._lock = threading.Lock()
        self._calls: set[int] = set()
        self._people: set[int] = set()
        self._is_running = False

    def call_changed(self, call: int) -> None:
        """Those who have a part in a call (id) may look different now."""
        self._note({call}, set())

    def people_changed(self, users: Iterable[int]) -> None:
        """These users (ids) look different now."""
        self._note(set(), set(users))

    def _note(self, calls: set[int], users: set[int]) -> None:
        if not (calls or users) or not self._listens():
            return
        with self._lock:
            self._calls |= calls
            self._people |= users
            if self._is_running:
                return
            self._is_running = True
        threading.Thread(target=self._run, name="presence", daemon=True).start()

    def _run(self) -> None:
        while True:
            time.sleep(self._calm)
            with self._lock:
                calls, people = self._calls, self._people
                self._calls, self._people = set(), set()
                if not (calls or people):
                    self._is_running = False
                    return
            try:
                self._tell(calls, people)
            except Exception:
                logger.exception("Nobody was told of a change of presence.")
            finally:
                connections.close_all()


def tell(calls: set[int], people: set[int]) -> None:
    """Give all who watch the presence of these people, and of those in these calls.

    One query where nobody watches, else the same few however much has changed.
    """
    now = timezone.now()
    watchers = SignOfLife.objects.filter(watches_until__gt=now)
    told = list(watchers.values_list("user_id", flat=True))
    if not told:
        return
    legs = Leg.objects.filter(call__in=calls, user__isnull=False) if calls else ()
    users = people | {leg.user_id for leg in legs if leg.user_id}
    if users:
        found = presences(users, now)
        publish(
            told, {"type": "presence", "people": list(map(as_data, found.values()))}
        )


def as_data(shown: Shown) -> dict[str, Any]:
    """A presence as a browser takes it: no words, each has its own language."""
    return {
        "id": shown.user,
        "state": shown.presence.state.value,
        "since": shown.presence.since,
        "pause": shown.pause,
        "late": shown.is_late,
    }


teller = Teller(tell, somebody_listens)
