"""Kept events as the inspector shows them: as sent, as understood, and where to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crmplus.logs import mask
from pbxmanager.events import EventKind
from pbxmanager.models import Call, Direction, Event
from softphone_connector.endpoints.handler import REFUSAL_ROLES
from softphone_connector.endpoints.remedies import remark, remedy
from softphone_connector.endpoints.text import UNSAFE
from softphone_connector.inspector.senders import Sender, senders

if TYPE_CHECKING:
    from crmplus.hooks import Text

KINDS: Final[dict[str, Text]] = {
    EventKind.RINGING.value: _("Ringing"),
    EventKind.CONNECTED.value: _("Connected"),
    EventKind.ENDED.value: _("Ended"),
    EventKind.MISSED.value: _("Missed"),
    EventKind.DIALLED.value: _("Dialled"),
    EventKind.OTHER.value: _("Other"),
}
# The server's own call IDs, for clients that give none.
MADE_HERE: Final = "auto-"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """An event in words.

    ``sent`` is the request's path and parameters. ``call`` is the one it went to,
    ``call_id`` the client's own. ``refusal`` says why it was refused and what to do,
    ``remarks`` what was left out of it. ``drift`` is how far the stated time is ahead
    of the arrival, None where the arrival counts.
    """

    event: Event
    sender: Sender
    sent: str
    kind: str
    direction: str
    call: Call | None
    call_id: str
    refusal: str
    remarks: tuple[str, ...]
    drift: timedelta | None

    @property
    def can_be_tried(self) -> bool:
        """Whether it came by a key that is still there."""
        return self.sender.key is not None


def with_calls(events: QuerySet[Event]) -> QuerySet[Event]:
    """Events together with all that their lines read."""
    return events.select_related("report__call")


def event_lines(events: Iterable[Event]) -> list[EventLine]:
    """The lines of some events, in their order; three queries at most."""
    rows = list(events)
    known = senders(row.source for row in rows)
    return [event_line(row, known[row.source]) for row in rows]


def event_line(event: Event, sender: Sender) -> EventLine:
    """One event in words, in the active language."""
    report = event.report
    stated = event.stated_at
    return EventLine(
        event=event,
        sender=sender,
        sent=sent(event.raw),
        kind=str(KINDS.get(event.kind, event.kind)),
        direction=direction_words(event.direction),
        call=report.call if report else None,
        call_id=clients_own(report.client_call_id) if report else "",
        refusal=refusal(event),
        remarks=tuple(remark(note) for note in event.raw.get("notes") or ()),
        drift=stated - event.received_at if stated else None,
    )


def clients_own(call_id: str) -> str:
    """A report's call ID, "" where the server made it."""
    return "" if call_id.startswith(MADE_HERE) else call_id


def direction_words(direction: str) -> str:
    """A stated direction in words, "" where none was stated."""
    return str(Direction(direction).label) if direction else ""


def sent(raw: Mapping[str, Any]) -> str:
    """What was sent, as "ringing?number=030…". Secrets were masked when it was kept.

    What would hide or reorder the text stands percent-encoded.
    """
    params = raw.get("params") or {}
    query = "&".join(f"{name}={value}" for name, value in params.items())
    text = f"{raw.get('path', '')}{'?' if query else ''}{query}"
    return UNSAFE.sub(lambda found: quote(found[0], errors="replace"), mask(text))


def refusal(event: Event) -> str:
    """Why an event was refused and what to do, "" for one that was taken."""
    if not event.refused:
        return ""
    facts: dict[str, Any] = {}
    role = REFUSAL_ROLES.get(event.refused)  # type: ignore[call-overload]
    if role:
        facts["parameter"] = str(role)
    return remedy(event.refused, facts | (event.raw.get("fault") or {}))
