"""Which report an event belongs to. Runs under the lock of its identity."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Max, QuerySet

from crmplus.statements import compiled
from pbxmanager.events import CallEvent, Direction, EventKind
from pbxmanager.legs import JITTER, RINGING_LOST, TALK_LOST
from pbxmanager.models import Event, Report

NEW_GENERATION = timedelta(hours=24)
SAME_RINGING = timedelta(seconds=10)
SAME_END = timedelta(seconds=10)
SAME_CLICK = timedelta(seconds=5)
OPEN_REPORTS = 50
# What ``take_in`` may change of a report.
TAKEN_IN = (
    "scope",
    "extension",
    "party",
    "direction",
    "first_at",
    "last_at",
    "connected_at",
    "over_at",
)


class NoCallError(Exception):
    """An event that belongs to no call, and can't begin one."""


def lock_name(event: CallEvent) -> str:
    """What to lock before looking for the report of an event."""
    told = event.call_id or f"{event.extension}\n{_clicked(event)}"
    return f"report\n{event.source}\n{told}"


def _clicked(event: CallEvent) -> str:
    return event.number.key if event.kind is EventKind.DIALLED else ""


def report_of(event: CallEvent) -> Report | None:
    """The report that an event adds to, or a new unsaved one that it begins.

    None for an event of kind ``other`` that belongs to no call.
    Raises NoCallError where it can neither add to a report nor begin one.
    """
    if event.kind is EventKind.DIALLED:
        return _same_click(event) or _begin(event)
    if event.call_id:
        return _by_call_id(event)
    if event.kind is EventKind.OTHER:
        return _first(_recent(event), lambda report: report.over_at is None)
    return _without_call_id(event) or _begin(event)


def _begin(event: CallEvent, generation: int = 0) -> Report:
    """A new report; where the client gives no call ID the server makes one."""
    return Report(
        source=event.source,
        scope=event.scope,
        client_call_id=event.call_id or f"auto-{uuid.uuid4().hex}",
        generation=generation,
        first_at=event.at,
        last_at=event.at,
    )


def take_in(report: Report, event: CallEvent) -> None:
    """Let a report know of an event: what it is looked up by later."""
    report.scope = report.scope or event.scope
    report.extension = report.extension or event.extension
    report.party = report.party or event.number.key
    report.direction = report.direction or event.direction
    report.first_at = min(report.first_at, event.at)
    report.last_at = max(report.last_at, event.at)
    if event.kind is EventKind.CONNECTED:
        report.connected_at = min(report.connected_at or event.at, event.at)
    if event.kind.is_end:
        report.over_at = max(report.over_at or event.at, event.at)


def _same_click(event: CallEvent) -> Report | None:
    return (
        Report.objects.filter(
            source=event.source,
            party=event.number.key,
            last_at__gte=event.at - SAME_CLICK,
        )
        .order_by("-last_at")
        .first()
    )


def _told_under_id(event: CallEvent) -> Report | None:
    """The newest report of a source under a call ID.

    The scope counts only where both know it: an event without an extension goes to
    the newest report, one with an extension also to a report that has none yet.
    """
    if event.scope:
        found = _newest_in_scope(
            source=event.source, call_id=event.call_id, scope=event.scope
        )
    else:
        found = _newest(source=event.source, call_id=event.call_id)
    return next(iter(found), None)


@compiled
def _newest(source: str, call_id: str) -> QuerySet[Report]:
    reports = Report.objects.filter(source=source, client_call_id=call_id)
    return reports.order_by("-pk")[:1]


@compiled
def _newest_in_scope(source: str, call_id: str, scope: str) -> QuerySet[Report]:
    reports = Report.objects.filter(
        source=source, client_call_id=call_id, scope__in=["", scope]
    )
    return reports.order_by("-scope", "-generation")[:1]


def _next_generation(event: CallEvent) -> int:
    told = Report.objects.filter(
        source=event.source, client_call_id=event.call_id, scope=event.scope
    ).aggregate(last=Max("generation"))
    return 0 if told["last"] is None else told["last"] + 1


