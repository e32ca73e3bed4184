"""The administration of users."""

from __future__ import annotations

import re
from itertools import chain

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crmplus.accounts import services
from crmplus.accounts.models import Role, Scope, Team, User
from crmplus.accounts.rights import role_required
from tests.crmplus.accounts.conftest import client_of, person

USERS = reverse("accounts:users")
NEW = reverse("accounts:new-user")
BEN = {"username": "ben", "first_name": "Ben", "email": "ben@example.com"}


def url(name: str, user: User) -> str:
    return reverse(f"accounts:{name}", args=[user.pk])


class TestList:
    def names(self, client: Client, query: str = "") -> list[str]:
        answer = client.get(USERS + query)
        return [user.username for user in answer.context["page"].rows]

    def test_finds_by_parts_of_name_and_address(self, admin, anna, karin):
        client = client_of(admin)
        assert self.names(client, "?q=schmidt+ann") == ["anna"]
        assert self.names(client, "?q=karin@exam") == ["karin"]
        assert self.names(client) == ["admin", "anna", "karin"]

    def test_says_what_to_do_when_nobody_is_found(self, admin):
        page = client_of(admin).get(USERS, {"q": "<b>nobody"}).text
        assert "Nobody found" in page
        assert "<b>nobody" not in page

    def test_is_paged_by_key_in_both_directions(self, admin):
        User.objects.bulk_create(
            User(username=f"u{number:03}") for number in range(120)
        )
        client, pages, urls, url = client_of(admin), [], [], "?"
        while url:
            page = client.get(USERS + url).context["page"]
            pages.append([user.username for user in page.rows])
            urls.append(page.previous_url)
            url = page.next_url
        assert [len(page) for page in pages] == [50, 50, 21]
        shown = [*chain(*pages)]
        assert shown == sorted({*shown})
        assert [self.names(client, url) for url in urls[1:]] == pages[:2]
        assert not urls[0]

    @pytest.mark.parametrize("name", ["q", "after", "before"])
    def test_takes_what_no_database_does(self, admin, name):
        assert client_of(admin).get(USERS, {name: "\x00adm"}).status_code == 200

    def test_takes_the_same_queries_however_long_it_is(
        self, admin, anna, django_assert_num_queries
    ):
        client = client_of(admin)
        with CaptureQueriesContext(connection) as few:
            client.get(USERS)
        sales = Team.objects.create(name="Sales")
        User.objects.bulk_create(User(username=f"u{n}", team=sales) for n in range(30))
        with django_assert_num_queries(len(few)):
            client.get(USERS)


class TestNewUser:
    def test_gets_a_one_time_password_that_is_shown_once(self, admin):
        client = client_of(admin)
        answer = client.post(NEW, {**BEN, "role": "supervisor", "language": "de"})
        password = re.search(r"\w{4}(-\w{4}){3}", answer.text)[0]
        assert "no-store" in answer["Cache-Control"]
        ben = authenticate(username="ben", password=password)
        assert (ben.role, ben.language, ben.must_change_password) == (
            "supervisor",
            "de",
            True,
        )
        assert password not in client.get(url("user", ben)).text

    def test_needs_a_name_of_their_own(self, admin, anna):
        answer = client_of(admin).post(
            NEW, {**BEN, "username": "anna", "role": "agent"}
        )
        assert "already exists" in answer.text
        assert User.objects.count() == 2

    def test_begins_with_an_empty_form(self, admin):
        assert 'name="username"' in client_of(admin).get(NEW).text


class TestEdit:
    def test_saves(self, admin, anna):
        data = {**BEN, "username": "anna", "role": "supervisor"}
        assert client_of(admin).post(url("user", anna), data).url == USERS
        anna.refresh_from_db()
        assert (anna.first_name, anna.role) == ("Ben", "supervisor")

    def test_shows_what_is_stored(self, admin, anna):
        assert 'value="Schmidt"' in client_of(admin).get(url("user", anna)).text

    def test_never_takes_the_last_administrators_role(self, admin):
        data = {"username": "admin", "role": "agent"}
        answer = client_of(admin).post(url("user", admin), data)
        assert "Nobody else can administer" in answer.text
        admin.refresh_from_db()
        assert admin.is_admin

    def test_takes_the_role_while_another_administers(self, admin):
        person("second", Role.ADMIN)
        client_of(admin).post(
            url("user", admin), {"username": "admin", "role": "agent"}
        )
        admin.refresh_from_db()
        assert not admin.is_admin

    def test_gives_a_new_one_time_password(self, admin, anna):
        before = anna.password
        answer = client_of(admin).post(url("new-password", anna))
        assert re.search(r"\w{4}(-\w{4}){3}", answer.text)
        anna.refresh_from_db()
        assert anna.password != before
        assert anna.must_change_password


