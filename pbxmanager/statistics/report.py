"""A page of figures: all its tables, with the calls behind each figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Final

from django.utils.translation import gettext as _

from pbxmanager.statistics.asking import Question
from pbxmanager.statistics.by_kind import by_direction, by_disposition, by_result
from pbxmanager.statistics.by_people import by_extension, by_team, by_user
from pbxmanager.statistics.by_time import by_day, by_hour, heat
from pbxmanager.statistics.lines import Heat, Line, Table
from pbxmanager.statistics.readings import Readings
from pbxmanager.statistics.tallies import Tally, tally

# All that there may be, in their order.
TABLES: Final[tuple[Callable[[Readings], Table], ...]] = (
    by_day,
    by_hour,
    by_direction,
    by_result,
    by_disposition,
    by_team,
    by_user,
    by_extension,
)


@dataclass
class Report:
    """The answer to a question, as of ``today``; what is read is read once."""

    question: Question
    today: date
    read: Readings = field(init=False)

    def __post_init__(self) -> None:
        self.read = Readings(self.question, self.today)

    @cached_property
    def total(self) -> Line:
        """All calls together."""
        now = tally(self.read.chosen, self.read.side)
        return Line(_("All"), now, self.read.base, self.before)

    @cached_property
    def before(self) -> Tally | None:
        """All calls of the days that these are compared with."""
        if self.question.before is None:
            return None
        return tally(self.read.dated_before, self.read.side)

    @cached_property
    def tables(self) -> dict[str, Table]:
        """All tables that have something to say, by key, in their order."""
        found = [make(self.read) for make in TABLES]
        return {table.key: table for table in found if table.lines}

    @cached_property
    def heat(self) -> Heat:
        """When most calls come."""
        return heat(self.read)

    @property
    def today_at(self) -> datetime | None:
        """When today's calls were counted (UTC), None where they are counted now."""
        return self.read.reader.today_at

    @property
    def behind(self) -> int:
        """How many days are shown as they were counted last."""
        return self.read.reader.behind
