from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from crmplus.accounts.models import User
from crmplus.keyset import PAGE_SIZE
from crmplus.records import search
from crmplus.records.models import Contact, Lead, Organisation, Partner
from crmplus.records.types import TYPES

pytestmark = pytest.mark.thorough

HOSTILE = '"><script>alert(1)</script>'


def shown(web: Client, url: str) -> list[str]:
    """The names in a list, in order."""
    page = web.get(url)
    assert page.status_code == 200
    return [record.title for record, _ in page.context["rows"]]


def contact(name: str, **more: object) -> Contact:
    first, _, last = name.rpartition(" ")
    return Contact.objects.create(first_name=first, last_name=last, **more)


@pytest.mark.parametrize("key", TYPES)
def test_an_empty_list_says_what_it_is_for_and_offers_the_first_entry(
    web: Client, key: str
) -> None:
    page = web.get(f"/{key}/").content.decode()
    assert escape(str(TYPES[key].empty)) in page
    assert page.count(f'href="/{key}/new/"') >= 2


@pytest.mark.parametrize("key", TYPES)
def test_hostile_texts_are_escaped(web: Client, key: str) -> None:
    model = TYPES[key].model
    record = model(phone=HOSTILE, email=HOSTILE, city=HOSTILE)
    for name in model.named_by():
        setattr(record, name, HOSTILE)
    record.save()
    urls = (f"/{key}/", record.get_absolute_url(), f"{record.get_absolute_url()}edit/")
    for url in (*urls, "/search/?q=script", f"/{key}/?q={HOSTILE}"):
        page = web.get(url)
        assert page.status_code == 200
        assert b"<script>alert" not in page.content


@pytest.mark.core
def test_names_are_sorted_by_last_name_in_any_language(web: Client) -> None:
    for name in ("Zoe Öz", "Anna Otto", "Łukasz Łapa", "Max von Berg", "Cher"):
        contact(name)
    assert shown(web, "/contacts/") == [
        "Max von Berg",
        "Cher",
        "Łukasz Łapa",
        "Anna Otto",
        "Zoe Öz",
    ]


def test_the_last_changed_come_first_if_asked_for(web: Client) -> None:
    for days, name in enumerate(("Anna A", "Ben B", "Cleo C")):
        person = contact(name)
        at = timezone.now() - timedelta(days=(days + 1) % 3)
        Contact.objects.filter(pk=person.pk).update(changed_at=at)
    assert shown(web, "/contacts/?sort=changed") == ["Cleo C", "Anna A", "Ben B"]


def test_deleted_ones_are_not_listed(web: Client, anna: User) -> None:
    contact("Anna A").move_to_bin(by=anna)
    assert shown(web, "/contacts/") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("schm", ["Anna Schmidt"]),
        ("ANNA SCH", ["Anna Schmidt"]),
        ("Schmidt, Anna", ["Anna Schmidt"]),
        ("mueller", ["Ben Müller"]),
        ("müller", ["Ben Müller"]),
        ("Muster", ["Ben Müller"]),
        ("werke", ["Ben Müller"]),
        ("anna@exa", ["Anna Schmidt"]),
        ("030 / 123 45 67", ["Anna Schmidt"]),
        ("0049301234567", ["Anna Schmidt"]),
        ("tel:+49-30-1234567", ["Anna Schmidt"]),
        ("b", []),
        ("m", ["Ben Müller"]),
        ("idt", []),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("+49301234568", []),
    ],
)
def test_the_search_finds_names_organisations_emails_and_numbers(
    web: Client, text: str, found: list[str]
) -> None:
    muster = Organisation.objects.create(name="Muster Werke")
    contact("Anna Schmidt", phone="(030) 1234567", email="Anna@Example.org")
    contact("Ben Müller", organisation=muster)
    page = web.get("/contacts/", {"q": text})
    assert [record.title for record, _ in page.context["rows"]] == found


def test_a_lead_is_found_by_its_company(web: Client) -> None:
    Lead.objects.create(last_name="Schmidt", company="Öz & Co")
    assert shown(web, "/leads/?q=oz+co") == ["Schmidt"]


