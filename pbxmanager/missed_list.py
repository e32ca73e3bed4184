"""The missed list that a team shares: which entries a user sees, and how many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from crmplus.accounts.models import Scope
from crmplus.accounts.visibility import calls_scope, within
from crmplus.web import signed_in_user
from pbxmanager.blocking import BlockedNumber, any_blocked
from pbxmanager.models import Call, MissedCaller, MissedPart
from pbxmanager.parties import Party, parties
from pbxmanager.rules import call_back_within
from pbxmanager.visibility import not_private, visible_calls

if TYPE_CHECKING:
    from crmplus.accounts.models import User

# More than this nobody counts, and the counter stays cheap.
MOST_COUNTED: Final = 999


def visible_missed(
    user: User, *, is_open: bool | None = None
) -> QuerySet[MissedCaller]:
    """The entries that a user may see, of blocked numbers none; in no order.

    These are the calls that rang in vain at the phones of those whose calls the user
    sees, or popped up for them, and what the user has taken. Whose newest call is
    private is there for those alone. ``is_open`` narrows them.
    """
    scope = calls_scope(user)
    if scope is None:
        return MissedCaller.objects.none()
    rows = MissedCaller.objects.all()
    if is_open is not None:
        rows = rows.filter(is_open=is_open)
    rows = without_blocked(rows)
    # Asked of the few private ones only: a set of keys would hold all one's own.
    own = Exists(MissedPart.objects.filter(user=user, caller=OuterRef("pk")))
    rows = rows.filter(Q(call__private_at=None) | own)
    if scope == Scope.ALL:
        return rows
    parts = MissedPart.objects.filter(user__in=within(user, scope))
    if is_open is not None:
        # As a list: of a bare boolean SQLite makes a condition that takes no index.
        parts = parts.filter(is_open__in=[is_open])
    # One set of keys: with an OR the database would look at every open entry.
    taken = MissedCaller.objects.filter(owner=user).values("pk")
    return rows.filter(pk__in=parts.values("caller").union(taken))


def without_blocked(rows: QuerySet[MissedCaller]) -> QuerySet[MissedCaller]:
    """Those entries whose number is not on the block list."""
    if not any_blocked():
        return rows
    barred = BlockedNumber.objects.filter(party=OuterRef("party"))
    return rows.filter(~Exists(barred))


def missed_for(user: User, pk: int) -> MissedCaller | None:
    """An entry by its key; None where there is none or the user may not see it."""
    return visible_missed(user).filter(pk=pk).first()


def taken_by(user: User, now: datetime) -> Q:
    """The entries that a user has in hand at a time (UTC)."""
    return Q(owner=user, is_open=True, taken_until__gt=now, taken_at__gte=F("first_at"))


def count_open(user: User) -> int:
    """How many callers wait to be called back, as far as a user sees them.

    Counted up to ``MOST_COUNTED``; one query.
    """
    # In the order of the index: else PostgreSQL walks through all calls to join them.
    rows = visible_missed(user, is_open=True).order_by("-last_at", "-pk")
    return len(rows.values_list("pk")[:MOST_COUNTED])


def menu_count(request: HttpRequest) -> int:
    """The counter in the menu."""
    return count_open(signed_in_user(request))


@dataclass(frozen=True)
class Entry:
    """A line of the missed list.

    ``rang`` are those whose phones rang, else the extensions; ``rang_at`` names both.
    ``times`` are the tries, newest first, but for others' private ones. ``owner`` has
    it in hand now; ``due`` is when they are to be called back, UTC. ``url`` is the page
    of the last try, "" where the user may not see that one. ``reached_by`` names who
    reached them, "" where that is nobody's business.
    """

    row: MissedCaller
    party: Party
    rang: Sequence[str]
    rang_at: Sequence[str]
    times: Sequence[datetime]
    owner: User | None
    due: datetime | None
    is_overdue: bool
    url: str
    reached_by: str
    is_mine: bool

    @property
    def state(self) -> str:
        """``open``, ``reached`` or ``done``."""
        if self.row.is_open:
            return "open"
        return "reached" if self.row.is_reached else "done"

    @property
    def tries(self) -> int:
        """How often they tried, as far as the user may know."""
        return len(self.times)

    @property
    def last_at(self) -> datetime:
        """The last try that the user may know of."""
        return self.times[0]

    @property
    def can_call(self) -> bool:
        """There is a number to call back."""
        return bool(self.party.number)


def entries(rows: Sequence[MissedCaller], user: User) -> list[Entry]:
    """The lines of a page, in its order; queries do not grow with the page."""
    now, within_ = timezone.now(), call_back_within()
    who = parties([row.call for row in rows], user)
    rang = _rang(rows)
    times = _times(rows, user)
    reached = _reached(rows, user)
    seen = _seen(rows, user)
    found = []
    for row in rows:
        due = row.due(within_) if row.is_open else None
        taken = row.is_taken(now)
        found.append(
            Entry(
                row=row,
                party=who[row.call_id],
                # Of somebody's phones several may have rung.
                rang=list(dict.fromkeys(one for one, _words in rang[row.pk])),
                rang_at=[words for _who, words in rang[row.pk]],
                times=times.get(row.pk, [row.last_at]),
                owner=row.owner if taken else None,
                due=due,
                is_overdue=due is not None and due < now,
                url=row.call.get_absolute_url() if row.call_id in seen else "",
                reached_by=reached.get(row.reached_by_id or 0, ""),
                is_mine=taken and row.owner_id == user.pk,
            )
        )
    return found


def with_call(rows: QuerySet[MissedCaller]) -> QuerySet[MissedCaller]:
    """Entries together with what their lines read."""
    return rows.select_related("call", "owner", "done_by")


def _rang(rows: Iterable[MissedCaller]) -> Mapping[int, list[tuple[str, str]]]:
    """Who was rung for each, and in words at which phones; one query."""
    parts = MissedPart.objects.filter(caller__in=[row.pk for row in rows])
    phones = parts.exclude(extension="").select_related("user")
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for part in phones.order_by("extension"):
        name = str(part.user or "")
        words = f"{part.extension} {name}".strip()
        found[part.caller_id].append((name or part.extension, words))
    return found


def _seen(rows: Iterable[MissedCaller], user: User) -> set[int]:
    """The last tries that the user may see; one query.

    It may have rung at a phone that is none of theirs: an earlier one did.
    """
    calls = visible_calls(user).filter(pk__in=[row.call_id for row in rows])
    return set(calls.order_by().values_list("pk", flat=True))


def _times(rows: Sequence[MissedCaller], user: User) -> Mapping[int, list[datetime]]:
    """When those tried who did so more than once; not others' private ones.

    One query.
    """
    several = {row.party: row for row in rows if row.tries > 1 and row.party}
    if not several:
        return {}
    since = min(row.first_at for row in several.values())
    calls = Call.objects.filter(
        party__in=several, status="missed", direction="inbound", started_at__gte=since
    )
    found: dict[int, list[datetime]] = defaultdict(list)
    calls = not_private(user, calls)
    for party, at in calls.order_by("-started_at").values_list("party", "started_at"):
        row = several[party]
        if row.first_at <= at <= row.last_at:
            found[row.pk].append(at)
    return found


def _reached(rows: Sequence[MissedCaller], user: User) -> Mapping[int, str]:
    """Who had the calls that reached them, in words; not of others' private ones.

    One query.
    """
    calls: Collection[int] = {row.reached_by_id for row in rows if row.reached_by_id}
    if not calls:
        return {}
    found = not_private(user, Call.all_objects.filter(pk__in=calls))
    found = found.select_related("user")
    return {call.pk: str(call.user or call.extension) for call in found}
