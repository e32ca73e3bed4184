"""Requests without a valid key: counted, the last hundred rows kept.

Anybody can send them, so they must not cost a write each: the first is written at
once, those within a second of it go together into the next row.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from threading import Lock

from django.db import DatabaseError, transaction

from softphone_connector.models import (
    PREFIX_LENGTH,
    REMOTE_LENGTH,
    UnknownKeyAttempt,
)

logger = logging.getLogger(__name__)

KEPT = 100
EVERY = timedelta(seconds=1)


class Gathered:
    """How many requests of this process wait to be counted, and since when."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting = 0
        self._written_at: datetime | None = None

    def add(self, at: datetime) -> int:
        """Add a request; gives how many to write now, 0 for not yet."""
        with self._lock:
            self._waiting += 1
            if self._written_at and timedelta() <= at - self._written_at < EVERY:
                return 0
            self._written_at = at
            waiting, self._waiting = self._waiting, 0
            return waiting


gathered = Gathered()


def count(
    reason: UnknownKeyAttempt.Reason, secret: str, remote: str, at: datetime
) -> None:
    """Count a request without a valid key. Of the key its visible prefix is kept.

    Never raises: the answer is the same whether it could be counted or not.
    """
    waiting = gathered.add(at)
    if not waiting:
        return
    prefix = secret[:PREFIX_LENGTH] if secret.isascii() and secret.isprintable() else ""
    try:
        _write(reason, prefix, remote[:REMOTE_LENGTH], at, waiting)
    except DatabaseError:
        logger.exception("Requests without a valid key could not be counted.")


def _write(
    reason: UnknownKeyAttempt.Reason,
    prefix: str,
    remote: str,
    at: datetime,
    waiting: int,
) -> None:
    rows = UnknownKeyAttempt.objects
    with transaction.atomic():
        last = rows.select_for_update().order_by("-id").first()
        row = rows.create(
            at=at,
            remote=remote,
            prefix=prefix,
            reason=reason,
            count=waiting,
            total=(last.total if last else 0) + waiting,
        )
        rows.filter(pk__lte=row.pk - KEPT).delete()
