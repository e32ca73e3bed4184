"""What a popup says about a call, as one user may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from crmplus.phonebook import display
from crmplus.phonebook.choices import choice
from crmplus.phonebook.find import COMPANY, EXACT, Match, find
from crmplus.phonebook.normalise import NumberKind
from pbxmanager.block_list import request_url
from pbxmanager.blocking import blocked
from pbxmanager.models import Call, Direction, Leg, RemoteNumber, Status
from pbxmanager.privacy import may_be_private
from pbxmanager.tables import Transfer, transfers
from pbxmanager.workplace import on_behalf
from pbxmanager.workplace.main_numbers import main_number_of
from softphone_connector.card_history import History, history
from softphone_connector.card_work import Work, work
from softphone_connector.notes import note_of

if TYPE_CHECKING:
    from crmplus.accounts.models import User

DIRECTIONS = {
    "inbound": _("Inbound call"),
    "outbound": _("Outbound call"),
    "internal": _("Internal call"),
}


@dataclass(frozen=True, slots=True)
class Creator:
    """A kind of record that can be made from the number; ``label`` is a button's."""

    label: str
    icon: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The card about a call.

    ``remote`` is the other party as this user sees it. ``matches`` come best first;
    ``chosen`` is the one whose record the call belongs to, if that is decided.
    ``place`` is the number's area, ``note`` what this user
    wrote about the call, ``over_at`` when it was over for this user (UTC), ``is_mine``
    whether this user took or placed it. ``for_whom`` names whose call it is where it
    rang at no phone of theirs: a boss, or a group. ``transfer`` tells who had the
    caller before; ``may_hide`` is whether the user may mark the call as private.
    """

    call: Call
    remote: RemoteNumber
    matches: tuple[Match, ...]
    chosen: Match | None
    pretty: str
    place: str
    region: str
    transfer: Transfer | None
    history: History
    work: Work
    note: str
    is_mine: bool
    for_whom: str
    creators: tuple[Creator, ...]
    over_at: datetime | None
    may_hide: bool
    may_block: bool
    is_blocked: bool
    now: datetime

    @property
    def kind(self) -> str:
        """What kind of call it is, in words: "Inbound call"."""
        return str(DIRECTIONS[self.call.direction])

    @property
    def headline(self) -> str:
        """What happens, in words: "Inbound call · Ringing"."""
        return f"{self.kind} · {self.call.get_status_display()}"

    @property
    def icon(self) -> str:
        """The icon of the direction and of how it went."""
        if self.call.direction == Direction.INTERNAL:
            return "arrows-exchange"
        unreached = self.call.status in {Status.MISSED, Status.NOT_REACHED}
        way = "incoming" if self.call.direction == Direction.INBOUND else "outgoing"
        return "phone-x" if unreached else f"phone-{way}"

    @property
    def counts_since(self) -> datetime | None:
        """Since when it rings or talks (UTC); None when it does neither."""
        if self.call.status == Status.CONNECTED:
            return self.call.connected_at
        return self.call.started_at if self.call.status == Status.RINGING else None

    @property
    def counted(self) -> int:
        """Seconds since then."""
        since = self.counts_since
        return max(0, int((self.now - since).total_seconds())) if since else 0

    @property
    def taken_by(self) -> str:
        """The colleague who answered it while it rang here too."""
        others = self.over_at and self.call.connected_at and self.call.user
        inbound = self.call.direction == Direction.INBOUND
        return str(self.call.user) if others and inbound and not self.is_mine else ""

    @property
    def can_choose(self) -> bool:
        """Whether there are several records that it may be."""
        return len(self.matches) > 1

    @property
    def offered(self) -> tuple[Creator, ...]:
        """What can be made with one click, as nobody is known by the number."""
        if not self.matches:
            return self.creators[:2]
        known = any(match.kind != COMPANY for match in self.matches)
        return () if known else self.creators[:1]

    @property
    def more_creators(self) -> tuple[Creator, ...]:
        """What else can be made of it; little where somebody is known."""
        return self.creators[len(self.offered) :] if self.offered else self.creators[:2]

    @property
    def is_anonymous(self) -> bool:
        return not self.remote.party

    @property
    def is_internal(self) -> bool:
        return _is_internal(self.remote)

    @property
    def ask_block_url(self) -> str:
        """Where who may not block asks for it; "" where there is nothing to ask."""
        settled = self.may_block or self.is_blocked or self.is_internal
        # The ticket would tell others of a private call.
        party = "" if settled or self.call.private_at else self.remote.party
        return request_url(self.call.uid, party) if party else ""

    @property
    def offers_call_back(self) -> bool:
        """Whether the outcome asks for a call-back that nobody has planned yet."""
        wanted = self.call.disposition and self.call.disposition.wants_call_back
        return bool(wanted and self.work.times and not self.work.call_backs)

    @property
    def name(self) -> str:
        """The name that a phone told, where we know none: of an internal call either
        side may have told it, of itself or of the other one."""
        return "" if self.is_internal and self.matches else self.call.name


def card_of(call: Call, user: User) -> Card:
    """The card of a call for a user; the number of queries does not depend on data."""
    own = list(call.legs.filter(user=user))
    remote = _remote(call, own)
    matches = tuple(find(remote.as_number(), user)) if remote.party else ()
    chosen = _chosen(call, remote, matches)
    if chosen:
        matches = (chosen, *(match for match in matches if match is not chosen))
    note = note_of(call, user)
    is_mine = user.pk in {call.user_id, call.clicked_by_id}
    over_at = _over_at(call, own, is_mine=is_mine)
    return Card(
        call=call,
        remote=remote,
        matches=matches,
        chosen=chosen,
        pretty=_pretty(remote),
        place=display.place(remote.e164, get_language() or "en") if remote.e164 else "",
        region=display.region(remote.e164) if remote.e164 else "",
        transfer=transfers([call], user).get(call.pk),
        history=history(call, remote, matches, user),
        work=work(
            call,
            remote,
            matches,
            chosen,
            user,
            judged=bool(call.connected_at or over_at),
        ),
        note=note.text if note else "",
        is_mine=is_mine,
        for_whom="" if own else on_behalf.for_whom(call, user.pk),
        creators=_creators(call, remote),
        over_at=over_at,
        may_hide=may_be_private(call, user, own),
        may_block=user.is_supervisor
        and bool(remote.party)
        and not _is_internal(remote),
        is_blocked=remote.party in blocked([remote.party]) if remote.party else False,
        now=timezone.now(),
    )


def remote_of(call: Call, user: User) -> RemoteNumber:
    """The other party of a call as a user sees it."""
    return _remote(call, list(call.legs.filter(user=user)))


def _remote(call: Call, own: list[Leg]) -> RemoteNumber:
    """The other party: who is called by a colleague sees the colleague.

    ``own`` are the user's legs. The call itself is told from the caller's side.
    """
    placed = any(leg.direction == Direction.OUTBOUND for leg in own)
    if call.direction == Direction.INTERNAL and own and not placed:
        return own[0]
    return call


def _is_internal(remote: RemoteNumber) -> bool:
    return remote.number_kind == NumberKind.INTERNAL


def _pretty(remote: RemoteNumber) -> str:
    """The number for people; of a colleague the one that all know, whatever rang."""
    if _is_internal(remote):
        return main_number_of(remote.party)
    return display.pretty(remote.e164 or remote.party) if remote.party else ""


def _over_at(call: Call, own: list[Leg], *, is_mine: bool) -> datetime | None:
    """When a call was over for a user: an own leg may end before the call does.

    At whose phones it did not ring, for them it is over once somebody has taken it.
    """
    if call.ended_at or call.status == Status.LOST:
        return call.ended_at or call.started_at
    if not own and not is_mine:
        return call.connected_at
    ends = [leg.over_at for leg in own if leg.over_at]
    return max(ends) if ends and len(ends) == len(own) else None


def _chosen(
    call: Call, remote: RemoteNumber, matches: tuple[Match, ...]
) -> Match | None:
    """The record chosen for the call, else for its number, else the only exact one."""
    wanted = (call.chosen_source, call.chosen_id) if call.chosen_source else None
    wanted = wanted or (choice(remote.e164) if remote.e164 else None)
    for match in matches:
        if (match.source, match.object_id) == wanted:
            return match
    exact = [match for match in matches if match.kind == EXACT]
    return exact[0] if len(exact) == 1 else None


def _creators(call: Call, remote: RemoteNumber) -> tuple[Creator, ...]:
    """Which records can be made from the number; the name a phone told is filled in."""
    if not remote.party or _is_internal(remote):
        return ()
    return tuple(
        Creator(
            label=str(source.create_label or source.label),
            icon=source.icon,
            url=_with_values(source.create_url, call, remote),
        )
        for source in hooks.registered(hooks.PhoneSource)
        if source.create_url
    )


def _with_values(url: str, call: Call, remote: RemoteNumber) -> str:
    values = {"phone": remote.e164 or remote.party}
    if call.name:
        values["name"] = call.name
    return f"{url}?{urlencode(values)}"
