"""Which reports are one conversation. Pure: knows no Django.

``group(reports)`` is a function of the whole set of reports, so it does not matter
which of them came first; a later event can also part what an earlier one had joined.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from pbxmanager.events import Direction
from pbxmanager.gathering import Gathering, Report, is_external, near
from pbxmanager.legs import JITTER, Leg
from pbxmanager.ring_groups import join_groups
from pbxmanager.state import calls_each_other

CLICK_WAITS = timedelta(minutes=2)


def _began_together(one: Leg, other: Leg) -> bool:
    """Rang within 2 s; of a leg that told no ringing, its first event counts."""
    return near(one.rang_at or one.first_at, other.rang_at or other.first_at)


def _is_point(leg: Leg) -> bool:
    """A leg of which only the end was told."""
    return not (leg.rang_at or leg.connected_at)


# (a) One leg, told by several sources.


Part = tuple[Leg, Report]


def _by_line(reports: Sequence[Report]) -> Iterator[list[Part]]:
    """The legs of each extension with each remote number, first come first."""
    lines: dict[tuple[str, str], list[Part]] = defaultdict(list)
    for report in reports:
        for leg in report.legs:
            if leg.extension and leg.number.key and not leg.is_only_dialled:
                lines[leg.extension, leg.number.key].append((leg, report))
    for line in lines.values():
        yield sorted(line, key=lambda one: (one[0].first_at, one[1].identity))


def _span(told: Sequence[Part]) -> tuple[datetime, datetime]:
    """From when to when something was told to last.

    An end that one source told counts for the other, whose own may have got lost;
    where all got lost, what was told is believed for as long as a call is.
    """
    ends = [leg.over_at for leg, _ in told if leg.over_at]
    ends = ends or [leg.overdue_at for leg, _ in told if leg.overdue_at]
    return min(leg.first_at for leg, _ in told), max(ends)


def _overlap(some: Sequence[Part], others: Sequence[Part]) -> bool:
    points = any(all(_is_point(leg) for leg, _ in told) for told in (some, others))
    slack = JITTER if points else timedelta()
    (first, last), (other_first, other_last) = _span(some), _span(others)
    return first <= other_last + slack and other_first <= last + slack


def _is_told_by(call: Sequence[Part], one: Part) -> bool:
    """Whether other sources told of the same leg.

    What one source tells under two call IDs at once are two calls: two customers
    behind one number. But a person's key may be that of two phones that ring together.
    """
    leg, report = one
    own = [part for part in call if part[1].source == report.source]
    if len(own) == len(call) or not _overlap(call, [one]):
        return False
    if not report.is_of_pbx:
        own = [part for part in own if not _began_together(part[0], leg)]
    return not (own and _overlap(own, [one]))


def _distance(call: Sequence[Part], one: Leg) -> timedelta:
    """How far a leg's beginning is from that of a call; its end, if it has no more."""
    if _is_point(one):
        first, last = _span(call)
        return min(abs(one.first_at - first), abs(one.first_at - last))
    return min(abs(one.first_at - leg.first_at) for leg, _ in call)


def _join_told_twice(reports: Sequence[Report], found: Gathering) -> None:
    """Join what several sources told; a PBX knows best which calls there are."""
    for line in _by_line(reports):
        line.sort(key=lambda one: not one[1].is_of_pbx)
        calls: list[list[Part]] = []
        for one in line:
            same = [call for call in calls if _is_told_by(call, one)]
            if same:
                nearest = min(same, key=lambda call: _distance(call, one[0]))
                found.join(nearest[0][1], one[1])
                nearest.append(one)
            else:
                calls.append([one])


# (b) x calls y, and y is called by x.


def _join_internal(reports: Sequence[Report], found: Gathering) -> None:
    """Join callers with those they call.

    Who is called by a caller of its own has not called anybody: two that call each
    other at once are two calls. A number that is somebody's extension is no group.
    """
    pairs = [
        (caller, called, one, other)
        for one in reports
        for other in reports
        if one is not other
        for caller in one.legs
        for called in other.legs
        if calls_each_other(caller, called) and _began_together(caller, called)
    ]
    exact = {id(caller) for caller, called, _, _ in pairs if _is_exact(caller, called)}
    placed = {
        id(called)
        for caller, called, _, _ in pairs
        if caller.direction is Direction.OUTBOUND
    }
    taken: set[tuple[int, str, str]] = set()
    for caller, called, one, other in sorted(pairs, key=_apart):
        is_guess = id(caller) in exact and not _is_exact(caller, called)
        # Who redials at once makes two calls that both ring within 2 s: of one source
        # each leg has one counterpart, the nearest.
        places = {
            (id(caller), other.source, called.extension),
            (id(called), one.source, caller.extension),
        }
        if not is_guess and id(caller) not in placed and not places & taken:
            taken |= places
            found.join(one, other)


def _apart(pair: tuple[Leg, Leg, Report, Report]) -> timedelta:
    """How long after each other two legs began."""
    caller, called = pair[0], pair[1]
    return abs(
        (caller.rang_at or caller.first_at) - (called.rang_at or called.first_at)
    )


def _is_exact(caller: Leg, called: Leg) -> bool:
    return caller.number.key == called.extension


# A click in the CRM, and the call that a phone then reports.


def _join_clicks(reports: Sequence[Report], found: Gathering) -> None:
    """The first report of that user with that number takes the newest waiting click."""
    waiting = [report for report in reports if report.clicked_by is not None]
    for report in reports:
        if report.clicked_by is not None or _has_click(found.of(report)):
            continue
        fitting = [click for click in waiting if _answers(click, report)]
        if fitting:
            newest = fitting[-1]
            waiting.remove(newest)
            found.join(newest, report)


def _has_click(members: Sequence[Report]) -> bool:
    return any(member.clicked_by is not None for member in members)


def _answers(click: Report, report: Report) -> bool:
    wanted = click.legs[0].number.key
    if click.clicked_by not in report.owners or not wanted:
        return False
    if not any(leg.number.key == wanted for leg in report.legs):
        return False
    # Who calls back a missed call at once begins another one.
    if all(leg.over_at and leg.over_at <= click.first_at for leg in report.legs):
        return False
    return -JITTER <= report.first_at - click.first_at <= CLICK_WAITS


def group(reports: Iterable[Report]) -> list[list[Report]]:
    """The conversations among some reports, each with its oldest report first."""
    ordered = sorted(reports, key=lambda report: (report.first_at, report.identity))
    found = Gathering(ordered)
    _join_told_twice(ordered, found)
    _join_clicks(ordered, found)
    _join_internal(ordered, found)
    join_groups(found)
    place = {report.id: index for index, report in enumerate(ordered)}
    conversations = [
        sorted(members, key=lambda report: place[report.id]) for members in found.all()
    ]
    return sorted(conversations, key=lambda members: place[members[0].id])


def continued(later: Sequence[Leg], earlier: Sequence[Leg]) -> bool:
    """Whether a call takes up another one: a blind transfer.

    The earlier one was connected and ended within 2 s of the ringing of another
    extension with the same external number.
    """
    return any(
        leg.extension != ended.extension
        and leg.number.key == ended.number.key
        and is_external(leg)
        and ended.connected_at is not None
        and near(leg.rang_at, ended.over_at)
        for leg in later
        for ended in earlier
    )
