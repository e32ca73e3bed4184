"""Runs the background loops that apps register, in one of N servers."""

from __future__ import annotations

import logging
import threading

from django.db import connections

from crmplus import hooks
from crmplus.leadership import Leader, leader

logger = logging.getLogger(__name__)
STOP_SECONDS = 2.0


class Background:
    """One thread for each ``hooks.BackgroundLoop``, from ``start`` to ``stop``.

    The threads are daemons: a loop that hangs can't keep the server from ending.
    """

    def __init__(self, lead: Leader | None = None) -> None:
        self._lead = lead or leader()
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin all loops; each runs for the first time after its ``seconds``."""
        for loop in hooks.registered(hooks.BackgroundLoop):
            thread = threading.Thread(
                target=self._run, args=(loop,), name=f"loop-{loop.key}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End all loops; waits up to 2 s for each that is at work."""
        self._ending.set()
        for thread in self._threads:
            thread.join(STOP_SECONDS)
        self._lead.release()

    def _run(self, loop: hooks.BackgroundLoop) -> None:
        while not self._ending.wait(loop.seconds):
            self.turn(loop)

    def turn(self, loop: hooks.BackgroundLoop) -> None:
        """Run a loop once, if this server is to; what it raises is logged."""
        try:
            if loop.everywhere or self._lead.mine():
                loop.run()
        except Exception:
            logger.exception("The background loop %s failed.", loop.key)
        finally:
            connections.close_all()
