"""What a report reads: the figures of its days, each kind once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final

from pbxmanager.calendar import installation_zone
from pbxmanager.figures import Figure
from pbxmanager.statistics.asking import Question
from pbxmanager.statistics.periods import Days
from pbxmanager.statistics.reading import Reader
from pbxmanager.statistics.sums import Row
from pbxmanager.statistics.tallies import BY_RESULT

# More days are shown by the month.
MANY_DAYS: Final = 92


@dataclass
class Readings:
    """The rows that answer a question, as of ``today``."""

    question: Question
    today: date
    reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = self._reader(self.question.days)

    def _reader(self, days: Days) -> Reader:
        return Reader(days, self.question.asked, self.today, installation_zone())

    @property
    def side(self) -> str:
        """The direction that rates are of."""
        return self.question.side

    @property
    def is_by_month(self) -> bool:
        """Whether the period is shown by the month."""
        return self.question.days.length > MANY_DAYS

    @property
    def base(self) -> Figure | None:
        """All calls of the report, where the viewer may see calls."""
        return self.question.figure if self.question.seen.may_drill else None

    @cached_property
    def dated(self) -> list[Row]:
        """By day, or by month."""
        return self._by_time(self.reader)

    @cached_property
    def dated_before(self) -> list[Row]:
        """The same of the days that these are compared with."""
        before = self.question.before
        return self._by_time(self._reader(before)) if before else []

    def _by_time(self, reader: Reader) -> list[Row]:
        if self.is_by_month:
            return reader.by_month(*BY_RESULT)
        return reader.rows(*BY_RESULT, by_day=True)

    @cached_property
    def chosen(self) -> Sequence[Row]:
        """By direction, result and what people say came of the calls."""
        return self.reader.rows(*BY_RESULT, "disposition")

    @cached_property
    def timed(self) -> Sequence[Row]:
        """By weekday and hour."""
        return self.reader.rows("weekday", "hour", *BY_RESULT)

    @cached_property
    def personal(self) -> Sequence[Row]:
        """By user and extension."""
        return self.reader.rows("user", "extension", *BY_RESULT)
