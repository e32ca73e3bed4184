"""Lists of records in every order, with every filter, for whoever may see them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from crmplus import keyset
from crmplus.accounts.models import Role, Scope, Team, User
from crmplus.accounts.visibility import visible_records
from crmplus.records import narrowing
from crmplus.records.columns import orders
from crmplus.records.filters import ListForm
from crmplus.records.models import Contact, Lead, Organisation, Partner
from crmplus.records.types import CONTACTS, LEADS, PARTNERS, TYPES
from tests.support.examples import examples

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
CITIES = ["Berlin", "berlin", "Öhringen", "Zürich", ""]


def shown(web: Client, url: str) -> list[str]:
    return [record.title for record, _ in web.get(url).context["rows"]]


def walk(form: Callable[[QueryDict], ListForm], query: str, size: int) -> list[Any]:
    """All records of all pages, by their links."""
    found: list[Any] = []
    url = f"?{query}"
    while url:
        params = QueryDict(url[1:])
        wanted = form(params)
        page = keyset.page(wanted.rows(), wanted.order, params, size)
        found += page.rows
        url = page.next_url
    return found


class EverybodyOnce(TestCase):
    """Whatever the order, the filters and what one may see."""

    @hypothesis_settings(max_examples=examples(60))
    @given(
        rows=st.lists(
            st.tuples(
                st.sampled_from(["anna", "ben", "Özil", "Zoe"]),
                st.sampled_from(CITIES),
                st.sampled_from(["DE", "AT", ""]),
                st.integers(0, 3),  # the owner
                st.integers(0, 2),  # the organisation
                st.integers(0, 5),  # the day
            ),
            max_size=14,
        ),
        query=st.fixed_dictionaries(
            {
                "sort": st.sampled_from(
                    [f"{s}{key}" for s in ("", "-") for key in orders(CONTACTS)]
                ),
                "owner": st.sampled_from(["", "me", "none"]),
                "country": st.sampled_from(["", "DE", "AT"]),
                "city": st.sampled_from(["", "BER", "o", "ö"]),
                "created_from": st.sampled_from(["", "2026-01-02"]),
                "created_to": st.sampled_from(["", "2026-01-03"]),
                "q": st.sampled_from(["", "a", "z", "oe", "anna"]),
            }
        ),
        scope=st.sampled_from(list(Scope)),
        few=st.integers(0, 5),
        size=st.integers(1, 4),
    )
    def test_pages_hold_every_visible_row_once_and_in_order(
        self,
        rows: list[tuple[str, str, str, int, int, int]],
        query: dict[str, str],
        scope: Scope,
        few: int,
        size: int,
    ) -> None:
        team = Team.objects.create(name="T")
        anna, ben, cleo = (
            User.objects.create(username=name, sees_records=scope, team=group)
            for name, group in (("anna", team), ("ben", team), ("cleo", None))
        )
        owners = [None, anna, ben, cleo]
        firms = [None, *(Organisation.objects.create(name=n) for n in ("Z AG", "Aä"))]
        for name, city, country, owner, firm, day in rows:
            made = Contact.objects.create(
                last_name=name,
                city=city,
                country=country,
                owner=owners[owner],
                organisation=firms[firm],
            )
            at = BEGUN + timedelta(days=day)
            Contact.objects.filter(pk=made.pk).update(created_at=at)
        text = "&".join(f"{name}={value}" for name, value in query.items())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(narrowing, "FEW", few)
            found = walk(lambda params: ListForm(CONTACTS, params, anna), text, size)
            form = ListForm(CONTACTS, QueryDict(text), anna)
            assert set(form.all_rows()) == set(found)
        assert found == expected(anna, query, form.order)


def expected(user: User, query: dict[str, str], order: str) -> list[Contact]:
    """The same, as Python filters and the database sorts."""
    sign = "-" if order.startswith("-") else ""
    rows = visible_records(user, Contact.objects.order_by(order, f"{sign}pk"))
    return [row for row in rows if passes(user, query, row)]


def passes(user: User, query: dict[str, str], row: Contact) -> bool:
    owner = {"me": user.pk, "none": None}.get(query["owner"], row.owner_id)
    city = {"BER": "ber", "o": "o", "ö": "o", "": ""}[query["city"]]
    text = {"oe": ("oe", "o")}.get(query["q"], (query["q"],))
    day = row.created_at.date().isoformat()
    return (
        row.owner_id == owner
        and query["country"] in {"", row.country}
        and row.city_key.startswith(city)
        and day >= query["created_from"]
        and (not query["created_to"] or day <= query["created_to"])
        and row.name_key.startswith(text)
    )


@pytest.mark.django_db
class TestOrders:
    def test_each_column_sorts_both_ways(self, web: Client) -> None:
        firms = {n: Organisation.objects.create(name=n) for n in ("Äpfel", "Birnen")}
        for name, firm, city in (
            ("A", "Birnen", "Zürich"),
            ("B", "Äpfel", "Öhringen"),
            ("C", None, ""),
        ):
            Contact.objects.create(
                last_name=name, organisation=firms.get(firm or ""), city=city
            )
        for sort, order in {
            "name": "ABC",
            "-name": "CBA",
            "organisation": "BAC",
            "-organisation": "CAB",
            "city": "BAC",
            "-city": "CAB",
            "created": "CBA",
            "-created": "ABC",
            "changed": "CBA",
            "-changed": "ABC",
        }.items():
            assert "".join(shown(web, f"/contacts/?sort={sort}")) == order, sort

    def test_a_lead_is_sorted_by_its_company(self, web: Client) -> None:
        for name, company in (("A", "Z"), ("B", ""), ("C", "b")):
            Lead.objects.create(last_name=name, company=company)
        assert shown(web, "/leads/?sort=organisation") == ["C", "A", "B"]

    def test_a_contact_follows_its_organisation(self, web: Client) -> None:
        firm, other = (Organisation.objects.create(name=name) for name in ("A", "M"))
        Contact.objects.create(last_name="One", organisation=firm)
        two = Contact.objects.create(last_name="Two", organisation=other)
        assert shown(web, "/contacts/?sort=organisation") == ["One", "Two"]
        firm.name = "Z"
        firm.save()
        assert shown(web, "/contacts/?sort=organisation") == ["Two", "One"]
        two.organisation = None
        two.save(update_fields=["organisation"])
        assert shown(web, "/contacts/?sort=organisation") == ["One", "Two"]

    def test_the_head_says_how_it_is_sorted_and_turns_it(self, web: Client) -> None:
        Partner.objects.create(name="A")
        page = web.get("/partners/?sort=city&country=&after=x").content.decode()
        heads = re.findall(r'aria-sort="(\w+)"\s*>\s*<a [^>]*href="([^"]*)"', page)
        assert heads == [
            ("none", "?country="),
            ("ascending", "?country=&amp;sort=-city"),
            ("none", "?country=&amp;sort=changed"),
        ]
        page = web.get("/partners/?sort=changed").content.decode()
        assert 'aria-sort="descending"' in page
        assert 'href="?sort=-changed"' in page

    @pytest.mark.parametrize(
        "sort", ["password", "-", "--name", "owner", "name_key", "%00", "x" * 99]
    )
    def test_any_other_order_is_that_of_the_names(self, web: Client, sort: str) -> None:
        for name in "BA":
            Partner.objects.create(name=name)
        assert shown(web, f"/partners/?sort={sort}") == ["A", "B"]

    def test_an_order_that_is_not_to_be_seen_is_told(self, web: Client) -> None:
        Contact.objects.create(last_name="A")
        page = web.get("/contacts/?sort=city")
        assert [(c.label, c.value) for c in page.context["chips"]] == [
            ("Sorted by", "City")
        ]
        assert web.get("/contacts/?sort=changed").context["chips"] == []


@pytest.mark.django_db
class TestFilters:
    def test_mine_and_nobodys(self, web: Client, anna: User, ben: User) -> None:
        for name, owner in (("A", anna), ("B", ben), ("C", None)):
            Partner.objects.create(name=name, owner=owner)
        assert shown(web, "/partners/?owner=me") == ["A"]
        assert shown(web, "/partners/?owner=none") == ["C"]
        assert shown(web, f"/partners/?owner={ben.pk}") == ["B"]
        chips = web.get("/partners/?owner=me").context["chips"]
        assert [(chip.label, chip.value) for chip in chips] == [("Owner", "Mine")]

    def test_a_city_is_found_by_its_beginning(self, web: Client) -> None:
        for name, city in (("A", "Öhringen"), ("B", "Ohlsdorf"), ("C", "Bad Ohl")):
            Partner.objects.create(name=name, city=city)
        assert shown(web, "/partners/?city=OH") == ["A", "B"]

    def test_a_day_is_one_of_the_users_zone(self, web: Client, anna: User) -> None:
        anna.time_zone = "Europe/Berlin"
        anna.save()
        for name, hour in (("A", 22), ("B", 23)):
            made = Partner.objects.create(name=name)
            at = datetime(2026, 1, 1, hour, 30, tzinfo=UTC)
            Partner.objects.filter(pk=made.pk).update(created_at=at)
        assert shown(web, "/partners/?created_from=2026-01-02") == ["B"]
        assert shown(web, "/partners/?created_to=2026-01-01") == ["A"]

    @pytest.mark.parametrize(
        "query",
        [
            "created_from=0001-01-01",
            "created_to=9999-12-31",
            "created_from=x",
            "created_to=2026-02-30",
            "created_from=2026-01-01T00:00",
            "city=%00",
            "city=!!!",
            f"city={'x' * 200}",
            "owner=-1",
            "owner=me&owner=x",
            "owner=None",
            "menu=columns",
            "menu=x&filter=x",
        ],
    )
    def test_nonsense_is_left_out(self, web: Client, query: str) -> None:
        Partner.objects.create(name="A", city="Berlin")
        assert shown(web, f"/partners/?{query}") == ["A"]

    def test_an_organisation_that_one_may_not_see_is_not_named(
        self, web: Client, anna: User, ben: User
    ) -> None:
        anna.sees_records = Scope.OWN
        anna.save()
        secret = Organisation.objects.create(name="Secret Ltd", owner=ben)
        Contact.objects.create(last_name="A", organisation=secret, owner=ben)
        page = web.get(f"/contacts/?organisation={secret.pk}")
        assert b"Secret" not in page.content
        assert page.context["chips"] == []


@pytest.mark.django_db
class TestWhoSeesIt:
    @pytest.mark.parametrize(
        ("scope", "names"), [("all", "ABC"), ("own", "AC"), ("team", "AC")]
    )
    @pytest.mark.parametrize("query", ["", "sort=city", "q=a", "q=abc", "owner=none"])
    def test_only_what_is_in_scope(
        self, web: Client, anna: User, ben: User, scope: str, names: str, query: str
    ) -> None:
        anna.sees_records = Scope(scope)
        anna.save()
        for name, owner in (("A", anna), ("B", ben), ("C", None)):
            Partner.objects.create(name=f"{name}bc", owner=owner)
        found = shown(web, f"/partners/?{query}")
        assert {name[0] for name in found} <= set(names)
        if not query or "sort" in query:
            assert [name[0] for name in found] == list(names)

    @pytest.mark.parametrize("url", ["", "count/"])
    def test_who_sees_figures_alone_sees_no_list(self, anna: User, url: str) -> None:
        anna.role = Role.STATISTICS
        anna.save()
        Partner.objects.create(name="A")
        client = Client()
        client.force_login(anna)
        assert client.get(f"/partners/{url}").status_code in {403, 404}
        form = ListForm(PARTNERS, QueryDict(), anna)
        assert not form.rows().exists()
        assert not form.all_rows().exists()


@pytest.mark.django_db
class TestCount:
    def test_it_counts_what_the_filters_find(self, web: Client, anna: User) -> None:
        for name in "ABC":
            Partner.objects.create(name=name, owner=anna if name == "A" else None)
        url = "/partners/count/"
        assert web.get(url).json() == {"text": "All that these filters find: 3"}
        assert web.get(f"{url}?owner=me").json()["text"].endswith("find: 1")

    def test_it_stops_at_a_bound(
        self, web: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("crmplus.records.list_views.MOST_COUNTED", 2)
        for name in "ABC":
            Partner.objects.create(name=name)
        assert web.get("/partners/count/").json() == {
            "text": "All that these filters find: 2+"
        }


@pytest.mark.django_db
class TestColumns:
    @pytest.mark.parametrize("key", TYPES)
    def test_a_list_proposes_columns(self, web: Client, key: str) -> None:
        model = TYPES[key].model
        record = model(email="a@example.org")
        setattr(record, model.named_by()[0], "A")
        record.save()
        keys = [column.key for column in web.get(f"/{key}/").context["columns"]]
        first = "organisation" if TYPES[key].is_person else "city"
        assert keys == [first, "phone", "email", "owner", "changed"]

    def choose(self, web: Client, **data: Any) -> list[str]:
        web.post("/contacts/columns/", data)
        page = web.get("/contacts/")
        return [column.key for column in page.context["columns"]]

    def test_one_chooses_them_in_any_order_and_goes_back(
        self, web: Client, ben: User
    ) -> None:
        person = Contact.objects.create(
            last_name="A", mobile="+49171 1234567", position="CEO", country="AT"
        )
        wanted = ["country", "mobile", "position", "created"]
        assert self.choose(web, column=wanted) == wanted
        page = web.get("/contacts/").content.decode()
        assert "Austria" in page
        assert 'data-dial="+491711234567"' in page
        assert "CEO" in page
        assert page.count(f'datetime="{person.created_at:%Y-%m-%d}') == 1
        other = Client()
        other.force_login(ben)
        assert other.get("/contacts/").context["columns"][0].key == "organisation"
        assert web.get("/leads/").context["columns"][0].key == "organisation"
        assert self.choose(web, reset="1")[0] == "organisation"

    @pytest.mark.parametrize(
        ("data", "keys"),
        [
            ({"up": "city"}, ["city", "phone", "email"]),
            ({"down": "phone"}, ["city", "phone", "email"]),
            ({"up": "phone"}, ["phone", "city", "email"]),
            ({"down": "email"}, ["phone", "city", "email"]),
            ({"up": "owner"}, ["phone", "city", "email"]),
            ({"up": "<x>"}, ["phone", "city", "email"]),
        ],
    )
    def test_without_scripts_they_move_by_buttons(
        self, web: Client, data: dict[str, str], keys: list[str]
    ) -> None:
        columns = ["phone", "city", "email"]
        answer = web.post(
            "/contacts/columns/", {"column": columns, "next": "/contacts/?q=a", **data}
        )
        assert answer.url == "/contacts/?q=a&menu=columns"
        page = web.get(answer.url)
        assert [column.key for column in page.context["columns"]] == keys
        assert page.context["columns_open"]

    @pytest.mark.parametrize(
        "columns", [[], ["x", "<script>", "password"], ["\x00"], ["x" * 9999]]
    )
    def test_nonsense_is_what_the_list_proposes(
        self, web: Client, columns: list[str]
    ) -> None:
        assert self.choose(web, column=columns)[0] == "organisation"

    def test_what_is_chosen_twice_is_there_once(self, web: Client) -> None:
        assert self.choose(web, column=["city", "city"]) == ["city"]

    def test_small_windows_show_the_four_that_say_the_most(self, web: Client) -> None:
        self.choose(web, column=["created", "owner", "city", "email", "phone"])
        columns = web.get("/contacts/").context["columns"]
        assert [column.key for column in columns if column.wide_only] == ["created"]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="plans are those of SQLite")
class TestPlans:
    @pytest.mark.parametrize("sign", ["", "-"])
    @pytest.mark.parametrize(
        ("query", "index"),
        [
            ("sort={}name", "name"),
            ("sort={}organisation", "firm"),
            ("sort={}city", "city"),
            ("sort={}created", "created"),
            ("sort={}changed", "changed"),
            ("sort={}name&owner=me", "owner"),
            ("sort={}changed&owner=me", "mine"),
            ("sort={}created&owner=none", "mine_new"),
            ("sort={}name&country=DE", "country"),
            ("sort={}city&city=ber", "city"),
            ("sort={}created&created_from=2026-01-01", "created"),
        ],
    )
    def test_an_index_gives_the_order(
        self, anna: User, query: str, index: str, sign: str
    ) -> None:
        plan = self.plan(anna, query.format(sign))
        assert f"USING INDEX records_contact_{index} " in f"{plan} "
        assert "USE TEMP B-TREE" not in plan

    @pytest.mark.parametrize(
        "query",
        [
            "sort=city&owner=me",
            "sort=changed&country=DE",
            "sort=name&created_from=2026-01-01",
            "sort=created&city=ber",
            "sort=city&q=m",
        ],
    )
    @pytest.mark.parametrize("scope", [Scope.OWN, Scope.ALL])
    def test_where_many_pass_a_filter_the_order_is_read(
        self, anna: User, monkeypatch: pytest.MonkeyPatch, query: str, scope: Scope
    ) -> None:
        monkeypatch.setattr(narrowing, "FEW", 0)
        anna.sees_records = scope
        Contact.objects.create(
            last_name="Muster", city="Berlin", country="DE", owner=anna
        )
        plan = self.plan(anna, query)
        assert "SCAN records_contact USING INDEX records_contact_" in plan
        assert "USE TEMP B-TREE" not in plan

    def test_where_few_do_they_are_looked_up(self, anna: User) -> None:
        Contact.objects.create(last_name="A", country="DE")
        assert "USING INTEGER PRIMARY KEY" in self.plan(anna, "sort=city&country=DE")

    def plan(self, user: User, query: str) -> str:
        params = QueryDict(query)
        form = ListForm(CONTACTS, params, user)
        order = form.order
        pk = "-pk" if order.startswith("-") else "pk"
        plan = form.rows().order_by(order, pk)[:51].explain()
        return plan.replace("\n", " ")


def test_leads_have_all_orders_that_contacts_have() -> None:
    assert set(orders(LEADS)) == set(orders(CONTACTS))
    assert "organisation" not in orders(PARTNERS)
