"""What the list of events may be narrowed to, as its address says it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils import timezone
from django.utils.choices import CallableChoiceIterator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crmplus import words
from crmplus.formfields import styled
from crmplus.phonebook.normalise import NumberKind, normalise
from crmplus.phonebook.plan import number_plan
from pbxmanager import periods
from pbxmanager.events import CALL_ID_LENGTH, EXTENSION_LENGTH
from pbxmanager.filters import Chip
from pbxmanager.models import Call, Event, MergedCall, Report
from softphone_connector.inspector.senders import of_key, senders
from softphone_connector.models import SoftphoneKey

if TYPE_CHECKING:
    from crmplus.hooks import Text

# So that a filter costs the same however much phones report.
LOOKED_THROUGH: Final = 50_000
MANY_KEYS: Final = 300
# A call has a few reports; a client that counts from 1 uses an ID again and again.
MANY_REPORTS: Final = 1_000
# Among so many of the newest refused events those with a call ID are looked for.
REFUSED_WITH_ID: Final = 5_000
FIRST_YEAR, LAST_YEAR = 1970, 2200
STATES: Final = (
    ("refused", gettext_lazy("Refused")),
    ("taken", gettext_lazy("Taken")),
)
REFUSED: Final = ~Q(refused="")


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


def _source_choices() -> list[tuple[str, str]]:
    return [("", _("All sources")), *key_choices()]


def _day(label: Text) -> forms.DateField:
    years = [
        MinValueValidator(date(FIRST_YEAR, 1, 1)),
        MaxValueValidator(date(LAST_YEAR, 1, 1)),
    ]
    return forms.DateField(
        required=False,
        label=label,
        validators=years,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
    )


def _moment() -> forms.DateTimeField:
    years = [
        MinValueValidator(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)),
        MaxValueValidator(datetime(LAST_YEAR, 1, 1, tzinfo=UTC)),
    ]
    return forms.DateTimeField(required=False, validators=years)


class EventFilter(forms.Form):
    """The parameters of the list of events.

    ``q`` (part of what was sent, or a number), ``source`` ("key:5"), ``extension``,
    ``state`` (refused or taken), ``call_id``, ``call`` (a call's UUID), ``period`` or
    ``since`` and ``until`` (ISO days in the user's zone), ``older`` (an ISO time: only
    what came before it). What makes no sense in an address is left out rather than
    refused.
    """

    q = forms.CharField(required=False, max_length=200)
    source = forms.RegexField(
        r"^[a-z]{1,16}:[0-9]{1,18}\Z",
        required=False,
        label=gettext_lazy("Source"),
        widget=forms.Select(choices=CallableChoiceIterator(_source_choices)),
    )
    extension = forms.CharField(
        required=False, max_length=EXTENSION_LENGTH, label=gettext_lazy("Extension")
    )
    call_id = forms.CharField(
        required=False, max_length=CALL_ID_LENGTH, label=gettext_lazy("Call ID")
    )
    state = forms.ChoiceField(
        required=False,
        choices=[("", gettext_lazy("State")), *STATES],
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
    older = _moment()

    def __init__(self, params: QueryDict) -> None:
        super().__init__(params, auto_id="filter-%s")
        self.is_valid()

    def given(self, name: str) -> Any:
        """The value of a filter; nothing where it is off."""
        return self.cleaned_data.get(name)

    @property
    def text(self) -> str:
        text: str = self.given("q") or ""
        return text

    def shown(self) -> list[forms.BoundField]:
        """The fields beside the search, to fill in or to choose from."""
        names = ("source", "state", "extension", "call_id", "period")
        for name in ("extension", "call_id"):
            label = str(self.fields[name].label)
            self.fields[name].widget.attrs |= {"placeholder": label, "class": "w-auto"}
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
        if self.given("call") or self.given("call_id"):
            return None
        narrows = self.given("source") or self.given("extension") or self.text
        if not narrows and self.given("state") != "taken":
            return None
        times = self._base().order_by("-received_at").values_list("received_at")
        beyond = times[LOOKED_THROUGH : LOOKED_THROUGH + 1]
        return next((at for (at,) in beyond), None)

    @property
    def further_back(self) -> str:
        """What ``older`` must be to look on from there; "" where nothing is left."""
        since = self.looked_since
        return (since + timedelta.resolution).isoformat() if since else ""

    def rows(self) -> QuerySet[Event]:
        """The events that pass all filters, in no order yet."""
        since = self.looked_since
        rows = self._base()
        return self._narrowed(rows.filter(received_at__gt=since) if since else rows)

    def rows_between(self, low: int, high: int) -> QuerySet[Event]:
        """Those of the rows with a primary key above ``low`` and up to ``high``."""
        return self._narrowed(self._base().filter(pk__gt=low, pk__lte=high))

    def _base(self) -> QuerySet[Event]:
        """What an index gives by itself: a time, and whether events were refused."""
        rows = Event.objects.all()
        start, beyond = periods.moments(*self.days)
        if start:
            rows = rows.filter(received_at__gte=start)
        for before in filter(None, (beyond, self.given("older"))):
            rows = rows.filter(received_at__lt=before)
        return rows.filter(REFUSED) if self.given("state") == "refused" else rows

    def _narrowed(self, rows: QuerySet[Event]) -> QuerySet[Event]:
        for name in ("source", "extension"):
            if value := self.given(name):
                rows = rows.filter(**{name: value})
        if self.given("state") == "taken":
            rows = rows.filter(refused="")
        if call_id := self.given("call_id"):
            rows = rows.filter(_has_call_id(call_id))
        if call := self.given("call"):
            rows = rows.filter(report__in=_reports_of(call))
        return _containing(rows, self.text) if self.text else rows

    def chips(self) -> list[Chip]:
        """The filters that are on."""
        older = self.given("older")
        shown = [
            Chip(pgettext("filter", "Search"), self.text, ["q"]),
            Chip(_("Source"), self._source(), ["source"]),
            Chip(_("State"), self._state(), ["state"]),
            Chip(_("Extension"), self.given("extension") or "", ["extension"]),
            Chip(_("Call ID"), self.given("call_id") or "", ["call_id"]),
            Chip(_("Period"), self._period(), ["period", "since", "until"]),
            Chip(_("Before"), words.exact(older) if older else "", ["older"]),
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


def _reports_of(call: Any) -> list[int]:
    """The reports of a call, by its address or that of one joined into it."""
    merged = MergedCall.objects.filter(uid=call).values_list("call", flat=True)
    calls = [*Call.all_objects.filter(uid=call).values_list("pk", flat=True), *merged]
    reports = Report.objects.filter(call__in=calls).values_list("pk", flat=True)
    return list(reports[:MANY_REPORTS])


def _has_call_id(call_id: str) -> Q:
    """Events of reports with a call ID, and refused ones that name it.

    What was refused has no report: only what was sent tells its ID.
    """
    known = Report.objects.filter(client_call_id=call_id).order_by("-pk")
    reports = list(known.values_list("pk", flat=True)[:MANY_REPORTS])
    newest = Event.objects.filter(REFUSED).order_by("-received_at")
    newest_ids = list(newest.values_list("pk", flat=True)[:REFUSED_WITH_ID])
    named = _with_sent(Event.objects.filter(pk__in=newest_ids)).filter(_says(call_id))
    return Q(report__in=reports) | Q(pk__in=list(named.values_list("pk", flat=True)))


def _with_sent(rows: QuerySet[Event]) -> QuerySet[Event]:
    """Events with all that was sent as one text, ``sent``."""
    return rows.annotate(sent=Cast("raw", TextField()))


def _says(text: str) -> Q:
    """What was sent holds a text. SQLite keeps letters beyond ASCII escaped, and finds
    them only in the case in which they were sent."""
    escaped = json.dumps(text)[1:-1]
    plain = Q(sent__icontains=text)
    return plain if escaped == text else plain | Q(sent__icontains=escaped)


def _containing(rows: QuerySet[Event], text: str) -> QuerySet[Event]:
    """The events with a text in their number, their name, or what was sent.

    A phone number is found in any notation.
    """
    found = Q(number__icontains=text) | Q(name__icontains=text) | _says(text)
    number = normalise(text, number_plan())
    if number.kind is NumberKind.E164:
        found |= Q(party=number.key)
    return _with_sent(rows).filter(found)
