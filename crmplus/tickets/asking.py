"""Which tickets and activities there are, as far as a user may see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Exists, Q, QuerySet

from crmplus.accounts.visibility import visible_records
from crmplus.tickets.models import (
    OPEN_ACTIVITIES,
    OPEN_TICKETS,
    Activity,
    Kind,
    Reference,
    Ticket,
    Work,
)

if TYPE_CHECKING:
    from crmplus.accounts.models import User

W = TypeVar("W", bound=Work)
# Nobody reads more of one record, and a card must stay quick.
MANY = 200


@dataclass(frozen=True)
class CallWork:
    """What came from a call."""

    tickets: Sequence[Ticket]
    activities: Sequence[Activity]

    def __bool__(self) -> bool:
        return bool(self.tickets or self.activities)


def visible(user: User, rows: QuerySet[W]) -> QuerySet[W]:
    """Those of some tickets or activities that a user may see.

    By who owns them, as records are; and what one wrote oneself.
    """
    seen = visible_records(user, rows)
    if seen is rows or not user.is_agent:
        return seen
    return seen | rows.filter(created_by=user)


def visible_tickets(user: User) -> QuerySet[Ticket]:
    """The tickets that a user may see, without those in the recycle bin."""
    return visible(user, Ticket.objects.all())


def visible_activities(user: User) -> QuerySet[Activity]:
    """The activities that a user may see, without those in the recycle bin."""
    return visible(user, Activity.objects.all())


def of_references(references: Collection[Reference]) -> Q:
    """What is about one of some records."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for kind, key in references:
        by_kind[kind].append(key)
    condition = Q(pk__in=[])
    for kind, keys in by_kind.items():
        condition |= Q(target_kind=kind, target_id__in=keys)
    return condition


def open_tickets_of(
    references: Collection[Reference], user: User
) -> dict[Reference, list[Ticket]]:
    """The open tickets of records, each due first; one query, none for nobody."""
    if not references:
        return {}
    rows = visible_tickets(user).filter(OPEN_TICKETS, of_references(references))
    rows = rows.select_related("owner").order_by("due_order", "pk")
    return _by_target(rows[:MANY])


def open_activities_of(
    references: Collection[Reference], user: User
) -> dict[Reference, list[Activity]]:
    """The open activities of records, due first; one query, none for nobody."""
    if not references:
        return {}
    rows = visible_activities(user).filter(OPEN_ACTIVITIES, of_references(references))
    rows = rows.select_related("owner").order_by("due_at", "pk")
    return _by_target(rows[:MANY])


def open_call_backs(parties: Iterable[str], user: User) -> dict[str, list[Activity]]:
    """The open call-backs to numbers (``Call.party``), due first; one query."""
    wanted = sorted({party for party in parties if party})
    found: dict[str, list[Activity]] = defaultdict(list)
    if wanted:
        rows = visible_activities(user).filter(
            OPEN_ACTIVITIES, kind=Kind.CALL_BACK, party__in=wanted
        )
        for row in rows.select_related("owner").order_by("due_at", "pk")[:MANY]:
            found[row.party].append(row)
    return dict(found)


def work_on_call(call: int, user: User) -> CallWork:
    """The tickets and activities that came from a call (its key), done ones too."""
    tickets = visible_tickets(user).filter(call=call).select_related("owner")
    todo = visible_activities(user).filter(call=call).select_related("owner")
    return CallWork(
        list(tickets.order_by("pk")[:MANY]), list(todo.order_by("due_at", "pk")[:MANY])
    )


def came_from_call(call: Any) -> Q:
    """The condition that a ticket or an activity came from a call.

    ``call`` is its key, or ``OuterRef("pk")`` in a query of calls.
    """
    tickets = Ticket.objects.filter(call=call)
    return Q(Exists(tickets)) | Q(Exists(Activity.objects.filter(call=call)))


def _by_target(rows: Iterable[W]) -> dict[Reference, list[W]]:
    found: dict[Reference, list[W]] = defaultdict(list)
    for row in rows:
        if row.target:
            found[row.target].append(row)
    return dict(found)
