"""What people do with a missed caller: take it, put it off, tick it off."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from crmplus.tickets.services import schedule_call_back
from pbxmanager.afterwards import tell_missed
from pbxmanager.concerning import Key
from pbxmanager.following_up import as_followed, follow_up
from pbxmanager.missed_models import NOTE_LENGTH, TAKEN_FOR
from pbxmanager.models import Call, MissedCaller

if TYPE_CHECKING:
    from crmplus.accounts.models import User


def take(row: MissedCaller, user: User, until: datetime | None = None) -> bool:
    """ "I take it": False where a colleague has it in hand, or it is closed.

    The database decides in one statement, so of two at once one gets it. It stays with
    the user until a time (UTC), else for ``TAKEN_FOR``.
    """
    now = _moment(row)
    free = Q(owner=None) | Q(owner=user) | Q(taken_until__lte=now)
    stale = Q(taken_at__lt=F("first_at"))
    row.touch()
    got = MissedCaller.objects.filter(free | stale, pk=row.pk, is_open=True).update(
        owner=user,
        taken_at=now,
        taken_until=until or now + TAKEN_FOR,
        version=row.version,
    )
    _tell(row)
    return bool(got)


def _moment(row: MissedCaller) -> datetime:
    """Now, and after the last try: a phone's clock may be ahead of ours."""
    return max(timezone.now(), row.last_at)


def release(row: MissedCaller, user: User) -> None:
    """Give it back: only who has it may."""
    row.touch()
    MissedCaller.objects.filter(pk=row.pk, owner=user).update(
        owner=None, taken_at=None, taken_until=None, version=row.version
    )
    _tell(row)


def tick_off(row: MissedCaller, user: User, note: str, seen: str = "") -> bool:
    """Nobody has to call back: it is done, until they try again.

    ``seen`` is the entry's ``state_seen`` that the user knew of, "" for that of now.
    False where they have tried again since, also while this was sent: it stays open.
    """
    if seen and seen != row.state_seen:
        return False
    cleaned = " ".join(note.replace("\x00", "").split())[:NOTE_LENGTH]
    row.touch()
    # Not now, but the try that was seen: the next may be ringing at this moment.
    MissedCaller.objects.filter(pk=row.pk).update(
        done_at=row.last_at, done_by=user, note=cleaned, version=row.version
    )
    _compute_again(row)
    return not MissedCaller.objects.filter(pk=row.pk, is_open=True).exists()


def untick(row: MissedCaller) -> None:
    """It is to be called back after all."""
    row.touch()
    MissedCaller.objects.filter(pk=row.pk).update(
        done_at=None, done_by=None, note="", version=row.version
    )
    _compute_again(row)


@transaction.atomic
def call_back_at(row: MissedCaller, user: User, due: datetime) -> bool:
    """Schedule the call-back for a time (UTC); it is the user's until a while after.

    False where a colleague has it in hand. Anonymous callers cannot be called back.
    """
    if not take(row, user, until=due + TAKEN_FOR):
        return False
    MissedCaller.objects.filter(pk=row.pk).update(due_at=due, due_set_at=_moment(row))
    # The call may just have been joined into another one, which takes it over then.
    known = Call.all_objects.filter(pk=row.call_id).values_list("pk", flat=True).first()
    schedule_call_back(user, row.party, due, call=known)
    return True


def _compute_again(row: MissedCaller) -> None:
    follow_up([Key(row.party) if row.party else Key("", row.call_id)])
    _tell(row)


def _tell(row: MissedCaller) -> None:
    transaction.on_commit(lambda: tell_missed([as_followed(row)]))
