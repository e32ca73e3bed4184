"""Who may see which call. Every page, API call, popup and live message asks here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from crmplus.accounts.models import Scope
from crmplus.accounts.visibility import calls_scope, within
from crmplus.statements import compiled
from pbxmanager.models import Call, Leg, MergedCall
from pbxmanager.sharing import sharers, shares_of

if TYPE_CHECKING:
    from crmplus.accounts.models import User

FEW_CALLS: Final = 3_000


def visible_calls(user: User) -> QuerySet[Call]:
    """The calls a user may see."""
    return visible_among(user, Call.objects.all())


def visible_among(user: User, calls: QuerySet[Call]) -> QuerySet[Call]:
    """Those of some calls, deleted ones too, that a user may see: all, or those that
    they, or anybody of their team, had a part in. Of private ones their own alone.
    """
    people = seen_people(user)
    if people == [user.pk]:
        return calls.filter(_took_part(people))
    seen = calls if people is None else calls.filter(_took_part(people))
    return not_private(user, seen)


def not_private(user: User, calls: QuerySet[Call]) -> QuerySet[Call]:
    """Those of some calls that are no private ones of others than a user."""
    return calls.filter(Q(private_at=None) | _took_part([user.pk]))


def seen_people(user: User) -> list[int] | None:
    """The users (ids) whose calls a user may see; None for everybody's."""
    scope = calls_scope(user)
    if scope is None:
        return []
    return None if scope == Scope.ALL else within(user, scope)


def visible_for_lists(
    user: User, calls: QuerySet[Call] | None = None
) -> QuerySet[Call]:
    """Those of some calls (of all that are not deleted) that a user may see, made to be
    read page by page, newest first.

    Who sees only few would have them looked for among all calls: these are named by
    their keys.
    """
    seen = visible_among(user, Call.objects.all() if calls is None else calls)
    keys = _few_keys(seen_people(user) or ())
    return seen if keys is None else seen.filter(pk__in=keys)


def _few_keys(people: Sequence[int]) -> set[int] | None:
    """The keys of all calls that some users (ids) had a part in, deleted ones too; None
    where they are many. Each part of it reads an index alone."""
    if not people:
        return None
    shared = (Leg.objects.filter(user__in=people), *shares_of(people))
    own = Call.all_objects.order_by()
    keys: set[int] = set()
    for rows in (
        *(parts.order_by().values_list("call_id", flat=True) for parts in shared),
        own.filter(user__in=people).values_list("pk", flat=True),
        own.filter(clicked_by__in=people).values_list("pk", flat=True),
    ):
        keys.update(rows[: FEW_CALLS + 1])
        if len(keys) > FEW_CALLS:
            return None
    return keys


def _took_part(people: Sequence[int]) -> Q:
    """Which calls some users (ids) had a part in."""
    if not people:
        return Q(pk__in=())
    found = Q(user__in=people) | Q(clicked_by__in=people)
    for parts in (Leg.objects.filter(user__in=people), *shares_of(people)):
        found |= Q(Exists(parts.filter(call=OuterRef("pk"))))
    return found


def call_for(user: User, uid: UUID) -> Call | None:
    """A call by its address, also by that of a call joined into it.

    None where there is none or the user may not see it: nobody learns which.
    """
    calls = visible_calls(user).select_related("user")
    found = calls.filter(uid=uid).first()
    if found is None:
        merged = MergedCall.objects.filter(uid=uid).values("call")
        found = calls.filter(pk__in=merged).first()
    return found


def people_of(call: Call) -> set[int]:
    """The users (ids) whom a call's popups and messages go to."""
    found = {user for (user,) in _users_of_legs(call=call.pk)} | {call.clicked_by_id}
    found |= sharers(call)
    return {user for user in found if user is not None}


@compiled
def _users_of_legs(call: int) -> QuerySet[Leg, tuple[int | None]]:
    legs = Leg.objects.filter(call=call, user__isnull=False)
    return legs.values_list("user_id")
