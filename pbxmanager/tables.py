"""The lines of lists of calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, QuerySet

from crmplus.timeline.models import Comment
from pbxmanager.blocking import blocked
from pbxmanager.looks import Look, look
from pbxmanager.missed import takers
from pbxmanager.models import Call
from pbxmanager.parties import Party, parties
from pbxmanager.saving import CALL

if TYPE_CHECKING:
    from crmplus.accounts.models import User


@dataclass(frozen=True)
class Line:
    """A call as a list shows it; ``comments`` is how many there are.

    ``is_blocked`` says that its number is on the block list. ``taken_by`` names the
    colleague who took it, in a list of what one missed oneself.
    """

    call: Call
    look: Look
    party: Party
    comments: int = 0
    is_blocked: bool = False
    taken_by: str = ""


def with_parts(calls: QuerySet[Call]) -> QuerySet[Call]:
    """Calls together with all that their lines read."""
    return calls.select_related("user").prefetch_related("legs")


def lines(calls: Sequence[Call], user: User, *, missed: bool = False) -> list[Line]:
    """The lines of a page, in its order; queries do not grow with the page.

    ``missed``: the user missed all of them.
    """
    taken = takers(calls) if missed else {}
    who = parties(calls, user)
    comments = comment_counts(call.pk for call in calls)
    barred = blocked(call.party for call in calls)
    return [
        Line(
            call,
            look(call),
            who[call.pk],
            comments.get(call.pk, 0),
            is_blocked=call.party in barred,
            taken_by=taken.get(call.pk, ""),
        )
        for call in calls
    ]


def comment_counts(calls: Iterable[int]) -> dict[int, int]:
    """How many comments calls (primary keys) have; those without are left out."""
    rows = Comment.objects.filter(target_kind=CALL, target_id__in=list(calls))
    counted = rows.order_by().values_list("target_id").annotate(Count("pk"))
    return dict(counted)
