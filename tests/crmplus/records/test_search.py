from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crmplus import hooks
from crmplus.accounts.models import User
from crmplus.records.models import Contact, Lead, Organisation, Partner, Supplier
from crmplus.records.search import GROUP_SIZE, is_number
from crmplus.records.types import TYPES

pytestmark = pytest.mark.django_db


def found(web: Client, text: str) -> list[str]:
    """What the search page shows, matches of the number first."""
    page = web.get("/search/", {"q": text})
    assert page.status_code == 200
    by_number = [match.title for match in page.context["matches"]]
    by_name = [
        record.title for group in page.context["groups"] for record, _ in group.rows
    ]
    return by_number + by_name


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
    Partner.objects.create(name="Vertrieb Muster")
    Supplier.objects.create(name="Zulieferer")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("muster", ["Muster", "Muster GmbH", "Vertrieb Muster"]),
        ("Anna S", ["Anna Schmidt"]),
        ("schmidt anna", ["Anna Schmidt"]),
        ("anders", ["Muster"]),
        ("AS@Mus", ["Anna Schmidt"]),
        ("+49 171 / 555 01 23", ["Anna Schmidt"]),
        ("00491715550123", ["Anna Schmidt"]),
        ("030 12345-67", ["Muster GmbH"]),
        ("nobody", []),
        ("%", []),
        ("*", []),
        ("\x00", []),
    ],
)
def test_one_field_finds_everything(
    web: Client, everybody: None, text: str, names: list[str]
) -> None:
    assert found(web, text) == names


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("030 1234567", True),
        ("+49 (0)30/1234-567", True),
        ("sip:+49301234567@pbx.example", True),
        ("201", True),
        ("7 Zwerge", False),
        ("Schmidt", False),
        ("4711 GmbH", False),
        ("", False),
        ("...", False),
    ],
)
def test_what_is_a_number(text: str, yes: bool) -> None:
    assert is_number(text) is yes


def test_a_record_is_shown_once_however_it_matches(web: Client) -> None:
    Partner.objects.create(name="Muster Muster", email="muster@example.org")
    assert found(web, "muster") == ["Muster Muster"]


def test_other_apps_find_records_by_name(everybody: None, anna: User) -> None:
    sources = {source.key: source for source in hooks.registered(hooks.PhoneSource)}
    contacts, leads = sources["contacts"].search, sources["leads"].search
    assert contacts is not None
    assert leads is not None
    assert [str(one) for one in contacts(anna, "schm", 5)] == ["Anna Schmidt"]
    assert [str(one) for one in leads(anna, "anders", 5)] == ["Muster"]
    assert contacts(anna, " ", 5) == []
    assert contacts(anna, "schm", 0) == []


def test_a_group_shows_its_first_and_leads_to_all(web: Client) -> None:
    for n in range(GROUP_SIZE + 1):
        Partner.objects.create(name=f"Muster {n}")
    page = web.get("/search/?q=muster")
    (group,) = page.context["groups"]
    assert len(group.rows) == GROUP_SIZE
    assert 'href="/partners/?q=muster"' in page.content.decode()


def test_an_unknown_number_offers_to_create_somebody(web: Client) -> None:
    page = web.get("/search/", {"q": "030 999999"}).content.decode()
    for key in TYPES:
        assert f'href="/{key}/new/?phone=030%20999999"' in page


def test_an_unknown_number_can_be_added_to_somebody_known(web: Client) -> None:
    page = web.get("/search/", {"q": "+49 30 999999"}).content.decode()
    assert 'href="?phone=%2B49%2030%20999999"' in page


def test_a_number_can_be_added_to_what_was_found(web: Client, everybody: None) -> None:
    page = web.get("/search/", {"q": "zulief", "phone": "+49301"}).content.decode()
    supplier = Supplier.objects.get()
    assert f'href="/suppliers/{supplier.pk}/edit/?phone=%2B49301"' in page


def test_without_a_text_it_says_what_it_can_find(web: Client) -> None:
    page = web.get("/search/")
    assert b"Search everything" in page.content
    assert page.context["groups"] == []


def test_more_records_cost_no_more_queries(web: Client, everybody: None) -> None:
    def queries(text: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            web.get("/search/", {"q": text})
        return len(captured)

    web.get("/search/", {"q": "muster"})
    few = queries("muster")
    for n in range(30):
        Organisation.objects.create(name=f"Muster {n}", phone=f"030 9{n:04}")
    assert queries("muster") <= few
    assert few <= 30
