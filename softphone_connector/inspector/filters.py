"""What the list of events may be narrowed to, as its address says it."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django import forms
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crmplus.formfields import styled
from pbxmanager import periods
from pbxmanager.events import CALL_ID_LENGTH, EXTENSION_LENGTH
from pbxmanager.filters import Chip
from pbxmanager.models import Event
from softphone_connector.inspector.senders import of_key, senders
from softphone_connector.models import SoftphoneKey

# So that a filter costs the same however much phones report.
LOOKED_THROUGH: Final = 50_000
MANY_KEYS: Final = 300
STATES: Final = (
    ("refused", gettext_lazy("Refused")),
    ("taken", gettext_lazy("Taken")),
)


def key_choices() -> list[tuple[str, str]]:
    """The sources that are keys in force, the last used first."""
    keys = SoftphoneKey.objects.filter(revoked_at=None).select_related("user")
    rows = keys.order_by("-last_used_at", "-pk")[:MANY_KEYS]
    return [(key.source, key_words(key)) for key in rows]


def key_words(key: SoftphoneKey) -> str:
    """A key in a list: whose it is, with which client, and how it begins."""
    sender = of_key(key)
    parts = (sender.owner, sender.client, f"{key.prefix}…")
    return " · ".join(part for part in parts if part)


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(
        required=False, label=label, widget=widget, input_formats=["%Y-%m-%d"]
    )


class EventFilter(forms.Form):
    """The parameters of the list of events.

    ``q`` (part of what was sent, or of a number), ``source`` ("key:5"), ``extension``,
    ``state`` (refused or taken), ``call_id``, ``call`` (a call's UUID), ``period`` or
    ``since`` and ``until`` (ISO days in the user's zone). What makes no sense in an
    address is left out rather than refused.
    """

    q = forms.CharField(required=False, max_length=200)
    source = forms.RegexField(
        r"^[a-z]{1,16}:[0-9]{1,18}\Z", required=False, label=gettext_lazy("Source")
    )
    extension = forms.CharField(
        required=False, max_length=EXTENSION_LENGTH, label=gettext_lazy("Extension")
    )
    call_id = forms.CharField(
        required=False, max_length=CALL_ID_LENGTH, label=gettext_lazy("Call ID")
    )
    state = forms.ChoiceField(
        required=False,
        choices=[("", gettext_lazy("Refused and taken")), *STATES],
        label=gettext_lazy("State"),
    )
    period = forms.ChoiceField(
        required=False,
        choices=[("", gettext_lazy("Period")), *periods.PERIODS.items()],
        label=gettext_lazy("Period"),
    )
    since = _day(gettext_lazy("From"))
    until = _day(gettext_lazy("To"))
    call = forms.UUIDField(required=False)

    def __init__(self, params: QueryDict) -> None:
        super().__init__(params, auto_id="filter-%s")
        choices = [("", _("All sources")), *key_choices()]
        self.fields["source"].widget = forms.Select(choices=choices)
        self.is_valid()

    def given(self, name: str) -> Any:
        """The value of a filter; nothing where it is off."""
        return self.cleaned_data.get(name)

    @property
    def text(self) -> str:
        text: str = (self.given("q") or "").replace("\x00", "")
        return text

    def shown(self) -> list[forms.BoundField]:
        """The fields beside the search, to fill in or to choose from."""
        names = ("source", "extension", "call_id", "state", "period")
        for name in ("extension", "call_id"):
            label = str(self.fields[name].label)
            self.fields[name].widget.attrs["placeholder"] = label
        return [styled(self[name], mark_errors=False) for name in names]

    @property
    def days(self) -> periods.Days:
        """The first and the last day; what was picked counts more than a period."""
        since, until = self.given("since"), self.given("until")
        if since or until:
            return since, until
        return periods.days_of(self.given("period") or "", timezone.localdate())

    @cached_property
    def looked_since(self) -> datetime | None:
        """From when on events are looked through; None where all of them are."""
        narrows = any(map(self.given, ("source", "extension", "state"))) or self.text
        if not narrows or self.given("call") or self.given("call_id"):
            return None
        times = self._in_period(Event.objects.order_by("-received_at"))
        beyond = times.values_list("received_at", flat=True)
        return next(iter(beyond[LOOKED_THROUGH : LOOKED_THROUGH + 1]), None)

    def rows(self) -> QuerySet[Event]:
        """The events that pass all filters, in no order yet."""
        rows = self._in_period(Event.objects.all())
        if self.looked_since:
            rows = rows.filter(received_at__gt=self.looked_since)
        for name in ("source", "extension"):
            if value := self.given(name):
                rows = rows.filter(**{name: value})
        if state := self.given("state"):
            is_taken = Q(refused="")
            rows = rows.filter(is_taken if state == "taken" else ~is_taken)
        if call_id := self.given("call_id"):
            rows = rows.filter(report__client_call_id=call_id)
        if call := self.given("call"):
            rows = rows.filter(report__call__uid=call)
        return _containing(rows, self.text) if self.text else rows

    def _in_period(self, rows: QuerySet[Event]) -> QuerySet[Event]:
        start, beyond = periods.moments(*self.days)
        if start:
            rows = rows.filter(received_at__gte=start)
        return rows.filter(received_at__lt=beyond) if beyond else rows

    def chips(self) -> list[Chip]:
        """The filters that are on."""
        shown = [
            Chip(pgettext("filter", "Search"), self.text, ["q"]),
            Chip(_("Source"), self._source(), ["source"]),
            Chip(_("Extension"), self.given("extension") or "", ["extension"]),
            Chip(_("Call ID"), self.given("call_id") or "", ["call_id"]),
            Chip(_("State"), self._state(), ["state"]),
            Chip(_("Period"), self._period(), ["period", "since", "until"]),
            Chip(_("Call"), str(self.given("call") or "")[:8], ["call"]),
        ]
        return [chip for chip in shown if chip.value]

    def _source(self) -> str:
        source = self.given("source")
        if not source:
            return ""
        sender = senders([source])[source]
        return key_words(sender.key) if sender.key else sender.owner

    def _state(self) -> str:
        return str(dict(STATES).get(self.given("state") or "", ""))

    def _period(self) -> str:
        if self.given("since") or self.given("until"):
            return periods.words(*self.days)
        return str(periods.PERIODS.get(self.given("period") or "", ""))


def _containing(rows: QuerySet[Event], text: str) -> QuerySet[Event]:
    """The events with a text in their number, their name, or what was sent."""
    return rows.annotate(sent=Cast("raw", TextField())).filter(
        Q(number__icontains=text)
        | Q(party__icontains=text)
        | Q(name__icontains=text)
        | Q(sent__icontains=text)
    )
