"""Which calls some reports are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from crmplus.statements import compiled
from pbxmanager import joining, legs, models
from pbxmanager.events import CallEvent
from pbxmanager.gathering import Report
from pbxmanager.legs import TALK_LOST
from pbxmanager.state import CallState, summarise
from pbxmanager.told import Told

CLICK = "click:"


@dataclass
class Reported:
    """A report (perhaps not saved yet) with its events."""

    row: models.Report
    events: list[CallEvent]

    @property
    def clicked_by(self) -> int | None:
        """The user whose click in the CRM this report is."""
        source = self.row.source
        return int(source.removeprefix(CLICK)) if source.startswith(CLICK) else None


@dataclass
class Conversation:
    """Reports that are one call.

    ``is_regrouped`` says that these reports were not one call till now, or that
    others belonged to it.
    """

    reported: list[Reported]
    state: CallState
    call: models.Call
    absorbed: list[models.Call]
    is_regrouped: bool


def concerned(report: models.Report, event: CallEvent) -> set[int]:
    """The calls (ids) to look at: the report's own, and what it might belong to.

    What it might belong to goes by extension, number and time. The own one is read
    anew: before the locks were held it may have been joined into another.
    """
    beside = _beside(report, event)
    if not report.pk:
        found = _calls_beside(**beside) if beside else []
    elif beside:
        found = _call_and_beside(report=report.pk, **beside)
    else:
        found = _call_of(report=report.pk)
    return {call for (call,) in found}


def _beside(report: models.Report, event: CallEvent) -> dict[str, Any]:
    """What ``_legs_beside`` takes; empty where neither knows a number."""
    extensions = {name for name in (report.extension, event.extension) if name}
    parties = {key for key in (report.party, event.number.key) if key}
    if not parties:
        return {}
    since = report.first_at - joining.CLICK_WAITS
    return {
        "parties": parties,
        "names": parties | extensions,
        "since": since,
        "begun_since": since - TALK_LOST,
        "until": max(report.last_at, event.at) + joining.CLICK_WAITS,
    }


def _legs_beside(
    parties: set[str],
    names: set[str],
    since: datetime,
    begun_since: datetime,
    until: datetime,
) -> QuerySet[models.Leg, tuple[int]]:
    linked = Q(party__in=names) | Q(extension__in=parties)
    running = Q(over_at__isnull=True) | Q(over_at__gte=since)
    beside = models.Leg.objects.filter(
        linked & running, first_at__gte=begun_since, first_at__lte=until
    )
    return beside.values_list("call_id")


def _report(report: int) -> QuerySet[models.Report, tuple[int]]:
    return models.Report.objects.filter(pk=report).values_list("call_id")


@compiled
def _call_and_beside(report: int, **beside: Any) -> QuerySet[Any, tuple[int]]:
    return _report(report).union(_legs_beside(**beside))


_calls_beside = compiled(_legs_beside)
_call_of = compiled(_report)


def reported_of(calls: Collection[int]) -> list[Reported]:
    """The reports of some calls with their events, oldest first; three queries."""
    if not calls:
        return []
    homes = {call.pk: call for call in _calls(calls=calls)}
    found: dict[int | None, Reported] = {
        row.pk: Reported(row, []) for row in _reports(calls=calls)
    }
    for event in _events(reports=found) if found else ():
        found[event.report_id].events.append(event.as_event())
    for one in found.values():
        one.row.call = homes[one.row.call_id]
    return list(found.values())


@compiled
def _calls(calls: Collection[int]) -> QuerySet[models.Call]:
    return models.Call.all_objects.filter(pk__in=calls)


@compiled
def _reports(calls: Collection[int]) -> QuerySet[models.Report]:
    return models.Report.objects.filter(call__pk__in=calls).order_by("pk")


@compiled
def _events(reports: Collection[int]) -> QuerySet[models.Event]:
    events = models.Event.objects.filter(report__pk__in=reports)
    return events.defer("raw").order_by("pk")


def owners(reported: Iterable[Reported]) -> dict[str, int]:
    """The users (ids) of all extensions that some reports name."""
    named = {
        event.extension for one in reported for event in one.events if event.extension
    }
    rows = _users(extensions=named) if named else ()
    return {number: user for number, user in rows if user is not None}


@compiled
def _users(
    extensions: Collection[str],
) -> QuerySet[models.Extension, tuple[str, int | None]]:
    rows = models.Extension.objects.filter(number__in=extensions)
    return rows.order_by().values_list("number", "user_id")


def _as_joined(index: int, one: Reported, users: Mapping[str, int]) -> Report | None:
    """A report as joining sees it; None where its events are gone or say nothing."""
    its_legs = legs.legs(Told(index, event) for event in one.events)
    if not its_legs:
        return None
    row = one.row
    return Report(
        id=index,
        identity=(row.source, row.scope, row.client_call_id, row.generation),
        legs=tuple(its_legs),
        clicked_by=one.clicked_by,
        owners=frozenset(
            users[leg.extension] for leg in its_legs if leg.extension in users
        ),
    )


def _rows(
    parts: Sequence[Sequence[Reported]], calls: Mapping[int, models.Call]
) -> list[list[models.Call]]:
    """The call rows of each part, oldest first.

    A row that several parts claim stays with the part that has its oldest report.
    """
    claims: dict[int, tuple[int, int]] = {}
    for index, part in enumerate(parts):
        for one in part:
            call, report = one.row.call_id, one.row.pk
            if call in calls and (call not in claims or (report, index) < claims[call]):
                claims[call] = (report, index)
    rows: list[list[models.Call]] = [[] for _ in parts]
    for call in sorted(claims):
        rows[claims[call][1]].append(calls[call])
    return rows


def conversations(
    reported: Sequence[Reported], users: Mapping[str, int], now: datetime
) -> list[Conversation]:
    """Part some reports into calls, oldest first, each with its row."""
    joined = [
        joined
        for index, one in enumerate(reported)
        if (joined := _as_joined(index, one, users))
    ]
    parts = [[reported[one.id] for one in group] for group in joining.group(joined)]
    calls = {one.row.call_id: one.row.call for one in reported if one.row.call_id}
    shared = Counter(
        home for part in parts for home in {one.row.call_id for one in part}
    )
    found = []
    for part, rows in zip(parts, _rows(parts, calls), strict=True):
        told = [
            Told(index, event) for index, one in enumerate(part) for event in one.events
        ]
        state = summarise(told, now)
        its_homes = {one.row.call_id for one in part}
        is_regrouped = len(its_homes) > 1 or any(shared[home] > 1 for home in its_homes)
        call = rows[0] if rows else models.Call()
        found.append(Conversation(part, state, call, rows[1:], is_regrouped))
    return found
