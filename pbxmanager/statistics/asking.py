"""What a page of figures is asked for, as its address says it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmplus import hooks
from crmplus.formfields import QuickSelect, styled
from pbxmanager.figures import Figure, Result
from pbxmanager.models import Direction
from pbxmanager.statistics.people import Seen
from pbxmanager.statistics.periods import (
    BEFORE,
    COMPARISONS,
    CUSTOM,
    DAYS,
    PERIODS,
    Days,
    compared_with,
)
from pbxmanager.statistics.reading import Asked

FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)
STANDARD = "30-days"
# Two leap years with a day to spare.
MOST_DAYS = 733


def _choice(label: hooks.Text, choices: Sequence[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        required=False,
        label=label,
        choices=[("", label), *choices],
        widget=QuickSelect,
    )


def _day(label: hooks.Text) -> forms.DateField:
    return forms.DateField(
        required=False,
        label=label,
        validators=[MinValueValidator(FIRST), MaxValueValidator(LAST)],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
    )


class Question(forms.Form):
    """The parameters of a page of figures.

    ``period`` or ``since`` and ``until`` (ISO days of the installation), ``compare``,
    ``direction``, ``result``, ``team`` and ``user`` (ids), ``extension``. What makes
    no sense, or names whom the viewer may not be shown, is left out.
    """

    period = forms.ChoiceField(
        required=False, label=gettext_lazy("Period"), choices=list(PERIODS.items())
    )
    since = _day(gettext_lazy("From"))
    until = _day(gettext_lazy("To"))
    compare = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Compared"),
        choices=list(COMPARISONS.items()),
    )
    direction = _choice(gettext_lazy("Direction"), Direction.choices)
    result = _choice(gettext_lazy("Status"), Result.choices)

    def __init__(self, seen: Seen, params: QueryDict, today: date) -> None:
        given = params.copy()
        given.setdefault("period", STANDARD)
        if given.get("since") or given.get("until"):
            given["period"] = CUSTOM
        super().__init__(given, auto_id="ask-%s")
        self.seen, self.today = seen, today
        self._add_people()
        self.is_valid()

    def _add_people(self) -> None:
        if self.seen.people == [self.seen.viewer.pk]:
            return
        teams = [(str(pk), str(team)) for pk, (team, _m) in self.seen.teams.items()]
        users = [
            (str(pk), name)
            for pk, name in self.seen.users.items()
            if pk in self.seen.persons
        ]
        lines = [(number, number) for number in self.seen.lines]
        for name, label, choices in (
            ("team", _("Team"), teams),
            ("user", _("User"), users),
            ("extension", _("Extension"), lines),
        ):
            if choices:
                self.fields[name] = _choice(label, choices)

    def given(self, name: str) -> Any:
        """The value of a filter; nothing where it is off."""
        return self.cleaned_data.get(name)

    def times(self) -> list[forms.BoundField]:
        """The choices of when."""
        return self._selects("period", "compare")

    def calls(self) -> list[forms.BoundField]:
        """The choices of which calls."""
        return self._selects("direction", "result", "team", "user", "extension")

    def _selects(self, *names: str) -> list[forms.BoundField]:
        shown = [self[name] for name in names if name in self.fields]
        return [styled(bound, mark_errors=False) for bound in shown]

    def days_fields(self) -> list[forms.BoundField]:
        """The days to choose."""
        return [styled(self[name], mark_errors=False) for name in ("since", "until")]

    @property
    def which(self) -> str:
        """Which period it is; chosen days without a day are the standard period."""
        period = self.given("period") or STANDARD
        chosen = self.given("since") or self.given("until")
        return STANDARD if period == CUSTOM and not chosen else period

    @cached_property
    def days(self) -> Days:
        """The first and the last day; the other way round they are swapped."""
        if self.which != CUSTOM:
            return DAYS[self.which](self.today)
        since, until = self.given("since"), self.given("until")
        first, last = sorted((since or until, until or self.today))
        first = max(first, date.fromordinal(last.toordinal() - MOST_DAYS + 1))
        return Days(first, last)

    @cached_property
    def before(self) -> Days | None:
        """The days to compare with."""
        comparison = self.given("compare") or BEFORE
        return compared_with(self.which, self.days, comparison)

    @cached_property
    def asked(self) -> Asked:
        """Which calls are counted."""
        result = self.given("result")
        return Asked(
            direction=self.given("direction") or "",
            results=(result,) if result else (),
            extension=self.given("extension") or None,
            people=self._people(),
        )

    def _people(self) -> list[int] | None:
        found = None if self.seen.people is None else set(self.seen.people)
        for some in self._chosen():
            found = set(some) if found is None else found & set(some)
        return None if found is None else sorted(found)

    def _chosen(self) -> list[Sequence[int]]:
        chosen: list[Sequence[int]] = []
        if team := self.given("team"):
            chosen.append(self.seen.teams[int(team)][1])
        if user := self.given("user"):
            chosen.append((int(user),))
        if line := self.given("extension"):
            owner = self.seen.lines[line]
            nobody_may = self.seen.people is None
            chosen.append((owner,) if owner or nobody_may else ())
        return chosen

    @property
    def side(self) -> str:
        """The direction that rates are of."""
        return self.asked.direction or Direction.INBOUND

    @property
    def figure(self) -> Figure:
        """The calls that are counted, all of them."""
        asked = self.asked
        return Figure(
            *self.days,
            direction=asked.direction,
            results=asked.results,
            extension=asked.extension,
            people=asked.people or (),
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter but the period is on."""
        names = ("direction", "result", "team", "user", "extension")
        return any(self.given(name) for name in names)
