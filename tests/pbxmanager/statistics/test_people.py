"""Whose figures are shown to whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmplus.accounts.models import Role, Scope, Team, User
from pbxmanager.models import Extension
from pbxmanager.statistics.models import ShownPerson
from pbxmanager.statistics.people import FEWEST, kept_apart, seen_by
from tests.pbxmanager.office import Office


@pytest.mark.parametrize(
    ("groups", "protected", "apart"),
    [
        ({}, set(), set()),
        ({"a": [1, 2, 3]}, {1, 2, 3}, {"a"}),
        ({"a": [1, 2]}, {1, 2}, set()),
        ({"a": [1, 2]}, set(), {"a"}),
        ({"a": [1, 2, 3], "b": [4, 5, 6]}, {1, 2, 3, 4, 5, 6}, {"a", "b"}),
        # The one of b would be the rest: a joins them.
        ({"a": [1, 2, 3], "b": [4]}, {1, 2, 3, 4}, set()),
        ({"a": [1], "b": [2], "c": [3], "d": [4]}, {2, 3, 4}, {"a"}),
        ({"a": [1], "b": [2], "c": [3], "d": [4]}, {4}, {"c"}),
    ],
)
def test_groups_in_which_one_could_tell_who_are_not_shown(
    groups: dict[str, list[int]], protected: set[int], apart: set[str]
) -> None:
    assert kept_apart(groups, protected) == apart


@given(
    sizes=st.lists(st.integers(0, 6), max_size=6),
    protected=st.sets(st.integers(0, 35), max_size=36),
)
def test_no_shown_sum_and_no_rest_is_of_one_or_two(
    sizes: list[int], protected: set[int]
) -> None:
    groups, first = {}, 0
    for name, size in enumerate(sizes):
        groups[name] = range(first, first + size)
        first += size
    apart = kept_apart(groups, protected)

    rest = {user for name in groups if name not in apart for user in groups[name]}
    for name in apart:
        assert len(set(groups[name]) & protected) not in range(1, FEWEST)
    # Where there are no three people at all, all of them are together.
    assert (
        not rest & protected
        or len(rest) >= FEWEST
        or not any(groups[name] for name in apart)
    )


def team_of(name: str, *users: User) -> Team:
    team = Team.objects.create(name=name)
    User.objects.filter(pk__in=[user.pk for user in users]).update(team=team)
    return team


def more(office: Office, count: int) -> list[User]:
    users = [User.objects.create(username=f"more{number}") for number in range(count)]
    for number, user in enumerate(users):
        Extension.objects.create(number=str(400 + number), user=user)
    return users


def test_a_supervisor_sees_sums_and_herself(office: Office) -> None:
    more(office, 3)
    seen = seen_by(office.karin)

    assert (seen.people, seen.may_drill) == (None, True)
    assert seen.persons == {office.karin.pk}
    assert set(seen.lines) == {"203"}


def test_a_person_is_shown_where_that_is_switched_on(office: Office) -> None:
    more(office, 3)
    ShownPerson.objects.create(user=office.ben)

    assert seen_by(office.karin).persons == {office.karin.pk, office.ben.pk}


def test_the_last_one_is_not_shown_by_what_is_left(office: Office) -> None:
    """Anna alone would be the difference between all and those who are shown."""
    ShownPerson.objects.create(user=office.ben)

    assert seen_by(office.karin).persons == {office.karin.pk}


def test_figures_only_sees_sums_and_no_calls(office: Office) -> None:
    guest = User.objects.create(username="guest", role=Role.STATISTICS)
    more(office, 3)
    seen = seen_by(guest)

    assert (seen.people, seen.may_drill, seen.persons) == (None, False, {guest.pk})


def test_an_agent_sees_what_is_their_own(office: Office) -> None:
    seen = seen_by(office.anna)

    assert (seen.people, seen.persons) == ([office.anna.pk], {office.anna.pk})


def test_a_team_is_seen_by_who_sees_the_calls_of_the_team(office: Office) -> None:
    others = more(office, 3)
    team_of("Sales", office.anna, *others)
    office.anna.refresh_from_db()
    office.anna.sees_calls = Scope.TEAM
    seen = seen_by(office.anna)

    assert seen.people == sorted([office.anna.pk, *(user.pk for user in others)])
    assert seen.persons == {office.anna.pk}


def test_a_team_of_two_shows_nobody_the_other_one(office: Office) -> None:
    team_of("Sales", office.anna, office.ben)
    office.anna.refresh_from_db()
    office.anna.sees_calls = Scope.TEAM

    assert seen_by(office.anna).people == [office.anna.pk]


def test_small_teams_are_shown_together(office: Office) -> None:
    sales, service = more(office, 4), [office.anna, office.ben]
    team_of("Sales", *sales)
    team_of("Service", *service)
    names = [team.name for team, _users in seen_by(office.karin).teams.values()]

    # Anna and Ben alone would be the rest.
    assert names == []
    alone = [User.objects.create(username=f"alone{number}") for number in range(3)]
    for number, user in enumerate(alone):
        Extension.objects.create(number=str(500 + number), user=user)
    names = [team.name for team, _users in seen_by(office.karin).teams.values()]
    assert names == ["Sales"]
