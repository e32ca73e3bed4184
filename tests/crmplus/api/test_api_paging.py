"""Pages of lists: every row once, in order, whatever happens meanwhile."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from crmplus import keyset
from crmplus.records.models import Lead, Partner
from tests.support.examples import examples


class EveryRowOnce(TestCase):
    @settings(max_examples=examples(25))
    @given(
        st.lists(st.sampled_from(["a", "b", "é", "Z", ""]), max_size=12),
        st.integers(1, 5),
        st.sampled_from(["name_key", "-name_key"]),
    )
    def test_walking_on_gives_all_rows_in_order(
        self, names: list[str], size: int, order: str
    ) -> None:
        Partner.objects.bulk_create(Partner(name=name) for name in names)
        sign = "-" if order[0] == "-" else ""
        walked: list[Partner] = []
        place: str | None = None
        while place != "":
            rows, place = keyset.following(
                Partner.objects.all(), order, place or "", size
            )
            assert len(rows) <= size
            walked += rows
        assert walked == list(Partner.objects.order_by(order, f"{sign}pk"))


@pytest.mark.django_db
class TestPages:
    @pytest.fixture(autouse=True)
    def five(self) -> None:
        for name in "abcde":
            Partner.objects.create(name=f"Firma {name}")

    def walk(self, api: Client, url: str) -> list[str]:
        names = []
        while url:
            page = api.get(url).json()
            names.append("".join(one["name"][-1] for one in page["results"]))
            url = page["next"] or ""
        return names

    def test_next_leads_through_the_list_and_keeps_the_filters(
        self, api: Client
    ) -> None:
        Partner.objects.create(name="Other")
        assert self.walk(api, "/api/partners/?limit=2&q=firma") == ["ab", "cd", "e"]

    def test_a_full_last_page_is_the_last(self, api: Client) -> None:
        assert self.walk(api, "/api/partners/?limit=5") == ["abcde"]

    def test_next_is_an_address_to_open(self, api: Client) -> None:
        url = api.get("/api/partners/?limit=2").json()["next"]
        assert urlsplit(url)[:3] == ("http", "testserver", "/api/partners/")

    def test_rows_that_go_and_come_disturb_nobody(self, api: Client) -> None:
        url = api.get("/api/partners/?limit=2").json()["next"]
        for name in ("b", "c"):
            Partner.objects.get(name=f"Firma {name}").move_to_bin(job="test")
        Partner.objects.create(name="Firma a2")
        assert self.walk(api, url) == ["de"]

    def test_behind_the_end_is_nothing(self, api: Client) -> None:
        url = api.get("/api/partners/?limit=4").json()["next"]
        Partner.objects.get(name="Firma e").move_to_bin(job="test")
        assert api.get(url).json() == {"next": None, "results": []}

    def test_a_cursor_of_a_page_of_html_is_none_of_another_order(
        self, api: Client
    ) -> None:
        made = keyset.page(Partner.objects.all(), "-changed_at", QueryDict(), 2)
        cursor = made.next_url.partition("=")[2]
        assert api.get(f"/api/partners/?cursor={cursor}").status_code == 400

    def test_queries_do_not_grow(self, api: Client) -> None:
        def count() -> int:
            with CaptureQueriesContext(connection) as captured:
                assert api.get("/api/leads/").status_code == 200
            return len(captured)

        Lead.objects.create(last_name="One")
        count()
        first = count()
        for name in "abcdef":
            Lead.objects.create(last_name=name)
        assert count() == first == 2
