"""Kept events as the inspector shows them: as sent, as understood, and where to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmplus.logs import mask
from crmplus.phonebook.normalise import NumberKind
from pbxmanager.events import EventKind
from pbxmanager.looks import Look, look
from pbxmanager.models import Call, Direction, Event
from softphone_connector.endpoints.handler import REFUSAL_ROLES
from softphone_connector.endpoints.remedies import remark, remedy
from softphone_connector.endpoints.text import UNSAFE
from softphone_connector.inspector.senders import Sender, senders

if TYPE_CHECKING:
    from crmplus.hooks import Text

KINDS: Final[dict[str, Text]] = {
    EventKind.RINGING.value: gettext_lazy("Ringing"),
    EventKind.CONNECTED.value: gettext_lazy("Connected"),
    EventKind.ENDED.value: gettext_lazy("Ended"),
    EventKind.MISSED.value: gettext_lazy("Missed"),
    EventKind.DIALLED.value: gettext_lazy("Dialled"),
    EventKind.OTHER.value: gettext_lazy("Other"),
}
ICONS: Final = {
    EventKind.RINGING.value: "phone-ringing",
    EventKind.CONNECTED.value: "phone-check",
    EventKind.ENDED.value: "phone-end",
    EventKind.MISSED.value: "phone-x",
    EventKind.DIALLED.value: "phone-outgoing",
}
OTHER_ICON: Final = "dots"
# The server's own call IDs, for clients that give none.
MADE_HERE: Final = "auto-"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """An event in words.

    ``sent`` is the request's path and parameters. ``day`` is when it came, "" for
    today. ``call`` is the one it went to, ``look`` how that one is shown, ``call_id``
    the client's own. ``number`` is the other party in words. ``refusal`` says why the
    event was refused and what to do, ``remarks`` what was left out of it. ``no_call``
    says why one that was taken went to no call, and ``is_ignored`` that this is for
    its number. ``drift`` is how far the stated time is ahead of the arrival, None
    where the arrival counts.
    """

    event: Event
    sender: Sender
    sent: str
    day: str
    kind: str
    icon: str
    number: str
    direction: str
    call: Call | None
    look: Look | None
    call_id: str
    refusal: str
    remarks: tuple[str, ...]
    no_call: str
    is_ignored: bool
    drift: timedelta | None

    @property
    def was_read(self) -> bool:
        """Whether it was understood as an event at all."""
        return not self.refusal or self.event.kind != EventKind.OTHER

    @property
    def can_be_tried(self) -> bool:
        """Whether it came by a key that is still there."""
        return self.sender.key is not None


def with_calls(events: QuerySet[Event]) -> QuerySet[Event]:
    """Events together with all that their lines read."""
    found = events.select_related("report__call")
    return found.prefetch_related("report__call__legs")


def event_lines(events: Iterable[Event]) -> list[EventLine]:
    """The lines of some events, in their order; two queries beside the events'."""
    rows = list(events)
    known = senders(row.source for row in rows)
    today = timezone.localdate()
    return [_line(row, known[row.source], today) for row in rows]


def event_line(event: Event) -> EventLine:
    """One event in words, in the active language."""
    return event_lines([event])[0]


def _line(event: Event, sender: Sender, today: Any) -> EventLine:
    report = event.report
    call = report.call if report else None
    stated = event.stated_at
    return EventLine(
        event=event,
        sender=sender,
        sent=sent(event.raw),
        day=_day(event.received_at, today),
        kind=str(KINDS.get(event.kind, visible(event.kind))),
        icon=ICONS.get(event.kind, OTHER_ICON),
        number=number_words(event),
        direction=direction_words(event.direction),
        call=call,
        look=look(call) if call else None,
        call_id=visible(clients_own(report.client_call_id)) if report else "",
        refusal=refusal(event, sender),
        remarks=tuple(visible(remark(note)) for note in _notes(event)),
        no_call=_no_call(event),
        is_ignored=_is_ignored(event),
        drift=stated - event.received_at if stated else None,
    )


def _day(at: datetime, today: Any) -> str:
    day = timezone.localtime(at).date()
    return "" if day == today else date_format(day, "MONTH_DAY_FORMAT")


def _no_call(event: Event) -> str:
    if event.report_id or event.refused:
        return ""
    if _is_ignored(event):
        return _("Left out of the log: its number is to be ignored.")
    if _notes(event):
        return ""  # They say it.
    return _("It is none of the four events: it is kept, and changes no call.")


def _is_ignored(event: Event) -> bool:
    # Of what belongs to no call, the recorder refuses all else.
    belongs = event.report_id or event.refused or event.kind == EventKind.OTHER
    return not belongs


def _notes(event: Event) -> list[Mapping[str, object]]:
    return [note for note in event.raw.get("notes") or () if isinstance(note, dict)]


def number_words(event: Event) -> str:
    """The other party of an event, "" where none was stated."""
    was_read = event.kind != EventKind.OTHER or event.party
    if not event.number_stated or not was_read:
        return ""
    if event.number_kind in {NumberKind.EMPTY, NumberKind.ANONYMOUS}:
        return _("anonymous")
    return visible(event.e164 or event.number)


def clients_own(call_id: str) -> str:
    """A report's call ID, "" where the server made it."""
    return "" if call_id.startswith(MADE_HERE) else call_id


def direction_words(direction: str) -> str:
    """A stated direction in words, "" where none was stated."""
    return str(Direction(direction).label) if direction in set(Direction) else ""


def sent(raw: Mapping[str, Any]) -> str:
    """What was sent, as "ringing?number=030…". Secrets were masked when it was kept."""
    query = "&".join(f"{name}={value}" for name, value in params_of(raw).items())
    return visible(f"{raw.get('path', '')}{'?' if query else ''}{query}")


def params_of(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters of a kept request."""
    params = raw.get("params")
    return params if isinstance(params, dict) else {}


def visible(text: str) -> str:
    """A text with keys masked, and percent-encoded what would hide or reorder it."""
    return UNSAFE.sub(lambda found: quote(found[0], errors="replace"), mask(text))


def refusal(event: Event, sender: Sender) -> str:
    """Why an event was refused and what to do, "" for one that was taken."""
    if not event.refused:
        return ""
    facts: dict[str, Any] = {}
    role = REFUSAL_ROLES.get(event.refused)  # type: ignore[call-overload]
    if role:
        facts["parameter"] = str(role)
        # A note on the same role says already what the profile knows of it.
        noted = any(note.get("role") == role for note in _notes(event))
        if sender.key and not noted:
            facts["profile"] = sender.key.profile
    stored = event.raw.get("fault")
    facts |= stored if isinstance(stored, dict) else {}
    return visible(remedy(event.refused, facts))
