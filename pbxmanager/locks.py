"""Locks that keep two events of one conversation from being recorded at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.db import connection


def _number(name: str) -> int:
    """A name as the signed 64-bit number that PostgreSQL's advisory locks take."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def lock(names: Iterable[str]) -> None:
    """Hold locks of these names until the transaction ends.

    They are taken in the order of their numbers, so that two transactions can't wait
    for each other. SQLite needs none: its IMMEDIATE transaction is one already.
    """
    if connection.vendor != "postgresql":
        return
    numbers = sorted({_number(name) for name in names})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(n) FROM unnest(%s::bigint[]) AS n", [numbers]
        )
