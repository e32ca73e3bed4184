"""Small things that every event asks for, read from the database now and then only."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import connection

SECONDS = 5.0  # within which a change reaches the other server processes

T = TypeVar("T")


class Kept(Generic[T]):
    """What ``read`` gives; read at most every few seconds."""

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read
        self._kept: tuple[float, T] | None = None

    def __call__(self) -> T:
        """The value; at most ``SECONDS`` old."""
        now = time.monotonic()
        if self._kept and now < self._kept[0]:
            return self._kept[1]
        value = self._read()
        # What a rollback could undo must not be remembered.
        if not connection.in_atomic_block:
            self._kept = (now + SECONDS, value)
        return value

    def forget(self, **signal: Any) -> None:
        """Read anew at the next use (a receiver of ``post_save`` and the like)."""
        self._kept = None
