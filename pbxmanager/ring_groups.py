"""One external caller rings several extensions. Pure: knows no Django."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pbxmanager.events import Direction
from pbxmanager.gathering import Gathering, Report, is_external
from pbxmanager.legs import JITTER, Leg


@dataclass(frozen=True, slots=True)
class _Ring:
    """What a conversation has to do with one external caller."""

    report: Report
    legs: tuple[Leg, ...]

    @property
    def extensions(self) -> frozenset[str]:
        return frozenset(leg.extension for leg in self.legs)

    @property
    def is_answered(self) -> bool:
        return any(leg.connected_at for leg in self.legs)


def _rings(found: Gathering) -> Iterator[list[_Ring]]:
    """The conversations of each external caller that came in."""
    by_caller: dict[str, list[_Ring]] = defaultdict(list)
    for members in found.all():
        parts: dict[str, list[Leg]] = defaultdict(list)
        for report in members:
            for leg in report.legs:
                if leg.direction is Direction.INBOUND and is_external(leg):
                    parts[leg.number.key].append(leg)
        for key, legs in parts.items():
            by_caller[key].append(_Ring(members[0], tuple(legs)))
    for rings in by_caller.values():
        yield sorted(
            rings,
            key=lambda ring: (
                min(leg.first_at for leg in ring.legs),
                sorted(ring.extensions),
            ),
        )


Gap = tuple[int, timedelta]


def _gap(one: _Ring, other: _Ring) -> Gap | None:
    """How far apart two rings are, None where they are not of one group.

    One stopped within 2 s of the other's connection, or (which says less, where two
    callers share a number) they rang within 2 s of each other.
    """
    gaps = []
    for first, second in ((one, other), (other, one)):
        for leg in first.legs:
            for fellow in second.legs:
                if leg.rang_at and fellow.rang_at:
                    gaps.append((1, abs(leg.rang_at - fellow.rang_at)))
                if leg.over_at and not leg.connected_at and fellow.connected_at:
                    gaps.append((0, abs(leg.over_at - fellow.connected_at)))
    return min((gap for gap in gaps if gap[1] <= JITTER), default=None)


def _gap_between(some: Sequence[_Ring], others: Sequence[_Ring]) -> Gap | None:
    """The smallest gap; None where both ring one extension: that is two calls."""
    lines = {extension for ring in some for extension in ring.extensions}
    if any(lines & ring.extensions for ring in others):
        return None
    gaps = (_gap(one, other) for one in some for other in others)
    return min((gap for gap in gaps if gap is not None), default=None)


def _clusters(rings: Sequence[_Ring]) -> list[list[_Ring]]:
    """Unanswered rings that belong to each other, directly or through others."""
    clusters: list[list[_Ring]] = []
    for ring in rings:
        joined = [ring]
        for cluster in reversed(clusters):
            if _gap_between(cluster, joined) is not None:
                clusters.remove(cluster)
                joined = [*cluster, *joined]
        clusters.append(joined)
    return clusters


def _nearest(cluster: Sequence[_Ring], answered: Sequence[_Ring]) -> list[_Ring]:
    """Those who may have answered what others let ring, the nearest first."""
    gaps = [(_gap_between(cluster, [ring]), ring) for ring in answered]
    near = [(gap, ring) for gap, ring in gaps if gap is not None]
    return [ring for _, ring in sorted(near, key=lambda pair: pair[0])]


def join_groups(found: Gathering) -> None:
    """Who did not answer belongs to the nearest one who did, else to each other.

    Two that were answered by different people are never one.
    """
    for rings in list(_rings(found)):
        answered = [ring for ring in rings if ring.is_answered]
        for cluster in _clusters([ring for ring in rings if not ring.is_answered]):
            takers = _nearest(cluster, answered)
            for ring in cluster:
                home = (_nearest([ring], takers) or takers or cluster)[0]
                found.join(home.report, ring.report)
