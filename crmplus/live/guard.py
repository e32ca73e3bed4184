"""Ends streams whose person was signed out, or has other rights than before."""

from __future__ import annotations

import logging
import threading

from django.db import connections

from crmplus.live.hub import Hub
from crmplus.live.sessions import still_signed_in

logger = logging.getLogger(__name__)
# Streams must end within 5 s; this leaves room for a slow check.
CHECK_SECONDS = 3.0


class Guard:
    """One thread of the process that looks after all its open streams."""

    def __init__(self, hub: Hub, seconds: float = CHECK_SECONDS) -> None:
        self._hub = hub
        self._seconds = seconds
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to check every few seconds; again does nothing."""
        with self._lock:
            if self._thread is None and not self._ending.is_set():
                self._thread = threading.Thread(
                    target=self._run, name="live-guard", daemon=True
                )
                self._thread.start()

    def stop(self) -> None:
        """End the thread; returns without waiting for it."""
        self._ending.set()

    def check(self) -> None:
        """End every stream that may not go on. Holds no database connection after.

        While the database can't be asked nobody can sign out either: streams stay.
        """
        subscriptions = self._hub.subscriptions()
        if not subscriptions:
            return
        try:
            allowed = still_signed_in({one.who for one in subscriptions})
        except Exception:
            logger.exception("Could not check who is still signed in.")
            return
        finally:
            connections.close_all()
        for one in subscriptions:
            if one.who not in allowed:
                one.post(one.end)

    def _run(self) -> None:
        while not self._ending.wait(self._seconds):
            self.check()
