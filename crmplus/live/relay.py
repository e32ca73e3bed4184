"""Carries messages between server processes: one Redis subscription for each."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

# What a caller of ``publish`` waits for at most when Redis hangs, and for how long the
# next callers then don't even try.
PATIENCE_SECONDS = 0.5
PAUSE_SECONDS = 1.0
# Probes keep a subscription from being silent; if it is, it is lost, whatever TCP
# believes.
PROBE_SECONDS = 5.0
SILENCE_SECONDS = 10.0
WAIT_SECONDS = 1.0
FIRST_BACKOFF_SECONDS = 0.2
LONGEST_BACKOFF_SECONDS = 5.0
# Asks every process to refresh its streams.
MISSED = b"*"


class Relay:
    """Publishes to all processes, and hears what any of them publishes.

    ``heard(payload)`` is called for every payload and ``healed()`` whenever payloads
    may have been missed, both in the listening thread.
    """

    def __init__(
        self,
        url: str,
        channel: str,
        heard: Callable[[bytes], None],
        healed: Callable[[], None],
    ) -> None:
        self._redis = Redis.from_url(
            url,
            socket_timeout=PATIENCE_SECONDS,
            socket_connect_timeout=PATIENCE_SECONDS,
            # Once more at once: after a restart of Redis, pooled connections are dead.
            retry=Retry(NoBackoff(), 1, supported_errors=(NoConnection,)),
        )
        self._channel = channel
        self._heard = heard
        self._healed = healed
        self._down_until = 0.0
        self._missed = False
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        # Set while the subscription stands.
        self.listening = threading.Event()

    def publish(self, payload: bytes) -> bool:
        """Send to all processes. False (and a line in the log) if Redis fails.

        Waits half a second at most, and not at all in the second after a failure.
        The first success after a failure asks all processes for fresh snapshots.
        """
        if time.monotonic() < self._down_until:
            self._missed = True
            return False
        try:
            self._redis.publish(self._channel, payload)
            if self._missed:
                self._redis.publish(self._channel, MISSED)
        except RedisError as error:
            self._missed = True
            self._down_until = time.monotonic() + PAUSE_SECONDS
            logger.warning("Redis does not take live messages: %s", error)
            return False
        self._missed = False
        return True

    def start(self) -> None:
        """Begin to listen, in a thread of its own; again does nothing."""
        with self._lock:
            if self._thread is None and not self._ending.is_set():
                self._thread = threading.Thread(
                    target=self._run, name="live-relay", daemon=True
                )
                self._thread.start()

    def stop(self) -> None:
        """End the listening thread; returns without waiting for it."""
        self._ending.set()

    def _run(self) -> None:
        backoff = FIRST_BACKOFF_SECONDS
        while not self._ending.is_set():
            try:
                self._listen()
            except (RedisError, OSError) as error:
                logger.warning("Lost the live messages of Redis: %s", error)
            except Exception:
                logger.exception("The live messages of Redis broke off.")
            heard = self.listening.is_set()
            self.listening.clear()
            backoff = FIRST_BACKOFF_SECONDS if heard else backoff * 2
            backoff = min(backoff, LONGEST_BACKOFF_SECONDS)
            # Spread, so that not all processes come back in the same moment.
            self._ending.wait(backoff * random.uniform(0.5, 1))  # noqa: S311
        self._redis.close()

    def _listen(self) -> None:
        """Hear messages until the connection fails (raises) or the server ends."""
        with self._redis.pubsub() as subscription:  # type: ignore[no-untyped-call]
            subscription.subscribe(self._channel)
            alive = probed = time.monotonic()
            while not self._ending.is_set():
                message = subscription.get_message(timeout=WAIT_SECONDS)
                now = time.monotonic()
                if message:
                    alive = now
                    self._take(message)
                elif now - alive > SILENCE_SECONDS:
                    raise NoConnection("no answer")
                if now - probed > PROBE_SECONDS:
                    probed = now
                    subscription.ping()
                    self._make_good()

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "subscribe":
            self.listening.set()
            self._healed()
        elif message["type"] == "message":
            if message["data"] == MISSED:
                self._healed()
            else:
                self._heard(message["data"])

    def _make_good(self) -> None:
        """Tell all processes of a failed publishing, if no later one has done so."""
        if self._missed:
            self.publish(MISSED)
