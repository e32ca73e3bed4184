"""The way of every event into the log: lock, store, join, summarise, save, tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from crmplus.statements import insert, update
from pbxmanager import identity, models
from pbxmanager.conversations import (
    Reported,
    concerned,
    conversations,
    owners,
    reported_of,
)
from pbxmanager.events import CallEvent, EventKind
from pbxmanager.ignoring import is_ignored
from pbxmanager.locks import lock
from pbxmanager.saving import Changed, save_all
from pbxmanager.signals import tell

ATTEMPTS = 3


class Refusal(StrEnum):
    """Why an event belongs to no call."""

    NO_NUMBER = "no_number"
    NO_CALL = "no_call"


class Refused(Exception):
    """An event that will never belong to a call; it was kept as refused."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class Recorded(NamedTuple):
    """What came of an event; ``call`` is None where it belongs to none."""

    call: models.Call | None
    changed: bool


def record(event: CallEvent) -> Recorded:
    """Take an event into its call and return when that is committed.

    Raises Refused for an event that belongs to no call, and the database's errors
    where it can't be stored now (the sender may send it again: a repetition changes
    nothing).
    """
    if is_ignored(event):
        models.Event.of(event, report=None).save()
        return Recorded(None, changed=False)
    try:
        return _try_to_record(event)
    except identity.NoCallError:
        ringing = event.kind is EventKind.RINGING
        refusal = Refusal.NO_NUMBER if ringing else Refusal.NO_CALL
        models.Event.of(event, report=None, refused=refusal).save()
        raise Refused(refusal) from None


def refuse(
    source: str, raw: Mapping[str, Any], reason: str, received_at: datetime
) -> None:
    """Keep what could not even be read as an event, for the admin to see."""
    models.Event.objects.create(
        source=source,
        kind=EventKind.OTHER,
        raw=dict(raw),
        refused=reason,
        received_at=received_at,
    )


def _try_to_record(event: CallEvent) -> Recorded:
    """Record in a transaction; once more where a unique constraint was hit.

    The constraints stand behind the locks; what they caught is there to be found at
    the next attempt.
    """
    for _ in range(ATTEMPTS - 1):
        with suppress(IntegrityError), transaction.atomic():
            return _record(event)
    with transaction.atomic():
        return _record(event)


def _record(event: CallEvent) -> Recorded:
    lock([identity.lock_name(event)])
    report = identity.report_of(event)
    if report is None or event.kind is EventKind.OTHER:
        models.Event.of(event, report).save()
        return Recorded(report.call if report else None, changed=False)
    if report.pk and event.kind is EventKind.DIALLED:
        return Recorded(report.call, changed=False)
    lock(_parties(report, event))
    reported = reported_of(concerned(report, event))
    mine = _entry(reported, report)
    mine.events.append(event)
    identity.take_in(mine.row, event)
    users = owners(reported)
    found = conversations(reported, users, event.received_at)
    changed = save_all(found, users, news=[mine])
    _save(mine.row)
    insert(models.Event.of(event, mine.row))
    _tell(changed)
    call = mine.row.call
    return Recorded(call, changed=any(one.call == call for one in changed))


def _save(report: models.Report) -> None:
    if report.pk:
        update(report, identity.TAKEN_IN)
    else:
        insert(report)


def _parties(report: models.Report, event: CallEvent) -> list[str]:
    """Names of both parties: whatever might be the same call shares one of them."""
    names = {event.number.key, event.extension, report.party, report.extension}
    return [f"party\n{name}" for name in names if name]


def _entry(reported: list[Reported], report: models.Report) -> Reported:
    """The report among those read under the locks; a new one is added to them."""
    for one in reported:
        if one.row.pk == report.pk:
            return one
    mine = Reported(report, [])
    reported.append(mine)
    return mine


def recompute(calls: Iterable[int], now: datetime) -> int:
    """Summarise some calls (ids) anew at a time (UTC); gives how many changed."""
    changed = 0
    for call in calls:
        with transaction.atomic():
            changed += _recompute(call, now)
    return changed


def _recompute(call: int, now: datetime) -> int:
    rows = models.Report.objects.filter(call=call).values_list("extension", "party")
    lock(f"party\n{name}" for row in rows for name in row if name)
    reported = reported_of([call])
    users = owners(reported)
    changed = save_all(conversations(reported, users, now), users, news=reported)
    _tell(changed)
    return len(changed)


def _tell(changed: Iterable[Changed]) -> None:
    for one in changed:
        tell(one.call, one.merged, one.concerned)
