"""Sums over calls, and rows of them with what they tell apart. Pure: knows no Django.

Everything is added up here the same way, whether it comes from stored counts or from
the calls of today.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from datetime import date
from typing import NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)


class Sums(NamedTuple):
    """What is summed up; times in seconds (see ``models.Count``)."""

    calls: int = 0
    talk: int = 0
    talked: int = 0
    wait: int = 0
    waited: int = 0
    longest: int = 0
    back: int = 0

    def plus(self, other: Sums) -> Sums:
        """Both together."""
        return Sums(
            self.calls + other.calls,
            self.talk + other.talk,
            self.talked + other.talked,
            self.wait + other.wait,
            self.waited + other.waited,
            max(self.longest, other.longest),
            self.back + other.back,
        )


NOTHING = Sums()


class Key(NamedTuple):
    """What a row tells apart; what its detail does not is as by default."""

    weekday: int = -1
    hour: int = -1
    direction: str = ""
    result: str = ""
    user: int | None = None
    extension: str = ""


class Row(NamedTuple):
    """Sums of calls that are alike; ``start`` is the day, or the first of a month."""

    start: date
    key: Key
    sums: Sums


def grouped(rows: Iterable[Row], by: Callable[[Row], K]) -> dict[K, Sums]:
    """The sums of rows that ``by`` gives the same key for."""
    found: dict[K, Sums] = {}
    for row in rows:
        key = by(row)
        known = found.get(key)
        found[key] = known.plus(row.sums) if known else row.sums
    return found


def total(sums: Iterable[Sums]) -> Sums:
    """All together."""
    found = NOTHING
    for one in sums:
        found = found.plus(one)
    return found
