"""Hooks about the health of an installation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from crmplus.hooks.base import Hook

if TYPE_CHECKING:
    from datetime import datetime

    from crmplus.hooks.base import Text


class Level(StrEnum):
    """How good or bad a finding is; ``INFO`` is worth knowing, and nothing to mend."""

    OK = "ok"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class FindingRow:
    """A line of a finding's table; ``url`` is the page of what its first cell names.

    A cell is a text, a number, a time (UTC), or None for never.
    """

    cells: Sequence[str | int | datetime | None]
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class FindingTable:
    """Rows under columns, the worst first; ``left_out`` counts those not shown."""

    columns: Sequence[Text]
    rows: Sequence[FindingRow]
    left_out: int = 0


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a health check found: a sentence, and what to do about it ("" for nothing).

    ``url`` is the page where one does it, ``link`` its name.
    """

    level: Level = Level.OK
    text: str
    remedy: str = ""
    url: str = ""
    link: str = ""
    table: FindingTable | None = None


@dataclass(frozen=True, kw_only=True)
class HealthCheck(Hook):
    """Something an admin wants to know to be well: see ``administration.health``.

    ``run()`` looks anew, in the active language and zone. It must cost the same
    however much there is, and wait two seconds at most for anybody. What it raises
    becomes a finding. Whether its add-on is active is asked by who runs it: checks
    are listed also while the database is away, and those that need it are left out.
    """

    lasts: ClassVar[bool] = True
    key: str
    label: Text
    icon: str
    run: Callable[[], Sequence[Finding]]
    needs_database: bool = True