def test_an_organisation_is_found_by_its_second_word(web: Client) -> None:
    Organisation.objects.create(name="Bäckerei Schmidt")
    assert shown(web, "/organisations/?q=schm") == ["Bäckerei Schmidt"]


def test_a_search_that_finds_very_many_shows_some_and_says_so(
    web: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MANY", 2)
    for name in ("Muster A", "Muster B"):
        Partner.objects.create(name=name)
    assert b"Type more letters" in web.get("/partners/?q=muster").content
    assert b"Type more letters" not in web.get("/partners/?q=muster+a").content


@pytest.mark.core
def test_filters_narrow_and_show_as_chips(web: Client, anna: User, ben: User) -> None:
    contact("Anna A", owner=anna, country="AT")
    contact("Ben B", owner=ben, country="AT")
    contact("Cleo C", owner=anna, country="PL")
    url = f"/contacts/?owner={anna.pk}&country=AT&sort=changed"
    page = web.get(url)
    assert [record.title for record, _ in page.context["rows"]] == ["Anna A"]
    assert [(chip.label, chip.value) for chip in page.context["chips"]] == [
        ("Owner", "Anna Berger"),
        ("Country", "Austria"),
    ]
    assert f"?owner={anna.pk}&amp;sort=changed" in page.content.decode()


def test_the_people_of_an_organisation_can_be_listed(web: Client) -> None:
    muster = Organisation.objects.create(name="Muster")
    contact("Anna A", organisation=muster)
    contact("Ben B")
    assert shown(web, f"/contacts/?organisation={muster.pk}") == ["Anna A"]
    Lead.objects.create(last_name="Cleo")
    assert shown(web, f"/leads/?organisation={muster.pk}") == ["Cleo"]


@pytest.mark.parametrize(
    "query",
    [
        "owner=x",
        "owner=999999",
        "owner=99999999999999999999999",
        "country=XX",
        "sort=password",
        "organisation=0",
        "after=x&before=y",
        "q=%00",
    ],
)
def test_nonsense_in_the_address_is_left_out(web: Client, query: str) -> None:
    contact("Anna A")
    assert shown(web, f"/contacts/?{query}") == ["Anna A"]


def test_nothing_found_says_so_and_leads_back(web: Client) -> None:
    contact("Anna A")
    page = web.get("/contacts/?q=zzz").content.decode()
    assert "Nothing found" in page
    assert 'href="/contacts/"' in page


def test_the_pages_hold_everybody_once(web: Client) -> None:
    Partner.objects.bulk_create(Partner(name=f"P {n:03}") for n in range(120))
    url, seen = "/partners/?q=p", []
    while url:
        page = web.get(url)
        seen += [record.title for record, _ in page.context["rows"]]
        next_url = page.context["page"].next_url
        url = f"/partners/{next_url}" if next_url else ""
    assert seen == [f"P {n:03}" for n in range(120)]


def test_numbers_are_dialled_by_click(web: Client) -> None:
    contact("Anna A", phone="030 1234567")
    page = web.get("/contacts/").content.decode()
    assert 'href="tel:+49301234567" data-dial="+49301234567"' in page


@pytest.mark.parametrize("url", ["/contacts/", "/contacts/?q=name", "/leads/"])
def test_a_full_page_costs_as_many_queries_as_a_short_one(
    web: Client, anna: User, url: str
) -> None:
    muster = Organisation.objects.create(name="Muster")

    def fill(count: int) -> None:
        for n in range(count):
            more = {"owner": anna, "phone": f"030 12345{n:02}"}
            contact(f"N Name{n:02}", organisation=muster, **more)
            Lead.objects.create(last_name=f"Name{n:02}", **more)

    web.get(url)
    fill(2)
    few = _queries(web, url)
    fill(PAGE_SIZE)
    assert _queries(web, url) == few
    assert few <= 18  # with those of the frame


def _queries(web: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        page = web.get(url)
    assert page.status_code == 200
    asked = [query["sql"] for query in queries if "records_" in query["sql"]]
    assert not any(re.search(r"\bCOUNT\(", sql) for sql in asked)
    return len(queries)
