"""Whose figures a user may see: of works councils' making, see the decision.

A person's own figures are shown to others only where an admin switched that on. All
others appear in sums over at least ``FEWEST`` of them: in smaller ones one could tell
who did what.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeVar

from django.db.models import Exists, OuterRef

from crmplus.accounts.fields import names_of
from crmplus.accounts.models import Scope, Team, User
from crmplus.accounts.visibility import calls_scope, within
from pbxmanager.figures import NOBODY
from pbxmanager.models import Call, Extension
from pbxmanager.statistics.models import ShownPerson

FEWEST: Final = 3
K = TypeVar("K")


def kept_apart(
    groups: Mapping[K, Collection[int]],
    protected: Collection[int],
    known: Collection[int] = (),
) -> set[K]:
    """Which groups of users may be shown beside the sum of all the others.

    A group may not if it has one or two people who are protected, for what is theirs
    would be the difference to what is known. Where the others' sum would have one or
    two, the smallest groups go there too, until it has more. ``known`` are those whose
    figures one sees anyway: they hide nobody.
    """
    hidden_in = {key: len(set(users) & set(protected)) for key, users in groups.items()}
    apart = {key for key, count in hidden_in.items() if count == 0 or count >= FEWEST}
    rest = {user for key in groups if key not in apart for user in groups[key]}
    by_size = sorted(apart, key=lambda key: (len(groups[key]), str(key)))
    for key in by_size:
        if not rest & set(protected) or len(rest - set(known)) >= FEWEST:
            break
        if groups[key]:
            apart.discard(key)
            rest |= set(groups[key])
    return apart


@dataclass(frozen=True)
class Seen:
    """What a user may see of the figures.

    ``people`` are the users (ids) whose calls count, None for everybody's;
    ``may_drill`` says whether the calls behind the figures may be shown.
    """

    viewer: User
    people: list[int] | None
    may_drill: bool

    @cached_property
    def users(self) -> dict[int, str]:
        """The names of everybody who could be shown, by ID."""
        rows = User.objects.order_by("last_name", "username")
        if self.people is not None:
            rows = rows.filter(pk__in=self.people)
        return dict(names_of(rows))

    @cached_property
    def protected(self) -> set[int]:
        """Those of them whose own figures nobody else sees."""
        shown = set(ShownPerson.objects.values_list("user_id", flat=True))
        return set(self.users) - shown - {self.viewer.pk}

    @cached_property
    def persons(self) -> set[int]:
        """The users (ids) who are shown each by themselves."""
        groups = {pk: (pk,) for pk in self.callers}
        apart = kept_apart(groups, self.protected & self.callers, {self.viewer.pk})
        return apart | ({self.viewer.pk} & set(self.users))

    @cached_property
    def callers(self) -> set[int]:
        """Users (ids) who have extensions, or once had calls."""
        lines = Extension.objects.filter(user__isnull=False).order_by()
        owners = set(lines.values_list("user", flat=True))
        # The few others one by one: with an OR PostgreSQL would read all calls.
        others = User.objects.filter(pk__in=set(self.users) - owners)
        called = others.filter(Exists(Call.objects.filter(user=OuterRef("pk"))))
        return (owners | set(called.values_list("pk", flat=True))) & set(self.users)

    @cached_property
    def teams(self) -> dict[int, tuple[Team, list[int]]]:
        """The teams that may be shown, with their members (ids)."""
        members: defaultdict[int, list[int]] = defaultdict(list)
        belong = User.objects.filter(team__isnull=False).order_by("last_name", "pk")
        for user, team in belong.values_list("pk", "team"):
            if user in self.callers:
                members[team].append(user)
        teams = Team.objects.in_bulk(list(members))
        alone = self.callers - {pk for some in members.values() for pk in some}
        groups: dict[int, Collection[int]] = {**members, NOBODY: alone}
        apart = kept_apart(groups, self.protected, self.persons)
        return {
            pk: (teams[pk], members[pk])
            for pk in sorted(teams, key=lambda pk: teams[pk].name)
            if pk in apart
        }

    @cached_property
    def lines(self) -> dict[str, int]:
        """The extensions that may be shown, with their user (id) or ``NOBODY``."""
        rows = Extension.objects.order_by("number").values_list("number", "user_id")
        return {
            number: user or NOBODY
            for number, user in rows
            if (user in self.persons if user else self.people is None)
        }


def seen_by(user: User) -> Seen:
    """What a user may see: who sees all calls, or figures only, sees those of all."""
    scope = calls_scope(user)
    if scope is None:
        return Seen(user, None, may_drill=False)
    if scope == Scope.ALL:
        return Seen(user, None, may_drill=True)
    people = within(user, scope)
    seen = Seen(user, people, may_drill=True)
    # A team so small that its sum tells what a colleague did is not shown as a whole.
    if 0 < len(seen.protected) < FEWEST:
        people = [pk for pk in people if pk not in seen.protected]
    return Seen(user, people, may_drill=True)
