"""Whose open lists show the calls of others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models.signals import post_save

from crmplus.accounts.models import Scope, User
from crmplus.accounts.visibility import calls_scope
from pbxmanager.kept import Kept


@dataclass(frozen=True)
class Watchers:
    """Users (ids) who see the calls of all, and by team those who see its calls.

    ``team_of`` is the team of each user.
    """

    all: frozenset[int]
    by_team: Mapping[int, frozenset[int]]
    team_of: Mapping[int, int]


def _read() -> Watchers:
    everything: set[int] = set()
    by_team: dict[int, set[int]] = defaultdict(set)
    team_of: dict[int, int] = {}
    for user in User.objects.filter(is_active=True):
        if user.team_id:
            team_of[user.pk] = user.team_id
        scope = calls_scope(user)
        if scope == Scope.ALL:
            everything.add(user.pk)
        elif scope == Scope.TEAM and user.team_id:
            by_team[user.team_id].add(user.pk)
    teams = {team: frozenset(members) for team, members in by_team.items()}
    return Watchers(frozenset(everything), teams, team_of)


watchers: Kept[Watchers] = Kept(_read)
post_save.connect(watchers.forget, sender=User, dispatch_uid="watchers")


def see_all_of(people: Collection[int]) -> set[int]:
    """Who sees calls of these people (users' ids) because they see more than theirs."""
    known = watchers()
    teams = {known.team_of[user] for user in people if user in known.team_of}
    seeing = (known.by_team.get(team, frozenset()) for team in teams)
    return set(known.all).union(*seeing)


def see_missed(people: Collection[int]) -> set[int]:
    """Who sees what these people missed: they do, too."""
    return {*people, *see_all_of(people)}
