"""Figures from sums: answer rate, waits, talk, missed and called back.

The answer rate, the waits and the missed calls are those of one direction: the one
that is asked for, else inbound, for who places a call waits for others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeVar

from pbxmanager.figures import IN_VAIN, Result
from pbxmanager.models import Direction
from pbxmanager.statistics.sums import Row, Sums, grouped, total

K = TypeVar("K", bound=Hashable)
Parts = Mapping[tuple[str, str], Sums]
BY_RESULT: Final = ("direction", "result")


def vain_in(direction: str) -> tuple[Result, ...]:
    """What a call of a direction came to that nobody took."""
    if direction == Direction.OUTBOUND:
        return (Result.NOT_REACHED, Result.BUSY)
    if direction == Direction.INTERNAL:
        return (*IN_VAIN, Result.NOT_REACHED)
    return IN_VAIN


@dataclass(frozen=True)
class Tally:
    """The figures of some calls. ``side`` is the direction that rates are of."""

    parts: Parts
    side: str = Direction.INBOUND

    def of(self, *results: str, direction: str = "") -> Sums:
        """The sums of some results (all without), of one direction or all."""
        if not results and not direction:
            return self._all
        return total(
            sums
            for (way, result), sums in self.parts.items()
            if (not results or result in results) and direction in ("", way)
        )

    @cached_property
    def _all(self) -> Sums:
        return total(self.parts.values())

    @cached_property
    def calls(self) -> int:
        return self._all.calls

    @cached_property
    def answered(self) -> int:
        """Calls in which somebody talked, of all directions."""
        return self.of(Result.ANSWERED).calls

    @cached_property
    def taken(self) -> Sums:
        """Calls of the side that were answered."""
        return self.of(Result.ANSWERED, direction=self.side)

    @cached_property
    def vain(self) -> Sums:
        """Calls of the side that nobody took."""
        return self.of(*vain_in(self.side), direction=self.side)

    @property
    def missed(self) -> int:
        return self.vain.calls

    @cached_property
    def back(self) -> int:
        return self._all.back

    @property
    def rate(self) -> float | None:
        """The share of the side's calls that were answered; None where there are
        none. Those that still ring or whose end got lost do not count."""
        return share(self.taken.calls, self.taken.calls + self.missed)

    @property
    def back_rate(self) -> float | None:
        """The share of missed calls that were called back."""
        return share(self.back, self.missed)

    @property
    def wait(self) -> float | None:
        """Seconds until the side's calls were answered, on average."""
        return share(self.taken.wait, self.taken.waited)

    @property
    def vain_wait(self) -> float | None:
        """Seconds until callers gave up, on average."""
        return share(self.vain.wait, self.vain.waited)

    @property
    def longest(self) -> int:
        """The longest wait of the side's calls, in seconds."""
        return self.of(direction=self.side).longest

    @property
    def talk(self) -> int:
        """Seconds of talk, of all directions."""
        return self._all.talk

    @property
    def talk_average(self) -> float | None:
        talked = self.of(Result.ANSWERED)
        return share(talked.talk, talked.talked)


def share(part: float, whole: float) -> float | None:
    """One number as a share of another; None of nothing."""
    return part / whole if whole else None


def tallies(rows: Iterable[Row], by: Callable[[Row], K], side: str) -> dict[K, Tally]:
    """Figures by what ``by`` gives for each row."""
    found: defaultdict[K, list[Row]] = defaultdict(list)
    for row in rows:
        found[by(row)].append(row)
    return {key: tally(some, side) for key, some in found.items()}


def tally(rows: Iterable[Row], side: str) -> Tally:
    """The figures of all rows together."""
    return Tally(grouped(rows, lambda row: (row.key.direction, row.key.result)), side)
