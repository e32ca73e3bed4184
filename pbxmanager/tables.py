"""The lines of lists of calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crmplus.timeline.models import Comment
from pbxmanager.blocking import blocked
from pbxmanager.looks import Look, look
from pbxmanager.missed import takers
from pbxmanager.models import Call, Status
from pbxmanager.parties import Party, parties
from pbxmanager.saving import CALL
from pbxmanager.sharing import dialled_for, known_numbers
from pbxmanager.visibility import not_private

if TYPE_CHECKING:
    from crmplus.accounts.models import User


# A click that no phone has told of since is no call that runs.
CLICK_RUNS: Final = timedelta(minutes=2)
LIVE: Final = (Status.RINGING, Status.CONNECTED)
MOST_RUNNING: Final = 500


@dataclass(frozen=True)
class Transfer:
    """Who had the caller before, and how long they talked (seconds)."""

    name: str
    seconds: int | None


@dataclass(frozen=True)
class Line:
    """A call as a list shows it; ``comments`` is how many there are.

    ``is_blocked`` says that its number is on the block list. ``taken_by`` names the
    colleague who took it, in a list of what one missed oneself. ``transfer`` tells of
    the call that it continues. ``dialled_for`` names in whose name it was dialled.
    ``known_as`` is the internal number of whose call it was, whichever phone it was at.
    """

    call: Call
    look: Look
    party: Party
    comments: int = 0
    is_blocked: bool = False
    taken_by: str = ""
    transfer: Transfer | None = None
    dialled_for: str = ""
    known_as: str = ""

    @property
    def at(self) -> str:
        """The phone it was at and whose that is, in words."""
        return f"{self.call.extension} {self.call.user or ''}".strip()

    @property
    def day(self) -> date:
        """The day on which it began, in the active zone."""
        return timezone.localdate(self.call.started_at)

    @property
    def since(self) -> datetime:
        """When what it is doing now began (UTC): the talk, or the ringing."""
        return self.call.connected_at or self.call.started_at

    @property
    def runs_for(self) -> float:
        """For how many seconds it has been doing that."""
        return (timezone.now() - self.since).total_seconds()


@dataclass(frozen=True)
class Day:
    """The calls of one day, under its name."""

    title: str
    lines: Sequence[Line]


def running(now: datetime) -> Q:
    """The calls that run at a time (UTC)."""
    clicked = Q(status=Status.INITIAL, started_at__gt=now - CLICK_RUNS)
    return Q(status__in=LIVE) | clicked


def running_keys(now: datetime) -> list[int]:
    """The keys of all calls that run at a time (UTC).

    Few do, and each part of this reads a small index: looked for among the newest
    calls they would cost a walk through the whole log.
    """
    live = Call.objects.filter(overdue_at__isnull=False, status__in=LIVE)
    clicked = Call.objects.filter(
        status=Status.INITIAL, started_at__gt=now - CLICK_RUNS
    )
    keys = live.order_by().values_list("pk")
    found = keys.union(clicked.order_by().values_list("pk"))
    return [pk for (pk,) in found[:MOST_RUNNING]]


def by_day(found: Sequence[Line]) -> list[Day]:
    """Lines, newest first, under "Today", "Yesterday" and dates."""
    days = groupby(found, key=lambda line: line.day)
    return [Day(day_title(day), list(its)) for day, its in days]


def day_title(day: date) -> str:
    """A day as the heading of what happened on it."""
    ago = (timezone.localdate() - day).days
    if ago == 0:
        return _("Today")
    if ago == 1:
        return _("Yesterday")
    return f"{date_format(day, 'l')}, {date_format(day, 'DATE_FORMAT')}"


def with_parts(calls: QuerySet[Call]) -> QuerySet[Call]:
    """Calls together with all that their lines read."""
    return calls.select_related("user", "disposition").prefetch_related("legs")


def lines(calls: Sequence[Call], user: User, *, missed: bool = False) -> list[Line]:
    """The lines of a page, in its order; queries do not grow with the page.

    ``missed``: the user missed all of them.
    """
    taken = takers(calls) if missed else {}
    who = parties(calls, user)
    comments = comment_counts(call.pk for call in calls)
    barred = blocked(call.party for call in calls)
    before = transfers(calls, user)
    names = dialled_for([call.pk for call in calls])
    numbers = known_numbers({call.user_id for call in calls if call.user_id})
    return [
        Line(
            call,
            look(call),
            who[call.pk],
            comments.get(call.pk, 0),
            is_blocked=call.party in barred,
            taken_by=taken.get(call.pk, ""),
            transfer=before.get(call.pk),
            dialled_for=names.get(call.pk, ""),
            known_as=numbers.get(call.user_id or 0, call.extension),
        )
        for call in calls
    ]


def transfers(calls: Sequence[Call], user: User) -> Mapping[int, Transfer]:
    """Who had the callers of calls (by primary key) before, but for private calls of
    others than the user; one query at most."""
    linked = {call.continues_id for call in calls if call.continues_id}
    if not linked:
        return {}
    before = not_private(user, Call.all_objects.select_related("user"))
    rows = before.in_bulk(list(linked))
    return {
        call.pk: Transfer(str(one.user or one.extension), one.duration)
        for call in calls
        if (one := rows.get(call.continues_id or 0)) and (one.user or one.extension)
    }


def comment_counts(calls: Iterable[int]) -> dict[int, int]:
    """How many comments calls (primary keys) have; those without are left out."""
    rows = Comment.objects.filter(target_kind=CALL, target_id__in=list(calls))
    counted = rows.order_by().values_list("target_id").annotate(Count("pk"))
    return dict(counted)
