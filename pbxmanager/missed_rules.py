"""When a missed caller was reached: a function of calls. Pure: knows no Django."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple


class Try(NamedTuple):
    """A call that nobody took; ``at`` is when it began (UTC)."""

    at: datetime
    call: int


class Contact(NamedTuple):
    """A call in which somebody talked with them, since ``at`` (UTC)."""

    at: datetime
    call: int


class Episode(NamedTuple):
    """Tries that belong together: between them nobody had reached the caller.

    ``reached`` is the first contact that began with the last try or later.
    """

    tries: Sequence[Try]
    reached: Contact | None
    is_open: bool

    @property
    def first_at(self) -> datetime:
        return self.tries[0].at

    @property
    def last_at(self) -> datetime:
        return self.tries[-1].at


def episode(
    tries: Sequence[Try], contacts: Sequence[Contact], done_at: datetime | None
) -> Episode | None:
    """The last episode of a caller; None where there was no try.

    All may come in any order. ``done_at`` is the last try that somebody ticked off:
    that ends an episode as a contact does.
    """
    if not tries:
        return None
    ordered = sorted(tries)
    contacts = sorted(contacts)
    ends = sorted([one.at for one in contacts] + ([done_at] if done_at else []))
    last = ordered[-1].at
    before = bisect_left(ends, last)
    since = ends[before - 1] if before else None
    own = [one for one in ordered if since is None or one.at > since]
    reached = next((one for one in contacts if one.at >= last), None)
    is_done = done_at is not None and done_at >= last
    return Episode(own, reached, is_open=reached is None and not is_done)
