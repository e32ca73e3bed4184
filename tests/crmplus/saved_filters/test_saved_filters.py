"""Filters under a name: whose they are, who sees them, what they stand for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from crmplus.accounts.models import Role, Team, User
from crmplus.saved_filters import services
from crmplus.saved_filters.models import ListLayout, SavedFilter
from crmplus.saved_filters.queries import canonical, canonical_text
from crmplus.saved_filters.services import (
    CannotKeepError,
    choose_columns,
    columns_of,
    keep,
    move,
    rename,
    set_default,
    set_query,
    share,
    visible_filters,
)
from crmplus.saved_filters.showing import SavedFilters, saved_filters

LIST = "records:contacts"


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna")


@pytest.fixture
def ben(db: None) -> User:
    return User.objects.create_user("ben")


@pytest.fixture
def sofia(db: None) -> User:
    return User.objects.create_user("sofia", role=Role.SUPERVISOR)


@pytest.fixture
def karin(db: None) -> User:
    return User.objects.create_user("karin", role=Role.ADMIN)


@pytest.fixture
def web(client: Client) -> Callable[[User], Client]:
    def signed_in(user: User) -> Client:
        client.force_login(user)
        return client

    return signed_in


def page(user: User, query: str = "") -> SavedFilters:
    return saved_filters(user, LIST, QueryDict(query))


def names(user: User) -> list[str]:
    return [shown.saved.name for shown in page(user).filters]


class TestQueries:
    @pytest.mark.parametrize(
        ("query", "kept"),
        [
            ("", ""),
            ("?owner=3", "owner=3"),
            ("q=&owner=&country=", ""),
            ("sort=-name&country=AT", "country=AT&sort=-name"),
            ("country=AT&after=abc&before=x&page=2&filter=9&next=/x", "country=AT"),
            ("q=a%00b&country=AT", "country=AT"),
            ("q=+a+", "q=a"),
            ("state=new&state=done", "state=done&state=new"),
            ("q=" + "x" * 3000, ""),
        ],
    )
    def test_only_what_filters_is_kept_in_one_order(
        self, query: str, kept: str
    ) -> None:
        assert canonical_text(query) == kept

    @given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=8))
    def test_what_was_kept_is_kept_again(self, pairs: list[tuple[str, str]]) -> None:
        params = QueryDict(mutable=True)
        for name, value in pairs:
            params.appendlist(name, value)
        kept = canonical(params)
        assert canonical_text(kept) == kept
        assert canonical(QueryDict(f"{kept}&after=x&filter=1")) == kept


@pytest.mark.django_db
class TestKeeping:
    def test_it_stands_behind_the_earlier_ones(self, anna: User) -> None:
        for name in ("B", "A"):
            keep(anna, LIST, name, "country=AT")
        assert names(anna) == ["B", "A"]

    @pytest.mark.parametrize(
        ("list_key", "name", "query"),
        [
            (LIST, "", "country=AT"),
            (LIST, " \x00\u200b ", "country=AT"),
            (LIST, "All", ""),
            (LIST, "All", "filter=3&after=x"),
            ("", "A", "country=AT"),
            ("../x", "A", "country=AT"),
            ("a" * 65, "A", "country=AT"),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, anna: User, list_key: str, name: str, query: str
    ) -> None:
        with pytest.raises(CannotKeepError):
            keep(anna, list_key, name, query)
        assert not SavedFilter.objects.exists()

    def test_a_name_is_one_line_of_bounded_length(self, anna: User) -> None:
        saved = keep(anna, LIST, f" My\n\x00 {'x' * 100}", "country=AT")
        assert saved.name.startswith("My xxx")
        assert len(saved.name) == 60

    def test_a_user_has_a_name_once_per_list(self, anna: User, ben: User) -> None:
        keep(anna, LIST, "A", "country=AT")
        keep(ben, LIST, "A", "country=AT")
        keep(anna, "calls", "A", "country=AT")
        other = keep(anna, LIST, "B", "country=AT")
        with pytest.raises(CannotKeepError, match="“A” already"):
            keep(anna, LIST, "A", "country=DE")
        with pytest.raises(CannotKeepError):
            rename(other, "A")
        rename(other, "B")

    def test_there_is_a_bound(
        self, anna: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(services, "MOST", 1)
        keep(anna, LIST, "A", "country=AT")
        with pytest.raises(CannotKeepError, match="Delete one first"):
            keep(anna, LIST, "B", "country=AT")

    def test_it_can_stand_for_other_filters(self, anna: User) -> None:
        saved = keep(anna, LIST, "A", "country=AT")
        set_query(saved, "?country=DE&after=x")
        saved.refresh_from_db()
        assert saved.query == "country=DE"

    def test_its_place_changes_step_by_step_and_stops_at_the_ends(
        self, anna: User
    ) -> None:
        kept = {name: keep(anna, LIST, name, "q=x") for name in "abc"}
        for name, by, order in (
            ("c", -1, "acb"),
            ("c", -1, "cab"),
            ("c", -1, "cab"),
            ("a", 1, "cba"),
            ("a", 1, "cba"),
        ):
            move(kept[name], by)
            assert "".join(names(anna)) == order


@pytest.mark.django_db
class TestSharing:
    def test_nobody_else_sees_ones_own(self, anna: User, karin: User) -> None:
        keep(anna, LIST, "A", "country=AT")
        assert names(karin) == []

    def test_all_or_the_team_see_what_is_shared(
        self, anna: User, ben: User, sofia: User
    ) -> None:
        team = Team.objects.create(name="North")
        for user in (anna, sofia):
            user.team = team
            user.save()
        share(sofia, keep(sofia, LIST, "For all", "q=a"), "all")
        share(sofia, keep(sofia, LIST, "Team", "q=b"), "team")
        assert names(anna) == ["For all", "Team"]
        assert names(ben) == ["For all"]

    def test_nobody_s_team_is_no_team(self, ben: User, sofia: User) -> None:
        share(sofia, keep(sofia, LIST, "Team", "q=b"), "team")
        assert names(ben) == []

    def test_agents_cannot_share(self, anna: User) -> None:
        with pytest.raises(CannotKeepError):
            share(anna, keep(anna, LIST, "A", "q=a"), "all")

    def test_who_was_a_supervisor_takes_back_what_they_shared(
        self, sofia: User
    ) -> None:
        saved = keep(sofia, LIST, "For all", "q=a")
        share(sofia, saved, "all")
        sofia.role = Role.AGENT
        share(sofia, saved, "")
        assert saved.shared == ""

    def test_only_known_words_share(self, sofia: User) -> None:
        with pytest.raises(CannotKeepError):
            share(sofia, keep(sofia, LIST, "A", "q=a"), "world")

    def test_ones_own_come_first(self, anna: User, sofia: User) -> None:
        share(sofia, keep(sofia, LIST, "A", "q=a"), "all")
        keep(anna, LIST, "Z", "q=z")
        assert names(anna) == ["Z", "A"]


@pytest.mark.django_db
class TestShowing:
    def test_what_the_list_shows_is_marked(self, anna: User) -> None:
        saved = keep(anna, LIST, "A", "country=AT&sort=-name")
        shown = page(anna, "sort=-name&country=AT&q=&after=x")
        assert shown.current is not None
        assert shown.current.saved == saved
        assert (shown.changed, shown.can_save) == (False, False)

    def test_other_filters_can_be_saved_or_changed(self, anna: User) -> None:
        saved = keep(anna, LIST, "A", "country=AT")
        shown = page(anna, f"country=DE&filter={saved.pk}")
        assert shown.current is not None
        assert shown.current.saved == saved
        assert (shown.changed, shown.can_save) == (True, True)
        assert shown.query == "country=DE"

    @pytest.mark.parametrize("came_from", ["x", "-1", "0", "9" * 30, "%00", "all"])
    def test_nonsense_for_a_filter_is_none(self, anna: User, came_from: str) -> None:
        assert page(anna, f"country=DE&filter={came_from}").current is None

    def test_the_list_of_all_offers_nothing_to_save(self, anna: User) -> None:
        assert not page(anna).can_save
        assert not page(anna, "filter=all").can_save

    def test_the_bare_address_leads_to_the_default(self, anna: User, ben: User) -> None:
        saved = keep(anna, LIST, "A", "country=AT")
        assert page(anna).start_url == ""
        set_default(anna, LIST, saved)
        assert page(anna).start_url == f"./?country=AT&filter={saved.pk}"
        assert page(anna, "filter=all").start_url == ""
        assert page(anna, "q=").start_url == ""
        assert page(ben).start_url == ""
        set_default(anna, LIST, None)
        assert page(anna).start_url == ""

    def test_a_default_that_one_may_no_longer_use_is_none(
        self, anna: User, sofia: User
    ) -> None:
        saved = keep(sofia, LIST, "A", "country=AT")
        share(sofia, saved, "all")
        set_default(anna, LIST, saved)
        assert page(anna).start_url
        share(sofia, saved, "")
        assert page(anna).start_url == ""

    def test_many_stand_in_a_menu(self, anna: User) -> None:
        kept = [keep(anna, LIST, f"N{n}", f"q={n}") for n in range(9)]
        shown = page(anna, "q=8")
        assert [s.saved for s in shown.pills] == [*kept[:6], kept[8]]
        assert [s.saved for s in shown.more] == kept[6:8]

    def test_it_costs_two_queries_however_many_there_are(
        self,
        anna: User,
        sofia: User,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for n in range(8):
            share(sofia, keep(sofia, LIST, f"N{n}", f"q={n}"), "all")
        with django_assert_num_queries(2):
            page(anna, "q=1")


@pytest.mark.django_db
class TestPages:
    def post(self, web: Client, url: str, **data: Any) -> Any:
        return web.post(f"/saved-filters/{url}", {"next": "/contacts/?q=x", **data})

    def test_saving_shows_the_list_by_it(
        self, anna: User, web: Callable[[User], Client]
    ) -> None:
        answer = self.post(
            web(anna), "", list_key=LIST, name="A", query="country=AT&after=x"
        )
        saved = SavedFilter.objects.get()
        assert answer.url == f"/contacts/?country=AT&filter={saved.pk}"
        assert (saved.user, saved.shared) == (anna, "")

    def test_a_refusal_is_told(self, anna: User, web: Callable[[User], Client]) -> None:
        client = web(anna)
        answer = self.post(client, "", list_key=LIST, name="", query="country=AT")
        assert answer.url == "/contacts/?q=x"
        assert b"Give the filter a name." in client.get(answer.url).content

    def test_what_may_not_be_shared_is_not_saved_either(
        self, anna: User, web: Callable[[User], Client]
    ) -> None:
        data = {"list_key": LIST, "name": "A", "query": "country=AT"}
        self.post(web(anna), "", **data, shared="all")
        assert not SavedFilter.objects.exists()

    def test_it_leads_to_no_other_host(
        self, anna: User, web: Callable[[User], Client]
    ) -> None:
        answer = web(anna).post(
            "/saved-filters/",
            {"list_key": LIST, "name": "A", "query": "q=a", "next": "//evil.example/"},
        )
        assert answer.url.startswith("/?q=a")

    @pytest.mark.parametrize(
        ("data", "field", "value"),
        [
            ({"act": "rename", "name": "B"}, "name", "B"),
            ({"act": "share", "shared": "all"}, "shared", "all"),
            ({"act": "query", "query": "country=DE"}, "query", "country=DE"),
            ({"act": "later"}, "place", 1),
        ],
    )
    def test_its_owner_changes_it(
        self,
        sofia: User,
        web: Callable[[User], Client],
        data: dict[str, str],
        field: str,
        value: object,
    ) -> None:
        saved = keep(sofia, LIST, "A", "country=AT")
        keep(sofia, LIST, "Other", "q=a")
        assert self.post(web(sofia), f"{saved.pk}/", **data).status_code == 302
        saved.refresh_from_db()
        assert getattr(saved, field) == value

    @pytest.mark.parametrize("url", ["", "delete/"])
    def test_nobody_else_does_but_an_admin_with_what_is_shared(
        self,
        ben: User,
        sofia: User,
        karin: User,
        web: Callable[[User], Client],
        url: str,
    ) -> None:
        saved = keep(sofia, LIST, "A", "country=AT")
        data = {"act": "rename", "name": "B"}
        url = f"{saved.pk}/{url}"
        assert self.post(web(ben), url, **data).status_code == 404
        assert self.post(web(karin), url, **data).status_code == 404
        share(sofia, saved, "all")
        assert self.post(web(ben), url, **data).status_code == 404
        assert self.post(web(karin), url, **data).status_code == 302

    def test_an_unknown_act_is_not_found(
        self, anna: User, web: Callable[[User], Client]
    ) -> None:
        saved = keep(anna, LIST, "A", "country=AT")
        assert self.post(web(anna), f"{saved.pk}/", act="x").status_code == 404

    def test_deleting_can_be_undone(
        self, anna: User, web: Callable[[User], Client]
    ) -> None:
        saved = keep(anna, LIST, "A", "country=AT")
        set_default(anna, LIST, saved)
        client = web(anna)
        answer = self.post(client, f"{saved.pk}/delete/")
        assert not visible_filters(anna).exists()
        page_ = client.get(answer.url).content.decode()
        undo = f"/recycle-bin/saved-filters/{saved.pk}/restore/"
        assert undo in page_
        client.post(undo)
        assert names(anna) == ["A"]

    def test_the_bin_shows_it_to_nobody_else(
        self, anna: User, karin: User, web: Callable[[User], Client]
    ) -> None:
        saved = keep(anna, LIST, "A", "country=AT")
        saved.move_to_bin(by=anna)
        url = f"/recycle-bin/saved-filters/{saved.pk}/restore/"
        assert web(karin).post(url).status_code == 404

    def test_a_default_is_chosen_and_given_up(
        self, anna: User, sofia: User, web: Callable[[User], Client]
    ) -> None:
        saved = keep(sofia, LIST, "A", "country=AT")
        client = web(anna)
        url = f"{saved.pk}/default/"
        assert self.post(client, url, on="1").status_code == 404
        share(sofia, saved, "all")
        self.post(client, url, on="1")
        url_of_list = f"./?country=AT&filter={saved.pk}"
        assert client.get("/contacts/").url == url_of_list
        assert client.get("/contacts/", follow=True).status_code == 200
        self.post(client, url)
        assert client.get("/contacts/").status_code == 200

    @pytest.mark.parametrize("url", ["", "1/", "1/delete/", "1/default/"])
    def test_they_are_posts_of_people_who_see_records(
        self, db: None, web: Callable[[User], Client], url: str
    ) -> None:
        counting = User.objects.create_user("carl", role=Role.STATISTICS)
        assert Client().post(f"/saved-filters/{url}").status_code == 302
        client = web(counting)
        assert client.post(f"/saved-filters/{url}").status_code in {403, 404}
        assert client.get(f"/saved-filters/{url}").status_code in {403, 404, 405}
        assert not ListLayout.objects.exists()


@pytest.mark.django_db
def test_columns_are_kept_for_a_user_and_a_list(anna: User, ben: User) -> None:
    saved = keep(anna, LIST, "A", "country=AT")
    set_default(anna, LIST, saved)
    choose_columns(anna, LIST, ["phone", "city"])
    assert columns_of(anna, LIST) == ["phone", "city"]
    assert columns_of(anna, "calls") == columns_of(ben, LIST) == []
    assert page(anna).start_url
    choose_columns(anna, LIST, [])
    assert columns_of(anna, LIST) == []
