"""Kept events as an event table: what a bug report needs, and what tests read.

``docs/troubleshooting.md`` explains the columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from crmplus.phonebook.plan import number_plan
from pbxmanager.endpoint_settings import EndpointSet
from pbxmanager.endpoint_spec import DEFAULT_NAMES, Role
from pbxmanager.events import EventKind
from pbxmanager.legs import RINGING_LOST, TALK_LOST
from pbxmanager.models import Call, Event, Extension, Outcome, Report
from softphone_connector.endpoints.text import is_placeholder
from softphone_connector.inspector.masking import Masks
from softphone_connector.inspector.reading import (
    clients_own,
    params_of,
    sent,
    visible,
)
from softphone_connector.inspector.senders import CLICK, Sender, senders, split

MOST_CHOSEN: Final = 2_000
MOST_EVENTS: Final = 10_000
NONE: Final = "-"
COLUMNS: Final = (
    "source",
    "at",
    "event",
    "ext",
    "number",
    "call_id",
    "direction",
    "cause",
    "stated",
    "duration",
    "ids_restart",
)


@dataclass(frozen=True)
class Chosen:
    """Events in the order in which they came, and the calls they are of.

    ``is_cut`` says that there were more than a table holds.
    """

    events: Sequence[Event]
    calls: Sequence[Call]
    is_cut: bool = False


def chosen(rows: QuerySet[Event]) -> Chosen:
    """The newest of some events, each with all that is kept of its call."""
    newest = rows.order_by("-received_at", "-pk")[: MOST_CHOSEN + 1]
    found = list(newest.values_list("pk", "report__call_id"))
    is_cut = len(found) > MOST_CHOSEN
    found = found[:MOST_CHOSEN]
    calls = {call for _pk, call in found if call}
    calls |= set(
        Call.all_objects.filter(pk__in=calls, continues__isnull=False).values_list(
            "continues_id", flat=True
        )
    )
    loose = [pk for pk, call in found if not call]
    # By keys alone: joined tables under an OR would be read as a whole.
    reports = list(Report.objects.filter(call__in=calls).values_list("pk", flat=True))
    events = Event.objects.filter(Q(report__in=reports) | Q(pk__in=loose))
    told = list(events.select_related("report").order_by("pk")[: MOST_EVENTS + 1])
    shown = Call.all_objects.filter(pk__in=calls).prefetch_related("legs")
    return Chosen(
        told[:MOST_EVENTS],
        list(shown.order_by("started_at", "pk")),
        is_cut or len(told) > MOST_EVENTS,
    )


def table(found: Chosen, title: str, *, masked: bool) -> str:
    """An event table. ``masked`` puts made-up numbers and call IDs in, and leaves out
    what was sent; equal ones stay equal.
    """
    return "\n".join(_Table(found, Masks() if masked else None).lines(title)) + "\n"


class _Table:
    def __init__(self, found: Chosen, masks: Masks | None) -> None:
        self.found = found
        self.masks = masks
        self.senders = senders(event.source for event in found.events)
        self.names = _names(self.senders)
        self.start = min(
            (_at(event) for event in found.events if not _is_unread(event)),
            default=None,
        )
        stored = EndpointSet.objects.values_list("parameters", flat=True)
        self.call_id_names = {
            DEFAULT_NAMES[Role.CALL_ID],
            *(names.get(Role.CALL_ID, "") for names in stored),
        }

    def lines(self, title: str) -> Iterator[str]:
        yield " ".join(title.split())
        yield ""
        yield from self._comments()
        yield from _aligned([COLUMNS, *self._rows()])
        yield ""
        yield "told by: all"
        for call in self.found.calls:
            yield from self._log(call)

    def _comments(self) -> Iterator[str]:
        plan = number_plan()
        yield f"# Numbers are read with the home region {plan.region}."
        for source, name in self.names.items():
            sender = self.senders[source]
            parts = ("" if self.masks else sender.owner, sender.client)
            who = (
                ", ".join(visible(part) for part in parts if part) or "no client known"
            )
            yield f"# {name}: {who}{self._extensions(source, sender)}"
        if self.found.is_cut:
            yield "# There was more than a table holds: some events are missing."
        for event in self.found.events:
            if _is_unread(event):
                text = "" if self.masks else f": {sent(event.raw)}"
                name = self.names[event.source]
                yield f"# {name} sent what was refused ({event.refused}){text}"

    def _extensions(self, source: str, sender: Sender) -> str:
        kind, pk = split(source)
        user = sender.key.user_id if sender.key else pk if kind == CLICK else None
        lines = Extension.objects.filter(user=user).order_by("number") if user else ()
        numbers = ", ".join(self._extension(line.number) for line in lines)
        return f" ({numbers})" if numbers else ""

    def _rows(self) -> Iterator[tuple[str, ...]]:
        overdue = sorted(map(_given_up, filter(_is_lost, self.found.calls)))
        for event in self.found.events:
            if _is_unread(event):
                continue
            while overdue and overdue[0] < event.received_at:
                yield self._overdue(overdue.pop(0))
            yield self._row(event)
        for moment in overdue:
            yield self._overdue(moment)

    def _row(self, event: Event) -> tuple[str, ...]:
        key = self.senders[event.source].key
        values = (
            self.names[event.source],
            self._seconds(_at(event)),
            event.kind,
            self._extension(event.extension),
            self._number(event),
            self._call_id(event),
            event.direction,
            event.cause,
            "yes" if event.stated_at else "no",
            "" if event.duration is None else str(event.duration),
            "yes" if key and key.ids_restart else "",
        )
        return tuple(value or NONE for value in values)

    def _overdue(self, moment: datetime) -> tuple[str, ...]:
        row = ("clock", self._seconds(moment), "overdue")
        return (*row, *[NONE] * (len(COLUMNS) - len(row)))

    def _seconds(self, at: datetime) -> str:
        seconds = (at - (self.start or at)) / timedelta(seconds=1)
        whole, _point, rest = f"{seconds:.6f}".partition(".")
        return f"{whole}.{rest.rstrip('0').ljust(3, '0')}"

    def _number(self, event: Event) -> str:
        if not event.number_stated:
            return ""
        return self._party(event.e164 or event.party) or "anonymous"

    def _party(self, party: str) -> str:
        text = _word(party)
        return self.masks.number(text) if self.masks else text

    # An extension can be a number or a name as well, and the party of a colleague.
    _extension = _party

    def _call_id(self, event: Event) -> str:
        if event.report:
            found = clients_own(event.report.client_call_id)
        else:
            params = params_of(event.raw)
            names = filter(params.get, self.call_id_names)
            stated = (str(params[name]) for name in names)
            found = next((text for text in stated if not is_placeholder(text)), "")
        text = _word(found)
        return self.masks.call_id(text) if self.masks else text

    def _log(self, call: Call) -> Iterator[str]:
        parts = [
            "call",
            call.direction,
            call.status,
            self._extension(call.extension) or NONE,
            self._party(call.party) or NONE,
            f"wait {NONE if call.wait is None else call.wait}",
            f"duration {NONE if call.duration is None else call.duration}",
        ]
        places = [one.pk for one in self.found.calls]
        if call.continues_id in places:
            parts.append(f"continues {places.index(call.continues_id) + 1}")
        yield " ".join(parts)
        legs = [
            (self._extension(leg.extension), leg.outcome) for leg in call.legs.all()
        ]
        for extension, outcome in sorted(legs):
            yield f"leg {extension or NONE} {outcome or 'running'}"


def _names(known: dict[str, Sender]) -> dict[str, str]:
    """What the table calls the sources, in the order of their keys."""
    names: dict[str, str] = {}
    counts = {"pbx": 0, "phone": 0, CLICK: 0}
    for source in sorted(known, key=lambda source: (split(source)[1] or 0, source)):
        key = known[source].key
        is_pbx = key is not None and key.user_id is None
        kind = CLICK if split(source)[0] == CLICK else "pbx" if is_pbx else "phone"
        counts[kind] += 1
        names[source] = f"{kind}{':' if kind == CLICK else '-'}{counts[kind]}"
    return names


def _is_unread(event: Event) -> bool:
    """Whether a refused event was not even read as one."""
    return bool(event.refused) and event.kind == EventKind.OTHER


def _is_lost(call: Call) -> bool:
    return any(leg.outcome == Outcome.LOST for leg in call.legs.all())


def _given_up(call: Call) -> datetime:
    """When the server gave up waiting for the end of a call, or a little later."""
    lost = [leg for leg in call.legs.all() if leg.outcome == Outcome.LOST]
    return max(
        leg.connected_at + TALK_LOST
        if leg.connected_at
        else leg.first_at + RINGING_LOST
        for leg in lost
    )


def _at(event: Event) -> datetime:
    return event.stated_at or event.received_at


def _word(text: str) -> str:
    """A text as one word, for the columns of the table."""
    return re.sub(r"\s+", "_", text.strip())


def _aligned(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    found = list(rows)
    widths = [max(map(len, column)) for column in zip(*found, strict=True)]
    for row in found:
        cells = zip(row, widths, strict=True)
        yield "  ".join(cell.ljust(width) for cell, width in cells).rstrip()
