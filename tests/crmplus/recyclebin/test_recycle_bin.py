from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.core.signing import Signer
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from crmplus import hooks
from crmplus.accounts.models import Role, User
from crmplus.records.models import Contact, Lead, Partner, Supplier
from crmplus.recyclebin.listing import Listing, listing
from tests.support.examples import examples

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOSTILE = '"><script>alert(1)</script>'
KINDS = {"leads": Lead, "partners": Partner, "suppliers": Supplier}


def kinds() -> list[hooks.BinType]:
    return [kind for kind in hooks.registered(hooks.BinType) if kind.key in KINDS]


def delete(key: str, name: str, minute: int, job: str = "test") -> None:
    """Put an entry into the bin at a minute after noon."""
    model = KINDS[key]
    model.objects.create(
        **{"last_name" if model is Lead else "name": name},
        deleted_at=NOON + timedelta(minutes=minute),
        deleted_by_job=job,
    )


def titles(found: Listing) -> list[str]:
    return [item.title for item in found.items]


def walk(size: int) -> list[Sequence[str]]:
    """The titles of all pages, forth by their links."""
    pages, url = [], "?"
    while url:
        found = listing(User(), kinds(), QueryDict(url[1:]), size)
        pages.append(titles(found))
        url = found.next_url
    return pages


@pytest.mark.thorough
class EveryEntryOnce(TestCase):
    @hypothesis_settings(max_examples=examples(25))
    @given(
        st.lists(
            st.tuples(st.sampled_from(sorted(KINDS)), st.integers(0, 3)), max_size=12
        ),
        st.integers(1, 5),
    )
    def test_pages_hold_every_entry_once_forth_and_back(
        self, deleted: list[tuple[str, int]], size: int
    ) -> None:
        for number, (key, minute) in enumerate(deleted):
            delete(key, f"{minute} {number}", minute)
        pages = walk(size)
        seen = [title for page in pages for title in page]
        assert sorted(seen) == sorted(f"{m} {n}" for n, (_, m) in enumerate(deleted))
        minutes = [title.split()[0] for title in seen]
        assert minutes == sorted(minutes, reverse=True)
        self.walk_back(pages, size)

    def walk_back(self, pages: list[Sequence[str]], size: int) -> None:
        url = "?"
        for _ in pages[1:]:
            url = listing(User(), kinds(), QueryDict(url[1:]), size).next_url
        for page in reversed(pages):
            found = listing(User(), kinds(), QueryDict(url[1:]), size)
            assert titles(found) == page
            url = found.previous_url
        assert url == ""


@pytest.mark.django_db
class TestPlaces:
    @pytest.fixture(autouse=True)
    def three(self) -> None:
        for minute, name in enumerate("abc"):
            delete("partners", name, minute)

    @pytest.mark.parametrize("name", ["after", "before"])
    def test_what_is_no_place_shows_the_newest(self, name: str) -> None:
        signer = Signer(salt="crmplus.recyclebin.listing")
        unknown = signer.sign_object([NOON.isoformat(), "nobody", 1])
        for place in ("x", "", unknown):
            params = QueryDict(mutable=True)
            params[name] = place
            assert titles(listing(User(), kinds(), params, 2)) == ["c", "b"]

    def test_going_back_ends_with_a_full_first_page(self) -> None:
        second = listing(User(), kinds(), QueryDict(""), 2).next_url
        back = listing(User(), kinds(), QueryDict(second[1:]), 2).previous_url
        Partner.all_objects.get(name="c").restore()
        assert titles(listing(User(), kinds(), QueryDict(back[1:]), 2)) == ["b", "a"]

    def test_a_page_that_is_gone_shows_the_newest(self) -> None:
        url = listing(User(), kinds(), QueryDict(""), 2).next_url
        Partner.all_objects.get(name="a").restore()
        assert titles(listing(User(), kinds(), QueryDict(url[1:]), 2)) == ["c", "b"]


def test_it_says_what_was_deleted_by_whom_and_when(web: Client, anna: User) -> None:
    Contact.objects.create(first_name="Ben", last_name=HOSTILE).move_to_bin(by=anna)
    delete("partners", "Muster", 0, job="PBX Clean Up")
    page = web.get("/recycle-bin/")
    rows = [
        (item.title, str(item.kind.label), item.deleted_by)
        for item in page.context["listing"].items
    ]
    assert rows == [
        (f"Ben {HOSTILE}", "Contact", "Anna Berger"),
        ("Muster", "Partner", "PBX Clean Up"),
    ]
    assert b"<script>alert" not in page.content


