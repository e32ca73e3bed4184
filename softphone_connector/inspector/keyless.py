"""Requests without a valid key: how many there were, and what is known of the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from softphone_connector.arrivals import KEY_CODES
from softphone_connector.endpoints.attempts import KEPT
from softphone_connector.endpoints.remedies import remedy
from softphone_connector.inspector.reading import visible
from softphone_connector.models import SoftphoneKey, UnknownKeyAttempt
from softphone_connector.profiles import profile

LATELY: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeylessLine:
    """A kept row in words: why it was refused, and whose keys begin like that.

    A row can stand for several requests: ``remote``, ``prefix`` and ``reason`` are
    those of the one with which it was written.
    """

    attempt: UnknownKeyAttempt
    remote: str
    prefix: str
    reason: str
    remedy: str
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyless:
    """All that is kept, newest first; ``total`` requests came since the beginning."""

    lines: list[KeylessLine]
    total: int


def keyless() -> Keyless:
    """What is known of requests without a valid key; two queries."""
    rows = list(UnknownKeyAttempt.objects.order_by("-id")[:KEPT])
    return Keyless(lines=_lines(rows), total=rows[0].total if rows else 0)


def latest(now: datetime) -> KeylessLine | None:
    """The newest row, if it is of the last ten minutes."""
    row = UnknownKeyAttempt.objects.order_by("-id").first()
    if row is None or now - row.at > LATELY:
        return None
    return _lines([row])[0]


def _lines(rows: list[UnknownKeyAttempt]) -> list[KeylessLine]:
    begun: dict[str, list[SoftphoneKey]] = {}
    prefixes = {row.prefix for row in rows if row.prefix}
    keys = SoftphoneKey.objects.filter(prefix__in=prefixes).select_related("user")
    for key in keys if prefixes else ():
        begun.setdefault(key.prefix, []).append(key)
    return [_line(row, begun.get(row.prefix, [])) for row in rows]


def _line(row: UnknownKeyAttempt, keys: Sequence[SoftphoneKey]) -> KeylessLine:
    reason = UnknownKeyAttempt.Reason(row.reason)
    clients = filter(None, (profile(key.profile) for key in keys))
    service = next((client.name for client in clients), _("the service"))
    return KeylessLine(
        attempt=row,
        remote=visible(row.remote),
        prefix=visible(row.prefix),
        reason=str(reason.label),
        remedy=remedy(KEY_CODES[reason], {"value": service}),
        owners=tuple(key.owner for key in keys),
    )
