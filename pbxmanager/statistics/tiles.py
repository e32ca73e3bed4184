"""The figures at the top of the page, each with what it was before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from crmplus import words
from pbxmanager.models import Direction
from pbxmanager.statistics.lines import Line
from pbxmanager.statistics.report import Report
from pbxmanager.statistics.tallies import Tally

if TYPE_CHECKING:
    Number = float | None


THOUSAND: Final = 1_000


@dataclass(frozen=True)
class Tile:
    """A figure; ``change`` says how it differs from before, ``tone`` how that is."""

    key: str
    label: str
    value: str
    icon: str
    url: str = ""
    help: str = ""
    change: str = ""
    tone: str = ""


def percent(number: float | None) -> str:
    """A share as people read it: "93 %"; a dash for none."""
    return "–" if number is None else f"{number_format(100 * number, 0)} %"


def count(number: float | None) -> str:
    """A number with its thousands apart."""
    if number is None:
        return "–"
    if abs(number) < THOUSAND:
        return str(round(number))  # most are small, and a page has many
    return number_format(number, 0, force_grouping=True)


def tiles(report: Report) -> list[Tile]:
    """All tiles of a report."""
    return list(_tiles(report.total, report.before))


def _tiles(line: Line, before: Tally | None) -> Iterator[Tile]:
    now, out = line.tally, line.tally.side == Direction.OUTBOUND
    made = _Maker(now, before)
    yield made.tile(
        "calls", _("Calls"), "phone", lambda one: one.calls, count, url=line.calls_url
    )
    yield made.tile(
        "rate",
        _("Reached") if out else _("Answer rate"),
        "percentage",
        lambda one: one.rate,
        percent,
        better=1,
        url=line.taken_url,
        help=_("%(answered)s answered") % {"answered": count(now.taken.calls)},
    )
    yield made.tile(
        "missed",
        _("Not reached") if out else _("Missed"),
        "phone-x",
        lambda one: one.missed,
        count,
        better=-1,
        url=line.missed_url,
    )
    if not out:
        yield made.tile(
            "back",
            _("Called back"),
            "phone-check",
            lambda one: one.back_rate,
            percent,
            better=1,
            url=line.back_url,
            help=_("%(count)s within 48 hours") % {"count": count(now.back)},
        )
    yield made.tile(
        "wait",
        _("Average wait"),
        "clock",
        lambda one: one.wait,
        words.clock,
        better=-1,
        help=_("longest %(time)s") % {"time": words.clock(now.longest)},
    )
    yield made.tile(
        "talk",
        _("Talk"),
        "message",
        lambda one: one.talk,
        words.clock,
        help=_("%(time)s on average") % {"time": words.clock(now.talk_average)},
    )


@dataclass(frozen=True)
class _Maker:
    now: Tally
    before: Tally | None

    def tile(
        self,
        key: str,
        label: str,
        icon: str,
        read: Callable[[Tally], Number],
        show: Callable[[float | None], str],
        *,
        better: int = 0,
        url: str = "",
        help: str = "",
    ) -> Tile:
        """A tile; ``better`` is 1 where more is good, -1 where less is."""
        value, old = read(self.now), read(self.before) if self.before else None
        change, tone = "", ""
        if value is not None and old is not None and self.before and self.before.calls:
            change, tone = _changed(value - old, show, better)
        return Tile(key, label, show(value), icon, url, help, change, tone)


def _changed(
    by: float, show: Callable[[float | None], str], better: int
) -> tuple[str, str]:
    """How a figure has changed, and the tone of that."""
    shown = points(abs(by)) if show is percent else show(abs(by))
    if shown == (points(0) if show is percent else show(0)):
        return "±0", "done"
    good = by * better
    tone = "talk" if good > 0 else "missed" if good < 0 else "done"
    return f"{'+' if by > 0 else '−'}{shown}", tone


def points(number: float) -> str:
    """A difference of shares, in points of a hundred."""
    return _("%(number)s points") % {"number": number_format(100 * number, 0)}
