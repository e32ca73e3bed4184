from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from crmplus import keyset
from crmplus.records.models import Partner
from tests.support.examples import examples


def partners() -> QuerySet[Partner]:
    return Partner.objects.all()


def names(page: keyset.Page[Partner]) -> list[str]:
    return [partner.name for partner in page.rows]


def walk(order: str, size: int) -> list[list[Partner]]:
    """All pages from the first to the last, by their links."""
    pages, url = [], "?"
    while url:
        page = keyset.page(partners(), order, QueryDict(url[1:]), size)
        pages.append(list(page.rows))
        url = page.next_url
    return pages


class EveryRowOnce(TestCase):
    @hypothesis_settings(max_examples=examples(25))
    @given(
        st.lists(st.sampled_from(["a", "b", "é", "Z", ""]), max_size=16),
        st.integers(1, 5),
        st.sampled_from(["name_key", "-name_key"]),
    )
    def test_pages_hold_every_row_once_and_in_order(
        self, keys: list[str], size: int, order: str
    ) -> None:
        Partner.objects.bulk_create(Partner(name=name) for name in keys)
        sign = "-" if order[0] == "-" else ""
        expected = list(partners().order_by(order, f"{sign}pk"))
        pages = walk(order, size)
        assert [row for page in pages for row in page] == expected
        assert all(len(page) == size for page in pages[:-1])


@pytest.mark.django_db
class TestPages:
    @pytest.fixture(autouse=True)
    def five(self) -> None:
        for name in "abcde":
            Partner.objects.create(name=name)

    def page(self, url: str) -> keyset.Page[Partner]:
        return keyset.page(partners(), "name_key", QueryDict(url[1:]), 2)

    def test_one_goes_forth_and_back(self) -> None:
        first = self.page("?")
        second = self.page(first.next_url)
        third = self.page(second.next_url)
        assert [names(page) for page in (first, second, third)] == [
            ["a", "b"],
            ["c", "d"],
            ["e"],
        ]
        assert names(self.page(third.previous_url)) == ["c", "d"]
        assert names(self.page(self.page(third.previous_url).previous_url)) == [
            "a",
            "b",
        ]

    def test_the_ends_have_no_links(self) -> None:
        assert self.page("?").previous_url == ""
        last = self.page(self.page(self.page("?").next_url).next_url)
        assert last.next_url == ""
        assert last.previous_url

    def test_going_back_always_ends_with_a_full_first_page(self) -> None:
        second = self.page(self.page("?").next_url)
        Partner.objects.get(name="a").delete()
        back = self.page(second.previous_url)
        assert names(back) == ["b", "c"]
        assert back.previous_url == ""

    def test_a_page_that_no_longer_exists_is_the_first_one(self) -> None:
        third = self.page(self.page("?").next_url).next_url
        Partner.objects.get(name="e").delete()
        assert names(self.page(third)) == ["a", "b"]

    def test_other_parameters_stay(self) -> None:
        page = keyset.page(partners(), "name_key", QueryDict("q=x&before=1"), 2)
        assert page.next_url.startswith("?q=x&after=")

    @pytest.mark.parametrize(
        "place", ["x", "", "WyJuYW1lX2tleSIsImMiLDNd", "\x00", "ä:b"]
    )
    def test_what_is_no_place_shows_the_first_page(self, place: str) -> None:
        params = QueryDict(mutable=True)
        params["after"] = params["before"] = place
        assert names(keyset.page(partners(), "name_key", params, 2)) == ["a", "b"]

    def test_a_place_in_another_order_is_none(self) -> None:
        params = QueryDict(self.page("?").next_url[1:])
        by_change = keyset.page(partners(), "-changed_at", params, 2)
        assert names(by_change) == ["e", "d"]

    def test_equal_rows_in_front_of_the_place_are_not_read(self) -> None:
        Partner.objects.update(name_key="a")
        second = self.page(self.page("?").next_url)
        with CaptureQueriesContext(connection) as queries:
            third = self.page(second.next_url)
        assert names(third) == ["e"]
        assert len(queries) == 2
        assert not any(" OR " in query["sql"] for query in queries)

    def test_times_keep_their_microseconds(self) -> None:
        now = timezone.now()
        for number, partner in enumerate(partners().order_by("pk")):
            at = now + timedelta(microseconds=number)
            Partner.objects.filter(pk=partner.pk).update(changed_at=at)
        pages = walk("-changed_at", 1)
        assert [row.name for page in pages for row in page] == list("edcba")
