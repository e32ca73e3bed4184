"""Many things, a few at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
SIZE = 1_000


def batches(items: Sequence[T], size: int = SIZE) -> Iterator[Sequence[T]]:
    """Slices of at most ``size`` items: databases take only so many values at once."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
