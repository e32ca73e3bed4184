"""How many examples a property is tried on, where the usual number doesn't suit it."""

from __future__ import annotations

from hypothesis import settings

FULL = 100


def examples(count: int) -> int:
    """So many in the full run, and in the quick one as much less as elsewhere."""
    return max(1, count * settings().max_examples // FULL)
