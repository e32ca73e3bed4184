"""What stands in a timeline, and how what several sources tell becomes one page."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

PAGE_SIZE = 25


@dataclass(frozen=True)
class Detail:
    """A field of a thing that was changed, and what it was and became ("": nothing)."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened, at a time in UTC.

    ``kind`` is "call", "comment", "change" or "ticket". ``details`` are what a change
    changed. ``possible`` marks what may belong to
    another record just as well (a call of a number that several records have).
    ``tone`` colours the icon: "talk", "ringing", "missed", "done". The user who may
    change or delete an entry gets ``edit_url`` and ``delete_url`` (a POST).
    """

    at: datetime
    kind: str
    icon: str
    title: str
    text: str = ""
    details: Sequence[Detail] = ()
    author: str = ""
    url: str = ""
    possible: bool = False
    tone: str = ""
    edited_at: datetime | None = None
    edit_url: str = ""
    delete_url: str = ""


# Gives at most so many entries older than a time (None: all), newest first.
Source = Callable[[datetime | None, int], Sequence[Entry]]


def merge(
    sources: Sequence[Source], before: datetime | None, size: int = PAGE_SIZE
) -> tuple[list[Entry], datetime | None]:
    """A page of entries older than ``before``, newest first, and where the next begins.

    That is None at the end. A page ends between two times, so that entries of one
    moment stay together: it may be shorter than ``size``, and longer only if one
    moment has more.
    """
    found = _newest(sources, before, size + 1)
    if len(found) <= size:
        return found, None
    page = [entry for entry in found[:size] if entry.at > found[size].at]
    if not page:
        return merge(sources, before, size * 2)
    return page, page[-1].at


def _newest(
    sources: Sequence[Source], before: datetime | None, limit: int
) -> list[Entry]:
    lists = (source(before, limit) for source in sources)
    return list(heapq.merge(*lists, key=attrgetter("at"), reverse=True))[:limit]
