"""Comments and activity entries on anything."""

from __future__ import annotations

from crmplus.timeline.entries import Entry

__all__ = ["Entry"]
