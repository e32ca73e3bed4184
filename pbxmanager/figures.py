"""What the figures about calls mean, and how to find the calls behind a figure.

The statistics count by these definitions and the list of calls filters by them, so
that a list shows just the calls of a figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from urllib.parse import quote_plus

from django.db import models
from django.db.models import (
    Case,
    CharField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from pbxmanager import periods
from pbxmanager.calendar import bounds, days, installation_zone, slots
from pbxmanager.concerning import INSIDE
from pbxmanager.looks import TELLING, UNANSWERED
from pbxmanager.models import Call, Direction, Disposition, Leg, Outcome, Status

# A missed call counts as called back if somebody talked with that number so soon.
CALLED_BACK_WITHIN: Final = timedelta(hours=48)
# A call may have rung for a while before somebody takes it.
LONGEST_RINGING: Final = timedelta(hours=1)
NOBODY: Final = 0
NONE_CHOSEN: Final = 0
MOST_DAYS: Final = 3 * 366


class Result(models.TextChoices):
    """What came of a call, as the statistics tell calls apart.

    A call has just one of them: see ``result_of``.
    """

    ANSWERED = "answered", _("Answered")
    MISSED = "missed", _("Missed")
    BUSY = "busy", _("Busy or rejected")
    NOT_REACHED = "not_reached", _("Not reached")
    LOST = "lost", _("End not reported")
    RUNNING = "running", _("Running")


# Inbound calls that nobody took, also those that a phone turned down.
IN_VAIN: Final = (Result.MISSED, Result.BUSY)


def result() -> Case:
    """The ``Result`` of a call, for a query."""
    legs = Leg.objects.filter(call=OuterRef("pk"))
    rang = Exists(legs.filter(outcome=Outcome.MISSED))
    refused = Exists(legs.filter(outcome__in=TELLING))
    return Case(
        When(status__in=(Status.ENDED, Status.CONNECTED), then=Value(Result.ANSWERED)),
        When(Q(status__in=UNANSWERED) & refused & ~rang, then=Value(Result.BUSY)),
        When(status=Status.MISSED, then=Value(Result.MISSED)),
        When(status=Status.NOT_REACHED, then=Value(Result.NOT_REACHED)),
        When(status=Status.LOST, then=Value(Result.LOST)),
        default=Value(Result.RUNNING),
        output_field=CharField(),
    )


def contacts() -> QuerySet[Call]:
    """The calls in which somebody talked with a number outside."""
    talks = Call.objects.filter(connected_at__isnull=False).exclude(party="")
    talks = talks.exclude(direction=Direction.INTERNAL)
    return talks.exclude(number_kind__in=INSIDE)


def called_back() -> Q:
    """Whether a call is a missed one that led to a talk within 48 hours, for a query.

    The talk may be of either direction and with anybody here; it begins to be talked
    after the missed call came in.
    """
    at = OuterRef("started_at")
    later = contacts().filter(
        party=OuterRef("party"),
        started_at__gte=at - LONGEST_RINGING,
        started_at__lte=at + CALLED_BACK_WITHIN,
        connected_at__gte=at,
        connected_at__lte=at + CALLED_BACK_WITHIN,
    )
    missed = Q(direction=Direction.INBOUND, status=Status.MISSED) & ~Q(party="")
    missed &= ~Q(number_kind__in=INSIDE)
    return missed & Q(Exists(later))


@dataclass(frozen=True)
class Figure:
    """The calls behind a figure: those of some days that have all of this.

    Days, hour (0 to 23) and weekday (0 is Monday) are the installation's. ``people``
    are users (ids), ``NOBODY`` for calls that are nobody's; empty are all.
    ``disposition`` is what people say came of them (ID), ``NONE_CHOSEN`` for calls of
    which nobody said it, None for all.
    """

    first: date
    last: date
    hour: int | None = None
    weekday: int | None = None
    direction: str = ""
    results: Sequence[str] = ()
    extension: str | None = None
    people: Sequence[int] = field(default=())
    called_back: bool = False
    disposition: int | None = None

    def text(self) -> str:
        """It as the value of one parameter; ``figure_of`` reads it again."""
        parts = [f"first={self.first}", f"last={self.last}"]
        given = {
            "hour": self.hour,
            "weekday": self.weekday,
            "disposition": self.disposition,
        }
        parts += [f"{name}={one}" for name, one in given.items() if one is not None]
        parts += [f"direction={self.direction}"] if self.direction else []
        parts += [f"result={Result(one).value}" for one in self.results]
        parts += [f"person={one}" for one in self.people]
        if self.extension is not None:
            parts.append(f"extension={quote_plus(self.extension)}")
        return "&".join([*parts, "called_back=1"] if self.called_back else parts)

    def rows(self, calls: QuerySet[Call]) -> QuerySet[Call]:
        """Those of some calls that the figure counts."""
        calls = calls.filter(self._when())
        if self.direction:
            calls = calls.filter(direction=self.direction)
        if self.extension is not None:
            calls = calls.filter(extension=self.extension)
        if self.people:
            calls = calls.filter(of_people(self.people))
        if self.disposition is not None:
            calls = calls.filter(disposition=self.disposition or None)
        if self.results:
            calls = calls.alias(result=result()).filter(result__in=self.results)
        return calls.filter(called_back()) if self.called_back else calls

    def words(self) -> str:
        """What it counts, in words."""
        parts = [periods.words(self.first, self.last)]
        if self.weekday is not None:
            parts.append(str(WEEKDAYS[self.weekday]))
        if self.hour is not None:
            parts.append(f"{self.hour}:00–{self.hour}:59")
        if self.direction:
            parts.append(str(Direction(self.direction).label))
        parts += [str(Result(one).label) for one in self.results]
        if self.called_back:
            parts.append(str(_("called back")))
        if self.disposition is not None:
            parts.append(disposition_titles().get(self.disposition, "–"))
        if self.extension is not None:
            parts.append(self.extension or "–")
        return ", ".join(parts)

    def _when(self) -> Q:
        zone = installation_zone()
        if self.hour is None and self.weekday is None:
            start, end = bounds(self.first, self.last, zone)
            return Q(started_at__gte=start, started_at__lt=end)
        found = Q(pk__in=())
        for day in days(self.first, self.last):
            if self.weekday in (None, day.weekday()):
                for slot in slots(day, zone):
                    if self.hour in (None, slot.hour):
                        found |= Q(started_at__gte=slot.start, started_at__lt=slot.end)
        return found


def disposition_titles() -> dict[int, str]:
    """What people may say came of a call, by ID; last that nobody did."""
    rows = Disposition.objects.all()
    return {row.pk: row.title for row in rows} | {NONE_CHOSEN: str(_("None chosen"))}


def of_people(people: Sequence[int]) -> Q:
    """Rows (``user``) of some users; ``NOBODY`` among them are those of none."""
    theirs = Q(user__in=[one for one in people if one != NOBODY])
    return theirs | Q(user__isnull=True) if NOBODY in people else theirs


def figure_of(text: str) -> Figure | None:
    """The figure that ``Figure.text`` wrote; None for what is none."""
    params = QueryDict(text[:4_000].replace("\x00", ""))
    try:
        found = Figure(
            first=date.fromisoformat(params.get("first", "")),
            last=date.fromisoformat(params.get("last", "")),
            hour=_number(params.get("hour"), 23),
            weekday=_number(params.get("weekday"), 6),
            direction=_one_of(params.get("direction", ""), Direction.values),
            results=[_one_of(one, Result.values) for one in params.getlist("result")],
            extension=params.get("extension"),
            people=[int(one[:18]) for one in params.getlist("person")],
            called_back="called_back" in params,
            disposition=_id(params.get("disposition")),
        )
    except ValueError:
        return None
    length = (found.last - found.first).days
    if (
        not 0 <= length <= MOST_DAYS
        or not 1970 <= found.first.year < found.last.year + 1
    ):
        return None
    return found if found.last.year < 2200 else None


def _number(text: str | None, most: int) -> int | None:
    if text is None:
        return None
    number = int(text[:2])
    if not 0 <= number <= most:
        raise ValueError(text)
    return number


def _id(text: str | None) -> int | None:
    if text is None:
        return None
    number = int(text[:18])
    if number < 0:
        raise ValueError(text)
    return number


def _one_of(text: str, known: Sequence[str]) -> str:
    if text and text not in known:
        raise ValueError(text)
    return text