def _by_call_id(event: CallEvent) -> Report | None:
    latest = _told_under_id(event)
    if latest and not _begins_anew(latest, event):
        return latest
    if event.kind is EventKind.OTHER:
        return None
    if not event.number_stated and event.kind.is_end:
        return _by_state(event)
    if not event.number_stated and event.kind is EventKind.RINGING:
        raise NoCallError
    return _begin(event, _next_generation(event) if latest else 0)


def _begins_anew(report: Report, event: CallEvent) -> bool:
    """Whether the client uses the same ID for another call."""
    if event.at - report.last_at >= NEW_GENERATION:
        return True
    if not event.ids_restart or event.kind is not EventKind.RINGING:
        return False
    if report.over_at is None or event.at <= report.over_at:
        return False
    return not _is_late_ringing(report, event)


def _is_late_ringing(report: Report, event: CallEvent) -> bool:
    """Whether a ringing was overtaken by the end of its call, which lacks one."""
    rings = Event.objects.filter(report=report, kind=EventKind.RINGING)
    return _just_ended(report, event, JITTER) and not rings.exists()


def _without_call_id(event: CallEvent) -> Report | None:
    if event.kind is EventKind.RINGING:
        if not event.number_stated:
            raise NoCallError
        return _same_ringing(event)
    return _by_state(event)


def _recent(event: CallEvent) -> list[Report]:
    """What this source told lately of this extension, newest first."""
    since = event.at - TALK_LOST
    if event.extension:
        return _recent_of(source=event.source, since=since, extension=event.extension)
    return _recent_of_any(source=event.source, since=since)


@compiled
def _recent_of_any(source: str, since: datetime) -> QuerySet[Report]:
    reports = Report.objects.filter(source=source, last_at__gte=since)
    return reports.order_by("-last_at", "-pk")[:OPEN_REPORTS]


@compiled
def _recent_of(source: str, since: datetime, extension: str) -> QuerySet[Report]:
    reports = Report.objects.filter(
        source=source, last_at__gte=since, extension__in=["", extension]
    )
    return reports.order_by("-last_at", "-pk")[:OPEN_REPORTS]


def _first(
    reports: Iterable[Report], fits: Callable[[Report], object]
) -> Report | None:
    return next((report for report in reports if fits(report)), None)


def _same_ringing(event: CallEvent) -> Report | None:
    """The same ringing told again, or told after the connection or the end."""

    def fits(report: Report) -> bool:
        stopped = report.over_at is not None and event.at - report.over_at > JITTER
        return (
            report.party == event.number.key
            and _may_be_same(report.direction, event.direction)
            and event.at - report.first_at <= SAME_RINGING
            and not stopped
        )

    return _first(_recent(event), fits)


def _may_be_same(one: str, other: str) -> bool:
    """Whether two directions agree, or one was not told."""
    return one == other or Direction.UNKNOWN in {one, other}


def _by_state(event: CallEvent) -> Report | None:
    """The call that is open, by its number, else the only one of the extension.

    With an empty number it is the newest open one. A connection told up to 2 s after
    the end of a call that lacks it, or the same end told again, belongs to that call.
    """
    recent = _recent(event)
    party = event.number.key
    still_open = [report for report in recent if report.over_at is None]
    found = _open(still_open, party, event.at)
    if found:
        return found
    if event.kind.is_end:
        found = _first(recent, lambda report: _just_ended(report, event, SAME_END))
        if found is None:
            raise NoCallError
        return found
    return _first(
        recent,
        lambda report: (
            report.connected_at is None and _just_ended(report, event, JITTER)
        ),
    )


def _open(still_open: Sequence[Report], party: str, at: datetime) -> Report | None:
    """The open call with a number; one with another number only if it may still run."""
    if not party:
        return next(iter(still_open), None)
    same = _first(still_open, lambda report: report.party == party)
    running = [report for report in still_open if _may_run(report, at)]
    return same or (running[0] if len(running) == 1 else None)


def _may_run(report: Report, at: datetime) -> bool:
    return report.connected_at is not None or at - report.last_at < RINGING_LOST


def _just_ended(report: Report, event: CallEvent, within: timedelta) -> bool:
    same = not event.number.key or report.party in {"", event.number.key}
    return (
        same
        and report.over_at is not None
        and timedelta() <= event.at - report.over_at <= within
    )
