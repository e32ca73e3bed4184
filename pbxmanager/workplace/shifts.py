"""Changing a workplace status, and signing in to groups and for a boss."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from crmplus.live.bus import publish
from pbxmanager.signals import tell
from pbxmanager.workplace import presences, routing, rules, told
from pbxmanager.workplace.models import (
    Deputy,
    Membership,
    Pause,
    Status,
    StatusSpan,
    Workplace,
)

if TYPE_CHECKING:
    from crmplus.accounts.models import User


def workplace_of(user: int) -> Workplace:
    """The workplace of a user (id); unsaved, and available, where nothing was said."""
    found = Workplace.objects.select_related("pause").filter(user=user).first()
    return found or Workplace(user_id=user, since=timezone.now())


def change(
    user: int, status: str, pause: Pause | None = None, *, by_itself: bool = False
) -> Workplace:
    """Set the status of a user (id); what they had goes into the history.

    ``pause`` is the break that a status "pause" is. The same again changes nothing.
    """
    limit = timedelta(minutes=pause.minutes) if pause and pause.minutes else None

    def wanted(row: Workplace, now: datetime) -> Wanted:
        return status, pause, now + limit if limit else None, by_itself

    return _change(user, wanted)


def wrap_up(user: int, ended: datetime, seconds: int) -> None:
    """Begin the wrap-up of a user (id) after a call that ended then, if they were
    available and have said nothing since."""

    def wanted(row: Workplace, now: datetime) -> Wanted | None:
        shift = row.shift if row.version else rules.Shift()
        until = rules.wrap_up_until(ended, seconds, shift, now)
        return (Status.WRAP_UP, None, until, False) if until else None

    _change(user, wanted)


Wanted = tuple[str, Pause | None, datetime | None, bool]
Wish = Callable[[Workplace, datetime], Wanted | None]


def _change(user: int, wish: Wish) -> Workplace:
    """Change a status under a lock: two changes at once follow each other."""
    with transaction.atomic():
        row = _locked(user)
        # Under the lock, and no earlier than the last one on a server whose clock is
        # ahead: else the history would run backwards.
        now = max(timezone.now(), row.since)
        is_settled = _settle(row, now)
        new = wish(row, now)
        if new and (row.status, row.pause_id) != (new[0], new[1] and new[1].pk):
            row.status, row.pause, row.until, row.by_itself = new
            row.since = now
            _turn_page(row)
            touch(row)
        elif is_settled:
            touch(row)
    return row


def _locked(user: int) -> Workplace:
    Workplace.objects.get_or_create(user_id=user)
    return Workplace.objects.select_for_update(of=("self",)).get(user=user)


def _settle(row: Workplace, now: datetime) -> bool:
    """Make a wrap-up that is over what it is: available since then."""
    shift = rules.effective(row.shift, now)
    if shift.status == row.status:
        return False
    row.status, row.since, row.until = shift.status, shift.since or now, None
    _turn_page(row)
    return True


def _turn_page(row: Workplace) -> None:
    """End what the history has as the present, and begin what is now."""
    spans = StatusSpan.objects.filter(user=row.user_id)
    spans.filter(ended_at=None).update(ended_at=row.since)
    StatusSpan.objects.create(
        user_id=row.user_id,
        status=row.status,
        pause=row.pause,
        started_at=row.since,
    )


def touch(row: Workplace) -> None:
    """Save with a new version, and tell once it is committed."""
    row.version = max(row.version + 1, time.time_ns() // 1000)
    row.save()
    transaction.on_commit(lambda: _tell(row))


def _tell(row: Workplace) -> None:
    publish([row.user_id], message(row))
    told.teller.people_changed([row.user_id])
    if row.status == Status.AVAILABLE:
        # What rings for a group or a boss just now pops up for them as well.
        for call in routing.waiting_for(row.user_id):
            tell(call)


def message(row: Workplace) -> dict[str, Any]:
    """What the top bar of a browser has to know of its user's workplace."""
    shift = rules.effective(row.shift, timezone.now())
    return {
        "type": "workplace",
        "key": "workplace",
        "version": row.version,
        "status": shift.status.value,
        "pause": row.pause.name if row.pause else "",
        "icon": row.pause.icon if row.pause else "",
        "since": shift.since if row.version else None,
        "until": shift.until,
    }


def snapshot(user: int) -> list[dict[str, Any]]:
    """What a live stream of a user (id) starts with."""
    return [message(workplace_of(user))]


def end_wrap_ups() -> int:
    """Make all available whose wrap-up is over; gives how many."""
    now = timezone.now()
    due = Workplace.objects.filter(status=Status.WRAP_UP, until__lte=now)
    users = list(due.values_list("user_id", flat=True))
    for user in users:
        _change(user, lambda row, now: None)
    return len(users)


def sign_in_to(user: int, group: int, on: bool) -> bool:
    """Sign a user (id) in to a group of theirs, or out; False if it is not theirs."""
    rows = Membership.objects.filter(user=user, group=group, group__deleted_at=None)
    return _switch(user, lambda: rows.update(is_signed_in=on))


def stand_in_for(user: int, boss: int, on: bool) -> bool:
    """Let a user (id) take calls for a boss, or no more; False if they may not."""
    rows = Deputy.objects.filter(assistant=user, boss=boss)
    if on:
        return _switch(user, lambda: rows.update(is_signed_in=True))
    return _switch(user, lambda: rows.update(is_signed_in=False, dials=False))


def dial_for(user: int, boss: int | None) -> bool:
    """Let the clicks of a user (id) be in the name of a boss they are signed in for;
    None for their own. False if they are not."""

    def switch() -> int:
        mine = Deputy.objects.filter(assistant=user)
        if boss is None:
            return mine.update(dials=False) + 1
        chosen = mine.filter(boss=boss, is_signed_in=True).update(dials=True)
        if chosen:
            mine.exclude(boss=boss).update(dials=False)
        return chosen

    return _switch(user, switch)


def _switch(user: int, update: Callable[[], int]) -> bool:
    """Update rows of a user's under the lock of their workplace, and tell."""
    with transaction.atomic():
        row = _locked(user)
        if not update():
            return False
        _settle(row, timezone.now())
        touch(row)
    routing.forget()
    return True


def on_signed_in(sender: object, user: User, **kwargs: Any) -> None:
    """Undo what the sign-out of the CRM did; where a group asks its members to sign
    in, they say themselves that they are available."""
    row = Workplace.objects.filter(user=user, by_itself=True).first()
    if row is None or row.status != Status.SIGNED_OUT:
        return
    asks = Membership.objects.filter(user=user, group__deleted_at=None).filter(
        group__needs_sign_in=True
    )
    change(user.pk, Status.SIGNED_IN if asks.exists() else Status.AVAILABLE)


def on_signed_out(sender: object, user: User | None, **kwargs: Any) -> None:
    """Who signs out of the CRM has left the workplace, if they ever took part in it."""
    if user is None:
        return
    presences.leave(user.pk, timezone.now())
    told.teller.people_changed([user.pk])
    row = Workplace.objects.filter(user=user).first()
    if row is not None and row.status != Status.SIGNED_OUT:
        change(user.pk, Status.SIGNED_OUT, by_itself=True)
