"""What the missed list may be narrowed to, as its address says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crmplus.formfields import QuickSelect, styled
from pbxmanager.extensions import extension_choices
from pbxmanager.missed_list import taken_by, visible_missed
from pbxmanager.models import MissedCaller, MissedPart
from pbxmanager.searching import numbers_searched
from pbxmanager.visibility import seen_people

if TYPE_CHECKING:
    from crmplus.accounts.models import User

OPEN, MINE, CLOSED = "open", "mine", "closed"
STATES: Final = (
    (OPEN, pgettext_lazy("missed caller", "Open")),
    (MINE, pgettext_lazy("missed caller", "In my hands")),
    (CLOSED, pgettext_lazy("missed caller", "Closed")),
)


class MissedFilter(forms.Form):
    """The parameters of the missed list.

    ``state`` (open, mine, closed), ``extension`` that rang, ``q`` (number or name).
    What makes no sense in an address is left out rather than refused.
    """

    state = forms.ChoiceField(required=False, choices=STATES)
    extension = forms.CharField(required=False, max_length=64, label=_("Extension"))
    q = forms.CharField(required=False, max_length=200)

    def __init__(self, viewer: User, params: QueryDict) -> None:
        super().__init__(params, auto_id="missed-%s")
        self.viewer = viewer
        self.fields["extension"].widget = QuickSelect(
            choices=extension_choices(seen_people(viewer))
        )
        self.is_valid()

    @property
    def state_shown(self) -> str:
        """Which state is asked for; what is open, where nothing else is."""
        state: str = self.cleaned_data.get("state") or OPEN
        return state

    @property
    def text(self) -> str:
        """What is searched for."""
        text: str = (self.cleaned_data.get("q") or "").replace("\x00", "").strip()
        return text

    @property
    def is_narrowed(self) -> bool:
        """Whether more than the state is asked for."""
        return bool(self.text or self.cleaned_data.get("extension"))

    @property
    def states(self) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in STATES]

    def extension_field(self) -> forms.BoundField:
        """The filter by extension, in the look of the page."""
        return styled(self["extension"], mark_errors=False)

    def rows(self) -> QuerySet[MissedCaller]:
        """The entries that pass, in no order yet."""
        rows = self._in_state()
        if extension := self.cleaned_data.get("extension"):
            rang = MissedPart.objects.filter(extension=extension)
            rows = rows.filter(pk__in=rang.values("caller"))
        if self.text:
            rows = rows.filter(party__in=numbers_searched(self.text, self.viewer))
        return rows

    def _in_state(self) -> QuerySet[MissedCaller]:
        if self.state_shown == CLOSED:
            return visible_missed(self.viewer, is_open=False)
        rows = visible_missed(self.viewer, is_open=True)
        if self.state_shown == MINE:
            rows = rows.filter(taken_by(self.viewer, timezone.now()))
        return rows
