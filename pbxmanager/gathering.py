"""Reports, and which of them belong together so far. Pure: knows no Django."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from crmplus.phonebook.normalise import NumberKind
from pbxmanager.legs import JITTER, Leg

INTERNAL = frozenset({NumberKind.INTERNAL, NumberKind.FEATURE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one source said under one call ID, as joining needs it.

    ``identity`` is (source, scope, call ID, generation); it breaks ties. ``clicked_by``
    is the user of a click in the CRM, ``owners`` the users of the legs' extensions.
    """

    id: int
    identity: tuple[str, str, str, int]
    legs: tuple[Leg, ...]
    clicked_by: int | None = None
    owners: frozenset[int] = frozenset()

    @property
    def source(self) -> str:
        return self.identity[0]

    @property
    def is_of_pbx(self) -> bool:
        """Whether a PBX told it: its key has no extension for a scope."""
        return not self.identity[1] and self.clicked_by is None

    @property
    def first_at(self) -> datetime:
        return min(leg.first_at for leg in self.legs)


class Gathering:
    """Which reports belong together so far (a union-find over their ids)."""

    def __init__(self, reports: Iterable[Report]) -> None:
        self._members = {report.id: [report] for report in reports}
        self._head = {report.id: report.id for report in reports}

    def of(self, report: Report) -> list[Report]:
        return self._members[self._head[report.id]]

    def join(self, one: Report, other: Report) -> None:
        kept, gone = self._head[one.id], self._head[other.id]
        if kept == gone:
            return
        for report in self._members[gone]:
            self._head[report.id] = kept
        self._members[kept] += self._members.pop(gone)

    def all(self) -> list[list[Report]]:
        return list(self._members.values())


def near(one: datetime | None, other: datetime | None) -> bool:
    """Whether two things happened within 2 s of each other."""
    return one is not None and other is not None and abs(one - other) <= JITTER


def is_external(leg: Leg) -> bool:
    """Whether the other party is outside, and known."""
    return bool(leg.number.key) and leg.number.kind not in INTERNAL