class TestLockOut:
    def test_ends_all_sessions_at_once(self, admin, anna):
        theirs = client_of(anna)
        client_of(admin).post(url("set-active", anna), {"active": "0"})
        assert theirs.get("/").status_code == 302

    def test_can_be_taken_back(self, admin, anna):
        client = client_of(admin)
        client.post(url("set-active", anna), {"active": "0"})
        assert "Let in again" in client.get(url("user", anna)).text
        client.post(url("set-active", anna), {"active": "1"})
        assert client_of(anna).get("/").status_code == 200

    def test_never_hits_the_last_administrator(self, admin):
        client = client_of(admin)
        answer = client.post(url("set-active", admin), {"active": "0"}, follow=True)
        assert "Nobody else can administer" in answer.text

    def test_counts_only_administrators_who_can_sign_in(self, admin):
        person("locked", Role.ADMIN, is_active=False)
        with pytest.raises(services.LastAdministrator):
            services.deactivate(admin)

    def test_is_not_done_by_a_link(self, admin, anna):
        assert client_of(admin).get(url("set-active", anna)).status_code == 405


class TestRoles:
    @pytest.mark.parametrize(
        ("role", "may"),
        [
            ("statistics", {"statistics"}),
            ("agent", {"statistics", "agent"}),
            ("supervisor", {"statistics", "agent", "supervisor"}),
            ("admin", {"statistics", "agent", "supervisor", "admin"}),
        ],
    )
    def test_include_the_lesser_ones(self, role, may):
        user = User(role=role)
        assert {name for name in Role.values if user.has_role(name)} == may

    def test_of_a_superuser_are_all(self):
        assert User(is_superuser=True).has_role("admin")

    @pytest.mark.parametrize("name", ["users", "new-user"])
    def test_keep_agents_and_supervisors_out(self, anna, karin, name):
        page = reverse(f"accounts:{name}")
        assert client_of(anna).get(page).status_code == 403
        assert client_of(karin).get(page).status_code == 403

    def test_ask_to_sign_in_first(self, client, anna):
        for page in (USERS, NEW, url("user", anna)):
            assert client.get(page).url == f"/sign-in/?next={page}"
        assert client.post(url("set-active", anna)).status_code == 302
        assert User.objects.get().is_active

    def test_guard_functions(self, rf, anna, karin):
        @role_required(Role.SUPERVISOR)
        def view(request):
            return HttpResponse("in")

        request = rf.get("/x/")
        request.user = karin
        assert view(request).content == b"in"
        request.user = anna
        with pytest.raises(PermissionDenied):
            view(request)
        request.user = AnonymousUser()
        assert view(request).url == "/sign-in/?next=/x/"


class TestStamp:
    def test_changes_with_the_password_and_each_right(self, anna):
        stamps = [services.stamp(anna)]
        anna.set_password("x")
        for name, value in {
            "password": anna.password,
            "role": Role.ADMIN,
            "is_superuser": True,
            "is_active": False,
            "team_id": 7,
            "sees_records": Scope.OWN,
            "sees_calls": Scope.TEAM,
            "sign_out_after": 5,
            "must_change_password": True,
        }.items():
            setattr(anna, name, value)
            stamps.append(services.stamp(anna))
        assert len(set(stamps)) == len(services.STAMPED) + 1

    def test_stays_otherwise(self, anna):
        before = services.stamp(anna)
        anna.first_name, anna.theme = "Änne", "dark"
        assert services.stamp(anna) == before

    def test_reads_its_fields_only(self, anna, django_assert_num_queries):
        with django_assert_num_queries(1):
            user = User.objects.only(*services.STAMPED).get()
            services.stamp(user)


def test_one_time_passwords_differ_and_are_easy_to_read():
    passwords = {services.one_time_password() for _ in range(100)}
    assert len(passwords) == 100
    assert not set("".join(passwords)) & set("01loiIO")


def test_a_user_is_shown_by_name_or_else_by_user_name():
    assert str(User(username="anna", first_name="Anna", last_name="S")) == "Anna S"
    assert str(User(username="anna")) == "anna"
