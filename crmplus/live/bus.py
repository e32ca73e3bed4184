"""The way of a message to the browsers of some users: ``publish``.

In one process it goes straight to the open streams; with ``REDIS_URL`` through Redis
to the streams of all processes. Nothing is kept: who was not there gets a snapshot.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from crmplus.conf import env
from crmplus.live.guard import Guard
from crmplus.live.hub import Hub, Subscription
from crmplus.live.relay import Relay
from crmplus.live.sessions import Who

logger = logging.getLogger(__name__)
# Begins a message that is also for who may see call statistics alone.
STATISTICS = b"s:"


class Bus:
    """The live channel of one process; ``bus()`` gives the process's own."""

    def __init__(self, redis_url: str = "") -> None:
        self.hub = Hub()
        self.guard = Guard(self.hub)
        self.relay = (
            Relay(redis_url, channel(), self._heard, self.hub.refresh)
            if redis_url
            else None
        )

    def publish(
        self,
        user_ids: Iterable[int],
        message: Mapping[str, Any],
        *,
        to_statistics: bool = False,
    ) -> bool:
        """Give a message to all open streams of these users, in any process.

        False where only this process could be reached.
        """
        users = sorted(set(user_ids))
        if not users:
            return True
        data = encode(message)
        payload = _payload(users, data, to_statistics)
        # Without Redis the other processes wait for it to heal; ours need not.
        if self.relay and self.relay.publish(payload):
            return True
        self.hub.deliver(users, frame(data), to_statistics=to_statistics)
        return self.relay is None

    def join(self, who: Who) -> Subscription:
        """Open a stream for someone, in the running event loop."""
        self.start()
        subscription = Subscription(who)
        self.hub.join(subscription)
        return subscription

    def leave(self, subscription: Subscription) -> None:
        """Close a stream."""
        subscription.end()
        self.hub.leave(subscription)

    def start(self) -> None:
        """Start what listens and watches; again does nothing."""
        self.guard.start()
        if self.relay:
            self.relay.start()

    def stop(self) -> None:
        """End all streams and what serves them; returns at once."""
        self.hub.close()
        self.guard.stop()
        if self.relay:
            self.relay.stop()

    def _heard(self, payload: bytes) -> None:
        users, _, data = payload.partition(b"\n")
        whom = users.removeprefix(STATISTICS)
        self.hub.deliver(
            map(int, whom.split(b",")), frame(data), to_statistics=whom != users
        )


def _payload(users: Sequence[int], data: bytes, to_statistics: bool) -> bytes:
    """A message on its way through Redis: for whom, and below it what."""
    whom = b",".join(b"%d" % user for user in users)
    return b"%s%s\n%s" % (STATISTICS if to_statistics else b"", whom, data)


def encode(message: object) -> bytes:
    """JSON in one line, dates and lazy texts included."""
    text = json.dumps(
        message, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")
    )
    return text.encode()


def frame(data: bytes, event: str = "message") -> bytes:
    """One event of a stream (WHATWG HTML, section 9.2.5); ``data`` is one line."""
    return b"event: %s\ndata: %s\n\n" % (event.encode(), data)


def channel() -> str:
    """The installation's own channel: several may share one Redis.

    Database numbers do not separate channels (Redis manual, "Pub/sub").
    """
    secret = f"live channel:{settings.SECRET_KEY}".encode()
    return f"crmplus:live:{hashlib.sha256(secret).hexdigest()[:16]}"


@cache
def bus() -> Bus:
    """This process's live channel."""
    return Bus(env.redis_url)


def publish(
    user_ids: Iterable[int],
    message: Mapping[str, Any],
    *,
    to_statistics: bool = False,
) -> None:
    """Give a message to every open browser of some users. Never raises.

    Call it after commit, from a worker thread: with Redis it may wait half a second.
    ``message`` has a ``type``. With ``key`` and ``version`` (a number that rises) it
    replaces what the browsers know under that key, ``gone`` removes it; ``card`` is
    the address of its HTML. A failure is logged; snapshots make up for it.
    ``to_statistics`` says that nothing in it is about a call or a customer: users who
    may see call statistics alone get no other message.
    """
    try:
        bus().publish(user_ids, message, to_statistics=to_statistics)
    except Exception:
        logger.exception("A live message was not published.")
