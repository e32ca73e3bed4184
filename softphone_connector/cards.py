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
from crmplus.timeline.models import Comment
from pbxmanager.models import Call, Direction, Leg, RemoteNumber, Status
from pbxmanager.saving import CALL
from pbxmanager.visibility import visible_calls
from softphone_connector.notes import note_of

if TYPE_CHECKING:
    from crmplus.accounts.models import User

EARLIER_CALLS = 20
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
    whether this user took or placed it.
    """

    call: Call
    remote: RemoteNumber
    matches: tuple[Match, ...]
    chosen: Match | None
    pretty: str
    place: str
    region: str
    last_call: Call | None
    last_comment: Comment | None
    note: str
    is_mine: bool
    creators: tuple[Creator, ...]
    over_at: datetime | None
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
        return self.remote.number_kind == NumberKind.INTERNAL

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
    earlier = _earlier(call, remote, user)
    note = note_of(call, user)
    return Card(
        call=call,
        remote=remote,
        matches=matches,
        chosen=chosen,
        pretty=display.pretty(remote.e164 or remote.party) if remote.party else "",
        place=display.place(remote.e164, get_language() or "en") if remote.e164 else "",
        region=display.region(remote.e164) if remote.e164 else "",
        last_call=next((one for one in earlier if one.connected_at), None),
        last_comment=_last_comment(earlier, matches),
        note=note.text if note else "",
        is_mine=user.pk in {call.user_id, call.clicked_by_id},
        creators=_creators(call, remote),
        over_at=_over_at(call, own),
        now=timezone.now(),
    )


def _remote(call: Call, own: list[Leg]) -> RemoteNumber:
    """The other party: who is called by a colleague sees the colleague.

    ``own`` are the user's legs. The call itself is told from the caller's side.
    """
    placed = any(leg.direction == Direction.OUTBOUND for leg in own)
    if call.direction == Direction.INTERNAL and own and not placed:
        return own[0]
    return call


def _over_at(call: Call, own: list[Leg]) -> datetime | None:
    """When a call was over for a user: an own leg may end before the call does."""
    if call.ended_at or call.status == Status.LOST:
        return call.ended_at or call.started_at
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


def _earlier(call: Call, remote: RemoteNumber, user: User) -> list[Call]:
    """Earlier calls with the number that the user may see, newest first."""
    if not remote.party:
        return []
    calls = visible_calls(user).filter(
        party=remote.party, started_at__lt=call.started_at
    )
    newest = calls.exclude(pk=call.pk).select_related("user").order_by("-started_at")
    return list(newest[:EARLIER_CALLS])


def _last_comment(earlier: list[Call], matches: tuple[Match, ...]) -> Comment | None:
    """The newest comment on the earlier calls and on the best match."""
    found = Comment.objects.filter(
        target_kind=CALL, target_id__in=[call.pk for call in earlier]
    )
    if matches and matches[0].kind == EXACT:
        best = matches[0]
        found = found | Comment.objects.filter(
            target_kind=best.source, target_id=best.object_id
        )
    return found.select_related("author").order_by("-created_at", "-pk").first()


def _creators(call: Call, remote: RemoteNumber) -> tuple[Creator, ...]:
    """Which records can be made from the number; the name a phone told is filled in."""
    if not remote.party or remote.number_kind == NumberKind.INTERNAL:
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
