"""What the list of calls may be narrowed to, as its address says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crmplus.accounts.fields import UserChoiceField
from crmplus.accounts.models import User
from crmplus.formfields import QuickSelect, styled
from pbxmanager import periods
from pbxmanager.belonging import belonging_to
from pbxmanager.extensions import extension_choices
from pbxmanager.figures import Figure, figure_of
from pbxmanager.missed import missed_by
from pbxmanager.models import Call, Direction, Disposition, Status
from pbxmanager.parties import source_of
from pbxmanager.searching import search
from pbxmanager.visibility import seen_people, visible_for_lists

if TYPE_CHECKING:
    from crmplus import hooks

    FoundRecord = tuple[hooks.PhoneSource, Any]

MINE = "mine"
# A record, such as "contacts:7".
RECORD = r"^[a-z_-]{1,64}:[0-9]{1,18}\Z"


@dataclass(frozen=True)
class Chip:
    """A filter that is on; ``names`` are its parameters, to take it off again."""

    label: str
    value: str
    names: Sequence[str]


def _day(label: hooks.Text) -> forms.DateField:
    years = [MinValueValidator(date(1970, 1, 1)), MaxValueValidator(date(2200, 1, 1))]
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(
        required=False,
        label=label,
        validators=years,
        widget=widget,
        input_formats=["%Y-%m-%d"],
    )


def _choice(label: hooks.Text, choices: Sequence[tuple[str, Any]]) -> forms.ChoiceField:
    # Nothing chosen shows the label: a row of filters has no room for both.
    return forms.ChoiceField(
        required=False, label=label, choices=[("", label), *choices]
    )


def record_named(text: str, viewer: User) -> FoundRecord | None:
    """The record that an address names (``RECORD``), if the viewer may see it."""
    key, _colon, pk = text.partition(":")
    source = source_of(key)
    if source is None:
        return None
    rows = source.model._default_manager.filter(pk=int(pk))
    rows = source.visible(viewer, rows) if source.visible else rows
    record = rows.first()
    return (source, record) if record else None


def calls_of(
    found: FoundRecord | None, rows: QuerySet[Call], viewer: User
) -> QuerySet[Call]:
    """Those of some calls that may have been with a record; none without one."""
    if found is None:
        return rows.none()
    source, record = found
    return rows.filter(belonging_to(source, record, viewer).possible)


class CallFilter(forms.Form):
    """The parameters of the list of calls.

    ``q`` (number or name), ``direction``, ``status``, ``disposition`` (id), ``user``
    (id), ``extension``, ``period`` or ``since`` and ``until`` (ISO days in the user's
    zone), ``record`` ("contacts:7"), ``missed`` ("mine": those that the viewer missed),
    ``figure`` (as the statistics write it, see ``figures.Figure``).
    What makes no sense in an address is left out rather than refused.
    """

    q = forms.CharField(required=False, max_length=200)
    direction = _choice(gettext_lazy("Direction"), Direction.choices)
    status = _choice(gettext_lazy("Status"), Status.choices)
    disposition = forms.ModelChoiceField(
        Disposition.objects.all(),
        required=False,
        label=gettext_lazy("Outcome"),
        empty_label=gettext_lazy("Outcome"),
    )
    user = UserChoiceField(
        User.objects.order_by("last_name", "username"),
        required=False,
        label=gettext_lazy("User"),
        empty_label=gettext_lazy("User"),
    )
    extension = forms.CharField(
        required=False, max_length=64, label=gettext_lazy("Extension")
    )
    period = _choice(gettext_lazy("Period"), list(periods.PERIODS.items()))
    since = _day(gettext_lazy("From"))
    until = _day(gettext_lazy("To"))
    missed = forms.ChoiceField(required=False, choices=[(MINE, MINE)])
    record = forms.RegexField(RECORD, required=False)
    figure = forms.CharField(required=False)

    def __init__(self, viewer: User, params: QueryDict) -> None:
        super().__init__(params, auto_id="filter-%s")
        self.viewer = viewer
        people = seen_people(viewer)
        self.sees_all = people is None
        self.sees_others = self.sees_all or people != [viewer.pk]
        if self.sees_others:
            self._offer(people)
        else:
            # They see their own calls only, whoever else had a part in them.
            del self.fields["user"], self.fields["extension"]
        self.is_valid()

    def _offer(self, people: Sequence[int] | None) -> None:
        """Let one choose among some users (ids), None for all, and their extensions."""
        self.fields["extension"].widget = QuickSelect(choices=extension_choices(people))
        user = self.fields["user"]
        assert isinstance(user, forms.ModelChoiceField)  # noqa: S101
        if people is not None and user.queryset is not None:
            user.queryset = user.queryset.filter(pk__in=people)

    def selects(self) -> list[forms.BoundField]:
        """The filters to choose from a list."""
        names = ("direction", "status", "disposition", "user", "extension")
        shown = [self[name] for name in names if name in self.fields]
        # What makes no sense in an address is left out, so it is no mistake either.
        return [styled(bound, mark_errors=False) for bound in shown]

    def period_select(self) -> forms.BoundField:
        """The filter by a period that has a name."""
        return styled(self["period"], mark_errors=False)

    @property
    def user_given(self) -> User | None:
        """Whose calls are asked for, None for everybody's."""
        user: User | None = self.given("user")
        return user

    def given(self, name: str) -> Any:
        """The value of a filter; nothing where it is off."""
        return self.cleaned_data.get(name)

    @property
    def is_missed(self) -> bool:
        """Whether only what the viewer missed is asked for."""
        return bool(self.given("missed"))

    @property
    def whose(self) -> str:
        """Whose calls these are: "missed" by the viewer, "mine" or "all"."""
        if self.is_missed:
            return "missed"
        own = not self.sees_others or self.user_given == self.viewer
        return "mine" if own else "all"

    @property
    def splits(self) -> bool:
        """Whether running calls stand apart: not where one asks for a status."""
        return not (self.is_missed or self.given("status") or self.of_figure)

    @property
    def text(self) -> str:
        """What is searched for."""
        text: str = (self.given("q") or "").replace("\x00", "")
        return text

    @property
    def days(self) -> periods.Days:
        """The first and the last day; what was picked counts more than a period."""
        since, until = self.given("since"), self.given("until")
        if since or until:
            return since, until
        return periods.days_of(self.given("period"), timezone.localdate())

    @cached_property
    def of_figure(self) -> Figure | None:
        """The figure of the statistics whose calls are asked for."""
        return figure_of(self.given("figure") or "")

    @cached_property
    def of_record(self) -> FoundRecord | None:
        """The record whose calls are asked for, if the viewer may see it."""
        return record_named(self.given("record") or "", self.viewer)

    def rows(self) -> QuerySet[Call]:
        """The visible calls that pass all filters, in no order yet."""
        # One's own phone rang, so one may see them.
        rows = (
            missed_by(self.viewer) if self.is_missed else visible_for_lists(self.viewer)
        )
        for name in ("direction", "status", "disposition", "user", "extension"):
            if value := self.given(name):
                rows = rows.filter(**{name: value})
        rows = self._in_period(rows)
        if self.given("record"):
            rows = self._of_record(rows)
        rows = self.of_figure.rows(rows) if self.of_figure else rows
        return search(rows, self.text, self.viewer) if self.text else rows

    def _in_period(self, rows: QuerySet[Call]) -> QuerySet[Call]:
        start, beyond = periods.moments(*self.days)
        if start:
            rows = rows.filter(started_at__gte=start)
        return rows.filter(started_at__lt=beyond) if beyond else rows

    def _of_record(self, rows: QuerySet[Call]) -> QuerySet[Call]:
        return calls_of(self.of_record, rows, self.viewer)

    def chips(self) -> list[Chip]:
        """The filters that are on."""
        shown = [
            Chip(pgettext("filter", "Search"), self.text, ["q"]),
            Chip(_("Calls of"), self._record_title(), ["record"]),
            Chip(_("Calls"), _("missed by me") if self.is_missed else "", ["missed"]),
            Chip(_("Direction"), self._label("direction", Direction), ["direction"]),
            Chip(_("Status"), self._label("status", Status), ["status"]),
            Chip(_("Outcome"), str(self.given("disposition") or ""), ["disposition"]),
            Chip(_("User"), str(self.given("user") or ""), ["user"]),
            Chip(_("Extension"), self.given("extension") or "", ["extension"]),
            Chip(_("Figure"), self._figure_words(), ["figure"]),
            Chip(_("Period"), self._period(), ["period", "since", "until"]),
        ]
        return [chip for chip in shown if chip.value]

    def _label(self, name: str, choices: type[Direction | Status]) -> str:
        value = self.given(name)
        return str(choices(value).label) if value else ""

    def _figure_words(self) -> str:
        return self.of_figure.words() if self.of_figure else ""

    def _record_title(self) -> str:
        if not self.given("record"):
            return ""
        if self.of_record is None:
            return _("a record that is gone")
        source, record = self.of_record
        return source.title(record)

    def _period(self) -> str:
        if self.given("since") or self.given("until"):
            return periods.words(*self.days)
        return str(periods.PERIODS.get(self.given("period") or "", ""))
