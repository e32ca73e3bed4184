"""Lines of figures, each with the addresses of its calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final
from urllib.parse import quote_plus

from django.urls import reverse

from pbxmanager.figures import Figure, Result
from pbxmanager.statistics.tallies import Tally, vain_in

FULL: Final = 100
# So many lines of a long table are shown at first; a few more are no reason to fold.
FEW: Final = 25
MORE: Final = 5


@dataclass(frozen=True)
class Line:
    """A line of a table; ``figure`` are its calls, None where they are not shown.

    ``part`` is how long its bar is, in per cent of the longest.
    """

    label: str
    tally: Tally
    figure: Figure | None = None
    before: Tally | None = None
    part: int = 0

    @property
    def calls_url(self) -> str:
        return calls_url_of(self.figure) if self.tally.calls else ""

    @property
    def answered_url(self) -> str:
        return self._narrowed(self.tally.answered, "", (Result.ANSWERED,))

    @property
    def taken_url(self) -> str:
        side = self.tally.side
        return self._narrowed(self.tally.taken.calls, side, (Result.ANSWERED,))

    @property
    def missed_url(self) -> str:
        side = self.tally.side
        return self._narrowed(self.tally.missed, side, vain_in(side))

    @property
    def back_url(self) -> str:
        if not (self.figure and self.tally.back):
            return ""
        return calls_url_of(replace(self.figure, called_back=True))

    def _narrowed(self, count: int, direction: str, results: Sequence[str]) -> str:
        if not (self.figure and count):
            return ""
        wanted = self.figure.results or results
        return calls_url_of(
            replace(
                self.figure,
                direction=direction or self.figure.direction,
                results=[one for one in results if one in wanted],
            )
        )


@dataclass(frozen=True)
class Table:
    """Figures by one thing. ``key`` names it in addresses; ``note`` explains it.

    ``count`` is how many lines there are in all where these are not all.
    """

    key: str
    title: str
    column: str
    lines: Sequence[Line]
    note: str = ""
    count: int = 0

    def folded(self) -> Table:
        """It with those lines alone that have the most calls, in their order."""
        if len(self.lines) <= FEW + MORE:
            return self
        numbers = range(len(self.lines))
        most = sorted(numbers, key=lambda number: -self.lines[number].tally.calls)
        few = [self.lines[number] for number in sorted(most[:FEW])]
        return replace(self, lines=few, count=len(self.lines))


@dataclass(frozen=True)
class Cell:
    """Calls of an hour of a weekday; ``shade`` is 0 for none to 5 for most."""

    calls: int
    shade: int
    url: str
    title: str


@dataclass(frozen=True)
class Heat:
    """When there are most calls: a line for each weekday, a cell for each hour."""

    hours: Sequence[int]
    lines: Sequence[tuple[str, Sequence[Cell]]]


def barred(lines: Sequence[Line]) -> list[Line]:
    """Lines with their bars."""
    most = max((line.tally.calls for line in lines), default=0) or 1
    return [replace(line, part=round(FULL * line.tally.calls / most)) for line in lines]


def calls_url_of(figure: Figure | None) -> str:
    """The list of the calls of a figure, "" for none."""
    if figure is None:
        return ""
    return f"{_list_url()}?figure={quote_plus(figure.text())}"


@cache
def _list_url() -> str:
    # A page has a thousand addresses, and all begin so.
    return reverse("pbxmanager:list")
