"""Sums over calls, and rows of them with what they tell apart. Pure: knows no Django.

Everything is added up here the same way, whether it comes from stored counts or from
the calls of today.
"""

from __future__ import annotations

from collections import defaultdict
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


NOTHING = Sums()


class Key(NamedTuple):
    """What a row tells apart; what its detail does not is as by default."""

    weekday: int = -1
    hour: int = -1
    direction: str = ""
    result: str = ""
    user: int | None = None
    extension: str = ""
    disposition: int | None = None

    def only(self, names: Iterable[str]) -> Key:
        """It with nothing but some of its fields."""
        return Key(**{name: getattr(self, name) for name in names})


class Row(NamedTuple):
    """Sums of calls that are alike; ``start`` is the day, or the first of a month."""

    start: date
    key: Key
    sums: Sums


def grouped(rows: Iterable[Row], by: Callable[[Row], K]) -> dict[K, Sums]:
    """The sums of rows that ``by`` gives the same key for."""
    found: defaultdict[K, list[Sums]] = defaultdict(list)
    for row in rows:
        found[by(row)].append(row.sums)
    return {key: total(some) for key, some in found.items()}


def total(sums: Iterable[Sums]) -> Sums:
    """All together."""
    some = list(sums)
    if len(some) < 2:
        return some[0] if some else NOTHING
    # Pages add up some thousand rows: by columns that takes a third of the time.
    calls, talk, talked, wait, waited, longest, back = zip(*some, strict=True)
    return Sums(
        sum(calls),
        sum(talk),
        sum(talked),
        sum(wait),
        sum(waited),
        max(longest),
        sum(back),
    )
