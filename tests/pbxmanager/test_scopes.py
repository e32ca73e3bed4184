"""How far users see calls: their own, their team's, all."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from crmplus.accounts.models import Role, Scope, Team, User
from pbxmanager import visibility
from pbxmanager.filters import CallFilter
from pbxmanager.models import Call
from pbxmanager.recorder import record
from pbxmanager.visibility import seen_people, visible_calls, visible_for_lists
from tests.pbxmanager.cast import RINGING, click, event


@pytest.fixture
def team(people: dict[str, User]) -> Team:
    """Anna and Ben are in it, Carl is not."""
    team = Team.objects.create(name="Sales")
    for name in ("anna", "ben"):
        people[name].team = team
        people[name].save()
    return team


@pytest.fixture
def calls(people: dict[str, User]) -> dict[str, Call]:
    """One call of each, one that Ben only dialled, one of an unknown extension."""
    made = {
        "anna": record(event(RINGING, 0, number="+4930111")).call,
        "ben": record(event(RINGING, 0, ext="202", by="ben", number="+4930222")).call,
        "carl": record(event(RINGING, 0, ext="203", by="carl", number="+4930333")).call,
        "dialled": record(click(0, user=people["ben"].pk, ext="999")).call,
        "nobody": record(
            event(RINGING, 0, ext="888", by="pbx", number="+4930444")
        ).call,
    }
    return {name: call for name, call in made.items() if call}


SEEN = {
    Scope.OWN: {"anna"},
    Scope.TEAM: {"anna", "ben", "dialled"},
    Scope.ALL: {"anna", "ben", "carl", "dialled", "nobody"},
}


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("few", [0, 1_000])
def test_each_scope_sees_its_calls(
    people: dict[str, User],
    team: Team,
    calls: dict[str, Call],
    role: str,
    scope: str,
    few: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(visibility, "FEW_CALLS", few)
    anna = people["anna"]
    anna.role, anna.sees_calls = role, scope
    for rows in (visible_calls(anna), visible_for_lists(anna)):
        found = {name for name, call in calls.items() if call in rows}
        assert found == SEEN[Scope(scope)]


def test_statistics_see_no_call(
    people: dict[str, User], calls: dict[str, Call]
) -> None:
    people["anna"].role = Role.STATISTICS
    people["anna"].sees_calls = Scope.ALL
    assert seen_people(people["anna"]) == []
    assert not visible_calls(people["anna"]).exists()
    assert not visible_for_lists(people["anna"]).exists()


@pytest.mark.parametrize(
    ("scope", "offered"),
    [(Scope.OWN, None), (Scope.TEAM, {"anna", "ben"}), (Scope.ALL, {*"abc"})],
)
def test_the_list_offers_the_people_whose_calls_one_sees(
    people: dict[str, User], team: Team, scope: str, offered: set[str] | None
) -> None:
    people["anna"].sees_calls = scope
    form = CallFilter(people["anna"], QueryDict())
    assert ("user" in form.fields) is (offered is not None)
    assert ("extension" in form.fields) is (offered is not None)
    if scope == Scope.TEAM:
        users = form.fields["user"].queryset  # type: ignore[attr-defined]
        assert {user.username for user in users} == offered
        choices = dict(form.fields["extension"].widget.choices)  # type: ignore[attr-defined]
        assert set(choices) == {"", "201", "202", "301"}


def test_nobodys_calls_are_asked_for_beyond_what_one_sees(
    people: dict[str, User], team: Team, calls: dict[str, Call]
) -> None:
    people["anna"].sees_calls = Scope.TEAM
    form = CallFilter(people["anna"], QueryDict(f"user={people['carl'].pk}"))
    assert calls["carl"] not in form.rows()
