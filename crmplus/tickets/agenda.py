"""What the list of activities is narrowed to, as its address says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crmplus.accounts.models import Scope
from crmplus.accounts.visibility import records_scope, within
from crmplus.tickets.asking import visible_activities
from crmplus.tickets.fields import parse_target, record_of
from crmplus.tickets.filters import EVERYBODYS, MINE, TEAM, Chip
from crmplus.tickets.models import OPEN_ACTIVITIES, Activity, Kind

if TYPE_CHECKING:
    from crmplus.accounts.models import User

DONE = "done"


class Agenda:
    """The parameters of the list of activities.

    ``whose`` ("mine", "team", "all"), ``kind``, ``show`` ("done"), ``record``
    ("contacts:7"). What makes no sense in an address is left out.
    """

    def __init__(self, viewer: User, params: QueryDict) -> None:
        self.viewer = viewer
        self.target = parse_target(params.get("record", ""))
        whose = params.get("whose", "")
        otherwise = EVERYBODYS if self.target else MINE
        self.whose = whose if whose in {MINE, TEAM, EVERYBODYS} else otherwise
        kind = params.get("kind", "")
        self.kind = kind if kind in Kind.values else ""
        self.is_done = params.get("show") == DONE

    @property
    def order(self) -> str:
        """The column to sort by: the first due on top, or what was done last."""
        return "-done_at" if self.is_done else "due_at"

    def rows(self) -> QuerySet[Activity]:
        """The visible activities that pass all filters, in no order yet."""
        rows = visible_activities(self.viewer).filter(self._of_whom())
        rows = rows.filter(
            Q(done_at__isnull=False) if self.is_done else OPEN_ACTIVITIES
        )
        if self.kind:
            rows = rows.filter(kind=self.kind)
        if self.target:
            kind, key = self.target
            rows = rows.filter(target_kind=kind, target_id=key)
        return rows.prefetch_related("owner", "ticket", "done_by")

    def _of_whom(self) -> Q:
        if self.whose == MINE:
            return Q(owner=self.viewer)
        if self.whose == TEAM and records_scope(self.viewer):
            return Q(owner__in=within(self.viewer, Scope.TEAM))
        return Q()

    def tabs(self) -> list[tuple[str, str, bool]]:
        """Whose activities one may look at: key, words, whether it is chosen."""
        names = {
            MINE: pgettext("activities", "Mine"),
            TEAM: _("My team’s"),
            EVERYBODYS: pgettext("activities", "Everybody’s"),
        }
        shown = [key for key in names if key != TEAM or self.viewer.team_id]
        return [(key, names[key], key == self.whose) for key in shown]

    def kinds(self) -> list[tuple[str, str, bool]]:
        """The kinds to filter by: key, words, whether it is chosen."""
        return [(key, str(label), key == self.kind) for key, label in Kind.choices]

    def chips(self) -> list[Chip]:
        """The filters that are on."""
        shown = [
            Chip(_("Kind"), str(Kind(self.kind).label) if self.kind else "", ["kind"]),
            Chip(_("About"), self._record_title(), ["record"]),
        ]
        return [chip for chip in shown if chip.value]

    def _record_title(self) -> str:
        if self.target is None:
            return ""
        record = record_of(self.target, self.viewer)
        return record.title if record else _("a record that is gone")
