"""What the list of tickets is narrowed to, as its address says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from crmplus.accounts.fields import UserChoiceField
from crmplus.accounts.models import Scope
from crmplus.accounts.visibility import records_scope, within
from crmplus.formfields import styled
from crmplus.tickets.asking import visible_tickets
from crmplus.tickets.fields import parse_target, record_of, users_who_work
from crmplus.tickets.models import OPEN_TICKETS, Priority, Status, Ticket
from crmplus.tickets.searching import search

if TYPE_CHECKING:
    from crmplus.accounts.models import User

MINE, TEAM, NOBODYS, EVERYBODYS = "mine", "team", "nobody", "all"
WHOSE = {
    MINE: gettext_lazy("Mine"),
    TEAM: gettext_lazy("My team’s"),
    NOBODYS: gettext_lazy("Nobody’s"),
    EVERYBODYS: pgettext_lazy("tickets", "All"),
}
ANY = "any"
BY_DUE, BY_PRIORITY, BY_CHANGE, BY_AGE = "", "priority", "changed", "newest"
ORDERS = {
    BY_DUE: "due_order",
    BY_PRIORITY: "-priority",
    BY_CHANGE: "-changed_at",
    BY_AGE: "-id",
}
# Only open tickets are kept in these orders: nobody asks when a closed one was due.
OPEN_ORDERS = frozenset({BY_DUE, BY_PRIORITY})


@dataclass(frozen=True)
class Chip:
    """A filter that is on; ``names`` are its parameters, to take it off again."""

    label: str
    value: str
    names: Sequence[str]


def _choice(label: Any, choices: Sequence[tuple[Any, Any]]) -> forms.ChoiceField:
    # Nothing chosen shows the label: a row of filters has no room for both.
    return forms.ChoiceField(
        required=False, label=label, choices=[("", label), *choices]
    )


class TicketFilter(forms.Form):
    """The parameters of the list of tickets.

    ``whose`` (see ``WHOSE``), ``status`` (nothing: all that are not closed; "any"),
    ``priority``, ``owner`` (id), ``overdue`` ("1"), ``record`` ("contacts:7"), ``q``,
    ``sort``. What makes no sense in an address is left out rather than refused.
    """

    q = forms.CharField(required=False, max_length=200)
    whose = forms.ChoiceField(required=False, choices=list(WHOSE.items()))
    status = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Status"),
        choices=[
            ("", gettext_lazy("Not closed")),
            *Status.choices,
            (ANY, gettext_lazy("Any status")),
        ],
    )
    priority = _choice(gettext_lazy("Priority"), Priority.choices)
    owner = UserChoiceField(
        users_who_work(),
        required=False,
        label=gettext_lazy("Owner"),
        empty_label=gettext_lazy("Owner"),
    )
    overdue = forms.ChoiceField(required=False, choices=[("1", "1")])
    record = forms.CharField(required=False, max_length=64)
    sort = forms.ChoiceField(
        required=False, choices=[(key, key) for key in ORDERS if key]
    )

    def __init__(self, viewer: User, params: QueryDict) -> None:
        super().__init__(params, auto_id="filter-%s")
        self.viewer = viewer
        self.is_valid()

    def given(self, name: str) -> Any:
        """The value of a filter; nothing where it is off."""
        return self.cleaned_data.get(name) or ""

    def selects(self) -> list[forms.BoundField]:
        """The filters to choose from a list."""
        # Whose they are is said already where they are one's own or nobody's.
        by_owner = self.asked_for in {TEAM, EVERYBODYS}
        names = ("status", "priority", *(("owner",) if by_owner else ()))
        return [styled(self[name], mark_errors=False) for name in names]

    @property
    def text(self) -> str:
        """What is searched for."""
        return str(self.given("q")).replace("\x00", "")

    @property
    def asked_for(self) -> str:
        """Whose tickets are asked for: a key of ``WHOSE``.

        Nothing said, one's own; of a record everybody's.
        """
        whose: str = self.given("whose")
        return whose or (EVERYBODYS if self.given("record") else MINE)

    def tabs(self) -> list[tuple[str, str, bool]]:
        """Whose tickets one may look at: key, words, whether it is chosen."""
        shown = [key for key in WHOSE if key != TEAM or self.viewer.team_id]
        return [(key, str(WHOSE[key]), key == self.asked_for) for key in shown]

    @property
    def only_open(self) -> bool:
        """Whether closed ones are left out."""
        return self.given("status") not in {Status.CLOSED, ANY}

    @property
    def sorted_by(self) -> str:
        """What the list is sorted by: a key of ``ORDERS``."""
        sort: str = self.given("sort")
        return BY_CHANGE if sort in OPEN_ORDERS and not self.only_open else sort

    @property
    def order(self) -> str:
        """The column to sort by, with "-" for descending."""
        return ORDERS[self.sorted_by]

    def rows(self) -> QuerySet[Ticket]:
        """The visible tickets that pass all filters, in no order yet."""
        rows = visible_tickets(self.viewer).filter(self._of_whom())
        rows = rows.filter(OPEN_TICKETS) if self.only_open else rows
        if (status := self.given("status")) and status != ANY:
            rows = rows.filter(status=status)
        for name in ("priority", "owner"):
            if value := self.given(name):
                rows = rows.filter(**{name: value})
        if self.given("overdue"):
            rows = rows.filter(OPEN_TICKETS, due_order__lte=timezone.now())
        if self.given("record"):
            kind, key = parse_target(self.given("record")) or ("", 0)
            rows = rows.filter(target_kind=kind, target_id=key)
        return search(rows, self.text) if self.text else rows

    def _of_whom(self) -> Q:
        if self.asked_for == MINE:
            return Q(owner=self.viewer)
        if self.asked_for == NOBODYS:
            return Q(owner__isnull=True)
        if self.asked_for == TEAM and records_scope(self.viewer):
            return Q(owner__in=within(self.viewer, Scope.TEAM))
        return Q()

    def chips(self) -> list[Chip]:
        """The filters that are on."""
        status = self.given("status")
        statuses = {**dict(Status.choices), ANY: _("Any status")}
        priority = self.given("priority")
        shown = [
            Chip(pgettext("filter", "Search"), self.text, ["q"]),
            Chip(_("About"), self._record_title(), ["record"]),
            Chip(_("Status"), str(statuses[status]) if status else "", ["status"]),
            Chip(
                _("Priority"),
                str(Priority(int(priority)).label) if priority else "",
                ["priority"],
            ),
            Chip(_("Owner"), str(self.given("owner")), ["owner"]),
            Chip(_("Due"), _("overdue") if self.given("overdue") else "", ["overdue"]),
        ]
        return [chip for chip in shown if chip.value]

    def _record_title(self) -> str:
        if not self.given("record"):
            return ""
        record = record_of(parse_target(self.given("record")), self.viewer)
        return record.title if record else _("a record that is gone")
