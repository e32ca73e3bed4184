"""What follows when calls have changed, a moment later and not on the events' way.

An event only notes here whom it concerned. A loop of every server (see
``hooks.BackgroundLoop``) then brings the missed list up to date, and tells the open
lists that there is something new: a hint without contents, at whose sight a page asks
again what its user may see.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any, Final

from django.db import DatabaseError, transaction
from django.utils import timezone

from crmplus.live.bus import publish
from pbxmanager.calling_back import close_reached
from pbxmanager.concerning import Key, bearing
from pbxmanager.following_up import Followed, follow_up, look_after
from pbxmanager.models import Call, Leg
from pbxmanager.watching import see_all_of, see_missed

logger = logging.getLogger(__name__)
SECONDS: Final = 0.5  # between two turns: how late the lists may be
CATCH_UP_SECONDS: Final = 300.0
LOOKS_BACK: Final = timedelta(days=1)
# Beyond this the loop has stopped, or there is none: the list is caught up with later.
MOST: Final = 10_000
CALLS: Final = {"type": "calls"}
MISSED: Final = {"type": "missed"}


class Pending:
    """What has changed since the last turn. Every method suits any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: set[Key] = set()
        self._calls: set[int] = set()

    def note(self, calls: Iterable[int], keys: Iterable[Key]) -> None:
        """Add calls (ids) that have changed, and whom that concerns."""
        with self._lock:
            if len(self._keys) < MOST:
                self._keys.update(keys)
            if len(self._calls) < MOST:
                self._calls.update(calls)

    def take(self) -> tuple[set[int], set[Key]]:
        """All of it."""
        with self._lock:
            taken = self._calls, self._keys
            self._calls, self._keys = set(), set()
        return taken


pending = Pending()


def on_call_changed(
    sender: type[Call], call: Call, concerned: Collection[Key] = (), **kwargs: Any
) -> None:
    """Note a change; asks the database nothing, for this is on the way of an event."""
    pending.note([call.pk], concerned)


def on_call_saved(
    sender: type[Call],
    instance: Call,
    update_fields: Collection[str] | None = None,
    **kwargs: Any,
) -> None:
    """A call went to the bin or came back: it is a missed one no more, or again.

    What events write sends no such signal.
    """
    if update_fields is not None and "deleted_at" not in update_fields:
        return
    alive = Call(
        pk=instance.pk,
        **{
            name: getattr(instance, name)
            for name in (
                "party",
                "number_kind",
                "direction",
                "status",
                "connected_at",
                "started_at",
                "extension",
            )
        },
    )
    found = bearing(alive)
    keys = [found.key] if found else []
    transaction.on_commit(lambda: pending.note([instance.pk], keys))


def turn() -> None:
    """Do what is pending; what the database refuses is done at the next turn."""
    calls, keys = pending.take()
    try:
        if keys:
            tell_missed(follow_up(keys))
        if calls:
            close_reached(calls)
            tell_calls(calls)
    except DatabaseError:
        pending.note(calls, keys)
        raise


def catch_up() -> None:
    """Follow up what was left undone, such as by a server that went down."""
    tell_missed(look_after(timezone.now() - LOOKS_BACK))


def tell_calls(calls: Collection[int]) -> None:
    """Tell the open lists of those who see more than their own calls."""
    legs = Leg.objects.filter(call__in=calls, user__isnull=False)
    users = set(legs.order_by().values_list("user_id", flat=True))
    publish(see_all_of(users), CALLS)


def tell_missed(changed: Collection[Followed]) -> None:
    """Tell those whose missed list or counter has changed."""
    if changed:
        people = frozenset().union(*(one.people for one in changed))
        owners = {one.row.owner_id for one in changed if one.row.owner_id}
        publish(see_missed(people | owners), MISSED)
