"""What a card offers to do about a call, and what is to be done already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from crmplus.phonebook.find import EXACT, Match
from crmplus.tickets.services import (
    Activity,
    Ticket,
    activity_url,
    create_url,
    open_call_backs,
    open_tickets_of,
)
from crmplus.tickets.showing import Pick, due_words, picks
from pbxmanager.disposing import dispositions_for
from pbxmanager.models import Call, Disposition, RemoteNumber

if TYPE_CHECKING:
    from crmplus.accounts.models import User

SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class CallBack:
    """An open call-back to the number, with its time in words."""

    activity: Activity
    due: str
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Open tickets of those who may be calling, open call-backs, and what to do now.

    ``outcomes`` are there once one may know what came of the call. ``times`` are the
    quick choices for a call-back; there are none without a number.
    """

    tickets: tuple[Ticket, ...]
    call_backs: tuple[CallBack, ...]
    outcomes: tuple[Disposition, ...]
    times: tuple[Pick, ...]
    ticket_url: str
    activity_url: str


def work(
    call: Call,
    remote: RemoteNumber,
    matches: Sequence[Match],
    chosen: Match | None,
    user: User,
    *,
    judged: bool,
) -> Work:
    """For the card of a call; three queries at most.

    ``judged`` says that it is over or talked already, so that an outcome makes sense.
    """
    exact = [(one.source, one.object_id) for one in matches if one.kind == EXACT]
    tickets = open_tickets_of(exact, user)
    target = (chosen.source, chosen.object_id) if chosen and chosen.object_id else None
    phone = remote.e164 or remote.party
    return Work(
        tickets=tuple(one for ref in exact for one in tickets.get(ref, ()))[:SHOWN],
        call_backs=_call_backs(remote, user),
        outcomes=tuple(dispositions_for(call)) if judged else (),
        times=tuple(picks()) if remote.party else (),
        ticket_url=create_url(target=target, call_uid=call.uid, phone=phone),
        activity_url=activity_url(target=target, call_uid=call.uid, phone=phone),
    )


def _call_backs(remote: RemoteNumber, user: User) -> tuple[CallBack, ...]:
    if not remote.party:
        return ()
    now = timezone.now()
    found = open_call_backs([remote.party], user).get(remote.party, [])
    return tuple(
        CallBack(one, due_words(one.due_at, now), one.due_at < now)
        for one in found[:SHOWN]
    )
