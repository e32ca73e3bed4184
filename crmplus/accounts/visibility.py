"""How far a user sees: own, team, all. Pages, API, exports and messages ask here.

What belongs to nobody is everybody's: a record without an owner would otherwise be
found by nobody when its number calls.
"""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from crmplus.accounts.models import Scope, User
from crmplus.statements import compiled

M = TypeVar("M", bound=Model)


def records_scope(user: User) -> Scope | None:
    """How far a user sees records, tickets and activities; None for not at all."""
    if not user.is_agent:
        return None
    return Scope.ALL if user.is_admin else Scope(user.sees_records)


def calls_scope(user: User) -> Scope | None:
    """How far a user sees calls; None for not at all. Admins see all.

    By role supervisors see all calls and agents their team's, for the team shares its
    missed callers; without a team their own.
    """
    if not user.is_agent:
        return None
    if user.is_admin:
        return Scope.ALL
    if user.sees_calls:
        return Scope(user.sees_calls)
    if user.is_supervisor:
        return Scope.ALL
    return Scope.TEAM if user.team_id else Scope.OWN


def within(user: User, scope: Scope) -> list[int]:
    """The users (ids) whose work a user sees in a scope that is not ``ALL``."""
    if scope == Scope.TEAM and user.team_id:
        return [pk for (pk,) in _members(team=user.team_id)]
    return [user.pk]


@compiled
def _members(team: int) -> QuerySet[User, tuple[int]]:
    return User.objects.filter(team=team).order_by("pk").values_list("pk")


def visible_records(user: User, rows: QuerySet[M], owner: str = "owner") -> QuerySet[M]:
    """Those rows that a user may see by who owns them (``owner`` names the field)."""
    scope = records_scope(user)
    if scope is None:
        return rows.none()
    if scope == Scope.ALL:
        return rows
    theirs = Q(**{f"{owner}__in": within(user, scope)})
    return rows.filter(theirs | Q(**{f"{owner}__isnull": True}))
