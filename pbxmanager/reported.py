"""What phones reported of a call, and what its legs were, for people to read."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmplus import hooks
from crmplus.logs import mask
from pbxmanager.events import Cause, EventKind
from pbxmanager.looks import DONE, MISSED, RINGING, TALK
from pbxmanager.models import Call, Event, Leg, Outcome, Report, Status

MANY = 200
SOURCE = re.compile(r"(click|key):([0-9]+)")
KINDS: dict[str, hooks.Text] = {
    EventKind.RINGING: gettext_lazy("Ringing"),
    EventKind.CONNECTED: gettext_lazy("Connected"),
    EventKind.ENDED: gettext_lazy("Ended"),
    EventKind.MISSED: gettext_lazy("Missed"),
    EventKind.DIALLED: gettext_lazy("Dialled"),
    EventKind.OTHER: gettext_lazy("Other"),
}
CAUSES: dict[str, hooks.Text] = {
    Cause.ANSWERED_ELSEWHERE: gettext_lazy("Answered elsewhere"),
    Cause.REJECTED: gettext_lazy("Rejected"),
    Cause.CANCELLED: gettext_lazy("Cancelled"),
    Cause.BUSY: gettext_lazy("Busy"),
    Cause.NO_ANSWER: gettext_lazy("No answer"),
    Cause.UNREACHABLE: gettext_lazy("Unreachable"),
}
LEG_TONES: dict[str, str] = {Outcome.ANSWERED: TALK, Outcome.MISSED: MISSED}


@dataclass(frozen=True)
class Part:
    """A leg; ``duration`` is its talk in seconds, None where it had none."""

    leg: Leg
    word: str
    tone: str
    duration: float | None


@dataclass(frozen=True)
class Told:
    """An event as its source told it; ``raw`` is what it sent, without secrets."""

    event: Event
    source: str
    kind: str
    cause: str
    raw: str


@dataclass(frozen=True)
class Source:
    """A report: who told of the call, and under which call ID."""

    report: Report
    name: str


def parts(call: Call) -> list[Part]:
    """The legs of a call in the order in which they began."""
    rows = call.legs.select_related("user").order_by("first_at", "pk")
    return [_part(leg) for leg in rows[:MANY]]


def sources(call: Call) -> list[Source]:
    """The reports of a call, the earliest first."""
    rows = call.reports.order_by("first_at", "pk")
    return [Source(report, source_name(report.source)) for report in rows[:MANY]]


def told(call: Call) -> list[Told]:
    """The events of a call in the order in which they came."""
    rows = Event.objects.filter(report__call=call).order_by("received_at", "pk")
    return [_told(event) for event in rows[:MANY]]


def source_name(source: str) -> str:
    """Who reports under the name of a source ("key:7", "click:3")."""
    known = SOURCE.fullmatch(source)
    if known is None:
        return source
    if known[1] == "click":
        return _("Click in the CRM")
    return _("Softphone key %(number)s") % {"number": known[2]}


def _part(leg: Leg) -> Part:
    if leg.outcome:
        word: hooks.Text = Outcome(leg.outcome).label
        tone = LEG_TONES.get(leg.outcome, DONE)
    else:
        word, tone = _running(leg)
    return Part(leg=leg, word=str(word), tone=tone, duration=_talk(leg))


def _running(leg: Leg) -> tuple[hooks.Text, str]:
    if leg.connected_at:
        return Status.CONNECTED.label, TALK
    return (Status.RINGING if leg.rang_at else Status.INITIAL).label, RINGING


def _talk(leg: Leg) -> float | None:
    if leg.connected_at is None or leg.over_at is None:
        return None
    return (leg.over_at - leg.connected_at).total_seconds()


def _told(event: Event) -> Told:
    raw = json.dumps(event.raw, indent=2, ensure_ascii=False, sort_keys=True)
    return Told(
        event=event,
        source=source_name(event.source),
        kind=str(KINDS.get(event.kind, event.kind)),
        cause=str(CAUSES.get(event.cause, "")),
        raw=mask(raw) if event.raw else "",
    )
