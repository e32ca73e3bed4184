"""Fan-out in this process: which streams are open, and what waits for each."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from crmplus.live.sessions import Who

PING_SECONDS = 15.0
PING = b"event: ping\ndata: {}\n\n"
# A client this far behind is cut: it reconnects and gets a snapshot.
MOST_WAITING = 500


class Subscription:
    """What one stream waits for. Belongs to the event loop it was made in.

    Frames gather in it until the stream takes them; ``stale`` asks the stream for a
    (fresh) snapshot, ``ended`` to end.
    """

    __slots__ = ("_ping", "_waiter", "_waiting", "ended", "loop", "stale", "who")

    def __init__(self, who: Who) -> None:
        self.who = who
        self.stale = True
        self.ended = False
        self.loop = asyncio.get_running_loop()
        self._waiting: list[bytes] = []
        self._waiter: asyncio.Future[None] | None = None
        self._ping = self.loop.call_later(PING_SECONDS, self._beat)

    async def ready(self) -> None:
        """Return as soon as there is something to do."""
        if not (self.stale or self.ended or self._waiting):
            self._waiter = self.loop.create_future()
            await self._waiter

    def take(self) -> bytes:
        """All frames that wait, as one piece."""
        taken = b"".join(self._waiting)
        self._waiting.clear()
        return taken

    def post(self, change: Callable[..., None], *args: Any) -> None:
        """Call one of the methods below, from any thread."""
        post(self.loop, change, *args)

    # What follows runs in the stream's own event loop only.

    def put(self, frame: bytes) -> None:
        """Add a frame, or end the stream if its client can't keep up."""
        if len(self._waiting) >= MOST_WAITING:
            self.end()
        elif not self.ended:
            self._waiting.append(frame)
            self._wake()

    def refresh(self) -> None:
        """Ask the stream for a fresh snapshot."""
        self.stale = True
        self._wake()

    def end(self) -> None:
        """Ask the stream to end; what waits is dropped."""
        self.ended = True
        self._ping.cancel()
        self._waiting.clear()
        self._wake()

    def _beat(self) -> None:
        self._ping = self.loop.call_later(PING_SECONDS, self._beat)
        self.put(PING)

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)


class Hub:
    """All open streams of this process. Every method may be called in any thread."""

    def __init__(self) -> None:
        self._by_user: dict[int, set[Subscription]] = defaultdict(set)
        self._lock = threading.Lock()
        self.closed = False

    def join(self, subscription: Subscription) -> None:
        """Let a stream receive what is delivered to its user from now on."""
        with self._lock:
            self._by_user[subscription.who.user_id].add(subscription)
        if self.closed:
            subscription.post(subscription.end)

    def leave(self, subscription: Subscription) -> None:
        """Forget a stream."""
        user_id = subscription.who.user_id
        with self._lock:
            self._by_user[user_id].discard(subscription)
            if not self._by_user[user_id]:
                del self._by_user[user_id]

    def subscriptions(self) -> list[Subscription]:
        """All open streams."""
        with self._lock:
            return [one for those in self._by_user.values() for one in those]

    def deliver(
        self, user_ids: Iterable[int], frame: bytes, *, to_statistics: bool = False
    ) -> None:
        """Give a frame to all streams of these users (each named once).

        Who may see call statistics alone gets it only ``to_statistics``.
        """
        with self._lock:
            found = [
                one
                for user in user_ids
                for one in self._by_user.get(user, ())
                if one.who.is_agent or to_statistics
            ]
        by_loop: dict[asyncio.AbstractEventLoop, list[Subscription]] = defaultdict(list)
        for one in found:
            by_loop[one.loop].append(one)
        for loop, those in by_loop.items():
            post(loop, _put_all, those, frame)

    def refresh(self) -> None:
        """Ask every stream for a fresh snapshot: messages may have been missed."""
        for one in self.subscriptions():
            one.post(one.refresh)

    def close(self) -> None:
        """End every stream, and from now on every new one."""
        self.closed = True
        for one in self.subscriptions():
            one.post(one.end)


def post(
    loop: asyncio.AbstractEventLoop, change: Callable[..., None], *args: Any
) -> None:
    """Call something in an event loop from any thread; a closed loop has no streams."""
    try:
        loop.call_soon_threadsafe(change, *args)
    except RuntimeError:
        if not loop.is_closed():
            raise


def _put_all(those: list[Subscription], frame: bytes) -> None:
    for one in those:
        one.put(frame)
