"""What the page of a call shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Q
from django.shortcuts import resolve_url
from django.utils.translation import get_language

from crmplus import hooks
from crmplus.phonebook import display
from crmplus.phonebook.find import COLLEAGUE, COMPANY, Match
from crmplus.phonebook.records import Record
from crmplus.tickets.calls import call_context
from crmplus.timeline import Entry
from crmplus.timeline.pages import comment_entry
from crmplus.timeline.services import comments
from pbxmanager.block_list import request_url
from pbxmanager.blocking import blocked
from pbxmanager.disposing import dispositions_for
from pbxmanager.heard import heard
from pbxmanager.looks import RUNNING, look
from pbxmanager.models import Call, Direction, RecordingHeard, Status
from pbxmanager.parties import Party, party_of, reference
from pbxmanager.reported import parts, sources, told
from pbxmanager.saving import CALL
from pbxmanager.tables import Line, lines, with_parts
from pbxmanager.visibility import visible_calls

if TYPE_CHECKING:
    from crmplus.accounts.models import User

MANY = 50
LIVE = frozenset({Status.RINGING, Status.CONNECTED})


@dataclass(frozen=True)
class Candidate:
    """Someone whom the call may be with; ``is_owner`` if it belongs to that record.

    ``can_be_chosen`` is false for a colleague: that is no record.
    """

    record: Record
    field: str
    is_owner: bool
    is_guess: bool
    can_be_chosen: bool

    @property
    def value(self) -> str:
        """What stands for the record in a form."""
        return f"{self.record.source}:{self.record.object_id}"


@dataclass(frozen=True)
class Creator:
    """A kind of record that can be made from the number."""

    label: str
    icon: str
    url: str


def detail_context(call: Call, user: User) -> dict[str, Any]:
    """The context of ``pbxmanager/detail.html``."""
    party = party_of(call, user)
    found = candidates(party)
    offered = list(dispositions_for(call)) if call.status not in RUNNING else []
    known = any(not one.is_guess for one in found)
    is_blocked = bool(blocked([call.party]))
    return {
        "call": call,
        "look": look(call),
        "party": party,
        "candidates": found,
        "undecided": party.owner is None and party.others > 0,
        "creators": [] if known else creators(call),
        "place": display.place(call.e164, get_language() or "en") if call.e164 else "",
        "parts": parts(call),
        "sources": sources(call),
        "told": told(call),
        "comments": comments_on(call, user),
        "work": call_context(
            user,
            call.pk,
            call.uid,
            phone=call.e164 or call.party,
            target=reference(party.owner),
        ),
        "earlier": connected_calls(Q(pk=call.continues_id), user),
        "later": connected_calls(Q(continues=call), user),
        "dispositions": offered,
        "needs_note": any(one.needs_note for one in offered),
        "heard": heard_of(call) if user.is_supervisor else [],
        "may_delete": may_delete(user, call),
        "may_block": user.is_supervisor and bool(call.party),
        "is_blocked": is_blocked,
        "ask_block_url": "" if is_blocked else _ask_to_block(call, user),
    }


def _ask_to_block(call: Call, user: User) -> str:
    # The ticket would tell others of a private call.
    theirs = call.direction == Direction.INTERNAL or call.private_at
    asks = call.party and not theirs and not user.is_supervisor
    return request_url(call.uid, call.party) if asks else ""


def heard_of(call: Call) -> list[RecordingHeard]:
    """Who listened to its recording, also under addresses of calls joined into it."""
    if not call.recording_url:
        return []
    merged = call.merged.values_list("uid", flat=True)
    return heard([call.uid, *merged])


def may_delete(user: User, call: Call) -> bool:
    """Who placed or took a call may throw it away, and supervisors may.

    Not while a phone still rings or talks.
    """
    own = user.pk in {call.user_id, call.clicked_by_id}
    return call.status not in LIVE and (own or user.is_supervisor)


def candidates(party: Party) -> list[Candidate]:
    """All whom a call may be with, the record that it belongs to first."""
    owner = reference(party.owner)
    found = [_candidate(match, owner) for match in party.matches]
    if party.chosen and not any(one.is_owner for one in found):
        chosen = Candidate(
            record=party.chosen,
            field="",
            is_owner=True,
            is_guess=False,
            can_be_chosen=True,
        )
        found.append(chosen)
    return sorted(found, key=lambda one: not one.is_owner)


def creators(call: Call) -> list[Creator]:
    """Which kinds of records can be made from a call's number."""
    if not call.party:
        return []
    values = {"phone": call.e164 or call.party, "name": call.name}
    query = urlencode({name: value for name, value in values.items() if value})
    return [
        Creator(
            label=str(source.label),
            icon=source.icon,
            url=f"{resolve_url(source.create_url)}?{query}",
        )
        for source in hooks.registered(hooks.PhoneSource)
        if source.create_url
    ]


def comments_on(call: Call, user: User) -> list[Entry]:
    """What was written about a call, newest first."""
    rows = comments(CALL, call.pk)
    return [comment_entry(comment, user) for comment in rows]


def connected_calls(which: Q, user: User) -> list[Line]:
    """Calls that a transfer connects with another one, as far as a user sees them."""
    # Their keys first: hardly any call continues another, but the database may think
    # otherwise, and look through all calls in the order asked for.
    keys = list(Call.all_objects.filter(which).order_by().values_list("pk", flat=True))
    if not keys:
        return []
    rows = visible_calls(user).filter(pk__in=keys).order_by("started_at", "pk")
    return lines(list(with_parts(rows)[:MANY]), user)


def _candidate(match: Match, owner: tuple[str, int] | None) -> Candidate:
    return Candidate(
        record=match,
        field=match.field_label,
        is_owner=reference(match) == owner,
        is_guess=match.kind == COMPANY,
        can_be_chosen=match.kind != COLLEAGUE,
    )
