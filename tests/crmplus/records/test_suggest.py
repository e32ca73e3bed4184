"""The global search answers while one types."""

from __future__ import annotations

import pytest
from django.test import Client

from crmplus.accounts.models import Scope, User
from crmplus.records.models import Contact, Lead, Organisation, Supplier
from crmplus.records.suggest import MOST, suggestions

pytestmark = pytest.mark.django_db


@pytest.fixture
def everybody(db: None) -> None:
    muster = Organisation.objects.create(name="Muster GmbH", phone="030 12345-0")
    Contact.objects.create(
        first_name="Anna",
        last_name="Schmidt",
        organisation=muster,
        mobile="0171 5550123",
        email="as@muster.example",
    )
    Lead.objects.create(last_name="Muster", company="Anders & Co")
    Supplier.objects.create(name="Musterhaus")


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("mus", ["Muster GmbH", "Muster", "Musterhaus"]),
        ("schm", ["Anna Schmidt"]),
        ("as@m", ["Anna Schmidt"]),
        ("0171 55", ["Anna Schmidt"]),
        ("0171 5550123", ["Anna Schmidt"]),
        ("030 12345-67", ["Muster GmbH"]),
        ("nobody", []),
        ("  ", []),
        ("<script>", []),
    ],
)
def test_records_are_suggested(
    everybody: None, anna: User, text: str, titles: list[str]
) -> None:
    assert sorted(one.title for one in suggestions(text, anna)) == sorted(titles)


def test_the_best_of_each_kind_come_before_the_second_best(anna: User) -> None:
    for number in range(6):
        Contact.objects.create(last_name=f"Muster {number}")
    Supplier.objects.create(name="Musterhaus")
    found = [one.title for one in suggestions("mus", anna)]
    assert found[:2] == ["Muster 0", "Musterhaus"]
    assert len(found) <= MOST


def test_only_what_the_user_may_see_is_suggested(anna: User, ben: User) -> None:
    anna.sees_records = Scope.OWN
    anna.save()
    Contact.objects.create(last_name="Muster", phone="0171 5550123", owner=ben)
    assert suggestions("mus", anna) == []
    assert suggestions("0171 555", anna) == []
    assert suggestions("0171 5550123", anna) == []


def test_a_page_fragment_holds_the_options_escaped(web: Client) -> None:
    Contact.objects.create(last_name="<b>Muster", phone="0171 5550123")
    page = web.get("/search/suggest/", {"q": "<b>mus"})
    assert "&lt;b&gt;Muster" in page.text
    assert "<b>" not in page.text
    assert page.text.count('role="option"') == 2


def test_nul_and_endless_text_find_nothing(web: Client) -> None:
    for text in ("\x00", "9" * 5000, "a" * 5000):
        assert web.get("/search/suggest/", {"q": text}).status_code == 200


def test_the_number_of_queries_does_not_grow(
    web: Client, everybody: None, django_assert_max_num_queries
) -> None:
    web.get("/search/suggest/", {"q": "mus"})
    for number in range(30):
        Contact.objects.create(last_name=f"Muster {number}")
    with django_assert_max_num_queries(24):
        web.get("/search/suggest/", {"q": "mus"})