def test_its_modules_are_called_as_in_the_bar(web: Client) -> None:
    page = web.get("/recycle-bin/").text
    for name in ("Contacts", "Organisations", "Calls", "Tickets"):
        assert f'<span class="bin-kind">{name}</span>' in page


def test_one_type_can_be_shown_alone(web: Client) -> None:
    delete("partners", "P", 0)
    delete("leads", "L", 1)
    assert titles(web.get("/recycle-bin/?type=leads").context["listing"]) == ["L"]
    assert titles(web.get("/recycle-bin/?type=x").context["listing"]) == ["L", "P"]


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("/recycle-bin/", b"The recycle bin is empty"),
        ("/recycle-bin/?type=leads", b"Nothing of this type is deleted"),
    ],
)
def test_an_empty_bin_says_so(web: Client, url: str, text: bytes) -> None:
    assert text in web.get(url).content


def test_an_entry_is_restored_and_one_stays_where_one_was(web: Client) -> None:
    delete("partners", "Muster", 0)
    pk = Partner.all_objects.get().pk
    where = "/recycle-bin/?type=partners"
    answer = web.post(
        f"/recycle-bin/partners/{pk}/restore/", {"next": where}, follow=True
    )
    assert answer.redirect_chain == [(where, 302)]
    assert "“Muster” is back." in answer.content.decode()
    assert Partner.objects.get().pk == pk


def test_without_a_page_to_go_back_to_one_sees_the_bin(web: Client) -> None:
    delete("partners", "Muster", 0)
    pk = Partner.all_objects.get().pk
    answer = web.post(f"/recycle-bin/partners/{pk}/restore/")
    assert answer["Location"] == "/recycle-bin/"


def test_only_what_is_in_the_bin_can_be_restored(web: Client) -> None:
    partner = Partner.objects.create(name="alive")
    for key, pk in (("partners", partner.pk), ("partners", 999), ("x", 1)):
        assert web.post(f"/recycle-bin/{key}/{pk}/restore/").status_code == 404


def test_a_link_restores_nothing(web: Client) -> None:
    delete("partners", "Muster", 0)
    pk = Partner.all_objects.get().pk
    assert web.get(f"/recycle-bin/partners/{pk}/restore/").status_code == 405
    assert not Partner.objects.exists()


def test_a_type_for_other_roles_is_neither_seen_nor_restored(
    web: Client, anna: User
) -> None:
    delete("partners", "Secret", 0)
    pk = Partner.all_objects.get().pk
    secret = hooks.BinType(
        key="secret",
        model=Partner,
        label="Secret",
        icon="lock",
        title=str,
        roles=[Role.SUPERVISOR],
    )
    with hooks.temporarily(secret):
        seen = web.get("/recycle-bin/").context["listing"]
        assert [item.kind.key for item in seen.items] == ["partners"]
        assert web.post(f"/recycle-bin/secret/{pk}/restore/").status_code == 404
        User.objects.filter(pk=anna.pk).update(role=Role.SUPERVISOR)
        seen = web.get("/recycle-bin/").context["listing"]
        assert {item.kind.key for item in seen.items} == {"partners", "secret"}


@pytest.mark.thorough
def test_a_full_bin_costs_as_many_queries_as_a_short_one(
    web: Client, anna: User
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            web.get("/recycle-bin/")
        return len(captured)

    def fill(count: int) -> None:
        for n in range(count):
            Contact.objects.create(last_name=f"N{n}").move_to_bin(by=anna)
            delete("partners", f"P{n}", n)

    fill(1)
    few = queries()
    fill(40)
    assert queries() == few


def test_rows_that_a_user_may_not_see_are_neither_shown_nor_restored(
    web: Client,
) -> None:
    delete("partners", "Secret", 0)
    pk = Partner.all_objects.get().pk
    own = hooks.BinType(
        key="own",
        model=Partner,
        label="Own",
        icon="lock",
        title=str,
        visible=lambda user, rows: rows.filter(owner=user),
    )
    with hooks.temporarily(own):
        assert titles(web.get("/recycle-bin/?type=own").context["listing"]) == []
        assert web.post(f"/recycle-bin/own/{pk}/restore/").status_code == 404


@pytest.mark.parametrize("url", ["/recycle-bin/", "/recycle-bin/leads/1/restore/"])
def test_only_who_is_signed_in_sees_the_bin(client: Client, db: None, url: str) -> None:
    assert client.post(url)["Location"].startswith("/sign-in/")
