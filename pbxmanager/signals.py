"""The one signal: a call has changed. Sent after commit.

``call_changed.send(sender=Call, call=call, merged=uids, concerned=keys)``: ``merged``
are the addresses (UUIDs) of calls that have just been joined into this one,
``concerned`` are those of the missed list (``concerning.Key``) whom it concerns.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from functools import partial
from uuid import UUID

from django.db import transaction
from django.dispatch import Signal

from pbxmanager.concerning import Key
from pbxmanager.models import Call

logger = logging.getLogger(__name__)

call_changed = Signal()


def tell(
    call: Call, merged: Sequence[UUID] = (), concerned: Collection[Key] = ()
) -> None:
    """Send ``call_changed`` once the transaction is committed.

    A listener's failure is logged: it is not the fault of who reported the call.
    """
    transaction.on_commit(partial(_send, call, merged, concerned))


def touch(call: Call) -> None:
    """Give a call a new version because something was added to it, and tell."""
    call.version = call.next_version()
    call.save(update_fields=["version"])
    tell(call)


def _send(call: Call, merged: Sequence[UUID], concerned: Collection[Key]) -> None:
    answers = call_changed.send_robust(
        sender=Call, call=call, merged=merged, concerned=concerned
    )
    for receiver, answer in answers:
        if isinstance(answer, Exception):
            logger.error("%r failed on a call", receiver, exc_info=answer)
