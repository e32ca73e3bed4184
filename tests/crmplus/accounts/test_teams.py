"""The administration of teams, and what it makes people see."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crmplus.accounts import team_services
from crmplus.accounts.models import Role, Scope, Team, User
from crmplus.accounts.visibility import (
    calls_scope,
    records_scope,
    visible_records,
    within,
)
from crmplus.administration.models import SettingsChange
from crmplus.records.models import Contact
from tests.crmplus.accounts.conftest import client_of, person

TEAMS = reverse("accounts:teams")


@pytest.fixture
def sales(db: None) -> Team:
    return Team.objects.create(name="Sales")


def url(name: str, team: Team) -> str:
    return reverse(f"accounts:{name}", args=[team.pk])


def told() -> list[tuple[str, str]]:
    rows = SettingsChange.objects.filter(kind="team").order_by("pk")
    return [(row.what, str(row.changes)) for row in rows]


def test_a_team_is_made_renamed_and_each_is_noted(admin: User) -> None:
    browser = client_of(admin)
    answer = browser.post(TEAMS, {"name": "Sales"})
    team = Team.objects.get()
    assert answer.url == url("team", team)
    assert browser.post(url("team", team), {"name": "Support"}).url == TEAMS
    assert [str(one) for one in Team.objects.all()] == ["Support"]
    (made, first), (renamed, second) = told()
    assert (made, renamed) == ("Sales", "Sales")
    assert "'after': 'Sales'" in first
    assert "'after': 'Support'" in second


def test_the_log_of_changes_has_words_for_it(admin: User) -> None:
    browser = client_of(admin)
    browser.post(TEAMS, {"name": "Sales"})
    assert "Team Sales" in browser.get(reverse("administration:changes")).text


def test_two_teams_have_two_names(admin: User, sales: Team) -> None:
    answer = client_of(admin).post(TEAMS, {"name": "Sales"})
    assert answer.status_code == 200
    assert Team.objects.count() == 1


def test_the_list_counts_members_in_one_query(
    admin: User, sales: Team, anna: User, django_assert_num_queries
) -> None:
    User.objects.filter(pk=anna.pk).update(team=sales)
    with django_assert_num_queries(1):
        assert [(one.name, one.people) for one in team_services.with_counts()] == [
            ("Sales", 1)
        ]


def test_the_page_names_the_members(admin: User, sales: Team, anna: User) -> None:
    browser = client_of(admin)
    link = f'href="{reverse("accounts:user", args=[anna.pk])}"'
    assert link not in browser.get(url("team", sales)).text
    User.objects.filter(pk=anna.pk).update(team=sales)
    assert link in browser.get(url("team", sales)).text


class TestMembers:
    def fill(self, admin: User, team: Team, *people: User) -> None:
        data = {"name": team.name, "members": [one.pk for one in people]}
        assert client_of(admin).post(url("team", team), data).url == TEAMS

    def test_come_in_and_leave_on_the_page_of_the_team(
        self, admin: User, sales: Team, anna: User, karin: User
    ) -> None:
        self.fill(admin, sales, anna, karin)
        assert set(sales.members.all()) == {anna, karin}
        self.fill(admin, sales, karin)
        assert set(sales.members.all()) == {karin}

    def test_each_is_a_change_of_that_user_and_who_stays_is_none(
        self, admin: User, sales: Team, anna: User, karin: User
    ) -> None:
        User.objects.filter(pk=karin.pk).update(team=sales)
        self.fill(admin, sales, anna, karin)
        change = SettingsChange.objects.get(kind="user")
        assert change.what == "anna"
        assert change.changes == [{"field": "team", "before": None, "after": "Sales"}]

    def test_who_is_in_another_team_says_so_and_moves(
        self, admin: User, sales: Team, anna: User
    ) -> None:
        service = Team.objects.create(name="Service")
        User.objects.filter(pk=anna.pk).update(team=service)
        page = client_of(admin).get(url("team", sales)).text
        assert "Anna Schmidt · Service" in page
        assert "Anna Schmidt · Service" not in (
            client_of(admin).get(url("team", service)).text
        )
        self.fill(admin, sales, anna)
        assert not service.members.exists()

    def test_who_is_locked_out_can_leave_and_cannot_come_in(
        self, admin: User, sales: Team, anna: User
    ) -> None:
        User.objects.filter(pk=anna.pk).update(is_active=False, team=sales)
        browser = client_of(admin)
        assert "Anna Schmidt" in browser.get(url("team", sales)).text
        self.fill(admin, sales)
        assert not sales.members.exists()
        data = {"name": "Sales", "members": [anna.pk]}
        assert browser.post(url("team", sales), data).status_code == 200
        assert not sales.members.exists()

    def test_nothing_of_it_is_kept_where_the_name_is_refused(
        self, admin: User, sales: Team, anna: User
    ) -> None:
        data = {"name": "", "members": [anna.pk]}
        answer = client_of(admin).post(url("team", sales), data)
        assert answer.status_code == 200
        assert not sales.members.exists()

    def test_the_page_costs_the_same_however_many(
        self, admin: User, sales: Team, anna: User
    ) -> None:
        browser = client_of(admin)
        browser.get(url("team", sales))
        with CaptureQueriesContext(connection) as few:
            browser.get(url("team", sales))
        for number in range(5):
            person(f"user{number}", team=sales)
        with CaptureQueriesContext(connection) as many:
            browser.get(url("team", sales))
        assert len(many) == len(few)


def test_the_empty_list_says_what_teams_are_for(admin: User) -> None:
    assert "No teams yet" in client_of(admin).get(TEAMS).text


def test_a_team_with_people_is_not_deleted(
    admin: User, sales: Team, anna: User
) -> None:
    User.objects.filter(pk=anna.pk).update(team=sales)
    answer = client_of(admin).post(url("delete-team", sales), follow=True)
    assert "1 person is in this team" in answer.text
    assert Team.objects.exists()


def test_deleting_an_empty_team_can_be_undone(admin: User, sales: Team) -> None:
    browser = client_of(admin)
    browser.post(url("delete-team", sales))
    assert not Team.objects.exists()
    kept = team_services._signer().sign_object([sales.pk, "Sales"])
    restore = f"{reverse('accounts:restore-team')}?{urlencode({'team': kept})}"
    assert "is back" in browser.post(restore, follow=True).text
    assert Team.objects.get() == sales
    assert len(told()) == 2
    again = browser.post(restore, follow=True).text
    assert "There is a team of this name again" in again


@pytest.mark.parametrize("kept", ["", "7:Sales", "[1]:x"])
def test_nothing_made_up_brings_a_team(admin: User, kept: str) -> None:
    restore = f"{reverse('accounts:restore-team')}?{urlencode({'team': kept})}"
    client_of(admin).post(restore)
    assert not Team.objects.exists()


class TestUserForm:
    def data(self, user: User, **more: object) -> dict[str, object]:
        return {"username": user.username, "role": user.role, **more}

    def page(self, user: User) -> str:
        return reverse("accounts:user", args=[user.pk])

    def test_keeps_team_scopes_and_minutes(
        self, admin: User, anna: User, sales: Team
    ) -> None:
        data = self.data(
            anna,
            team=sales.pk,
            sees_records="team",
            sees_calls="own",
            sign_out_after="15",
            must_change_password="on",
        )
        answer = client_of(admin).post(self.page(anna), data, follow=True)
        assert "is in no team" not in answer.text
        anna.refresh_from_db()
        assert (anna.team, anna.sees_records, anna.sees_calls) == (
            sales,
            "team",
            "own",
        )
        assert (anna.sign_out_after, anna.must_change_password) == (15, True)
        change = SettingsChange.objects.get(kind="user")
        noted = {one["field"]: one["after"] for one in change.changes}
        assert noted["team"] == "Sales"
        assert noted["sees_records"] == "team"
        assert noted["sign_out_after"] == 15
        assert noted["must_change_password"] is True

    def test_warns_of_a_team_that_is_missing(self, admin: User, anna: User) -> None:
        data = self.data(anna, sees_records="team")
        browser = client_of(admin)
        answer = browser.post(self.page(anna), data, follow=True)
        assert "is in no team, and so sees only what is their own" in answer.text
        assert "Without a team they see only what is their own" in (
            browser.get(self.page(anna)).text
        )

    @pytest.mark.parametrize("minutes", ["-1", "1441", "soon"])
    def test_refuses_minutes_that_make_no_sense(
        self, admin: User, anna: User, minutes: str
    ) -> None:
        data = self.data(anna, sign_out_after=minutes)
        assert client_of(admin).post(self.page(anna), data).status_code == 200
        anna.refresh_from_db()
        assert anna.sign_out_after == 0

    def test_says_what_each_scope_means(self, admin: User, anna: User) -> None:
        page = client_of(admin).get(self.page(anna)).text
        for words in (
            "The records they own, and those that nobody owns.",
            "The calls that anybody of their team had a part in.",
            "Agents see the calls of their team, supervisors all.",
        ):
            assert words in page


class TestScopes:
    def test_of_roles_without_a_word_about_calls(self) -> None:
        scopes = {role: calls_scope(User(role=role)) for role in Role}
        assert scopes == {
            Role.STATISTICS: None,
            Role.AGENT: Scope.OWN,
            Role.SUPERVISOR: Scope.ALL,
            Role.ADMIN: Scope.ALL,
        }

    def test_of_admins_are_all_whatever_is_set(self) -> None:
        admin = User(role=Role.ADMIN, sees_records="own", sees_calls="own")
        assert records_scope(admin) == calls_scope(admin) == Scope.ALL

    def test_team_without_a_team_is_own(self, anna: User) -> None:
        assert within(anna, Scope.TEAM) == [anna.pk]

    @pytest.mark.parametrize(
        ("scope", "seen"),
        [
            ("own", {"own", "nobody's"}),
            ("team", {"own", "team's", "nobody's"}),
            ("all", {"own", "team's", "other's", "nobody's"}),
        ],
    )
    def test_of_records(self, sales: Team, scope: str, seen: set[str]) -> None:
        anna = person("anna", team=sales, sees_records=scope)
        mate, other = person("ben", team=sales), person("carl")
        owners = {"own": anna, "team's": mate, "other's": other, "nobody's": None}
        for name, owner in owners.items():
            Contact.objects.create(last_name=name, owner=owner)
        found = visible_records(anna, Contact.objects.all())
        assert {contact.last_name for contact in found} == seen
