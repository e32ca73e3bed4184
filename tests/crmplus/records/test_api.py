"""``/api/leads/`` and the others: the records, with the rights of their pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crmplus.accounts.models import Role, User
from crmplus.phonebook.find import find
from crmplus.records.models import Contact, Lead, Organisation, Record, Supplier
from crmplus.records.types import TYPES
from tests.crmplus.api.programs import faults, program, send

pytestmark = pytest.mark.thorough

PHONES = {
    "phone": "030 555 44 33",
    "mobile": "0171 2345678",
    "other_phone": "+48 22 123 45 67",
    "fax": "030 555 44 39",
}
COMMON = {**PHONES, "email": "info@example.com", "country": "DE"}


@pytest.fixture
def api(anna: User) -> Client:
    return program(anna)


def sample(key: str) -> dict[str, Any]:
    names = ("first_name", "last_name") if TYPES[key].is_person else ("name",)
    return {**COMMON, **dict.fromkeys(names, "Weber")}


def stored(key: str) -> Record:
    return TYPES[key].model.objects.get()


def organisation(name: str = "Weber GmbH") -> Organisation:
    return Organisation.objects.create(name=name)


@pytest.mark.parametrize("key", TYPES)
class TestEachKind:
    def test_what_is_created_can_be_read_and_found(self, api: Client, key: str) -> None:
        made = send(api, "POST", f"/api/{key}/", sample(key))
        assert made.status_code == 201, made.content
        record = stored(key)
        assert made["Location"] == f"/api/{key}/{record.pk}/"
        content = made.json()
        assert content["id"] == record.pk
        assert content["url"] == f"http://testserver/{key}/{record.pk}/"
        assert content.items() >= sample(key).items()
        assert api.get(made["Location"]).json() == content
        assert api.get(f"/api/{key}/").json()["results"] == [content]
        assert [match.object_id for match in find("+49305554433")] == [record.pk]

    def test_some_fields_are_changed(self, api: Client, key: str) -> None:
        send(api, "POST", f"/api/{key}/", sample(key))
        record = stored(key)
        changed = send(api, "PATCH", f"/api/{key}/{record.pk}/", {"phone": "030 99 88"})
        assert changed.status_code == 200
        assert changed.json()["phone"] == "030 99 88"
        assert stored(key).mobile == PHONES["mobile"]
        assert stored(key).changed_at > record.changed_at

    def test_all_fields_are_changed(self, api: Client, key: str) -> None:
        send(api, "POST", f"/api/{key}/", sample(key))
        names = dict.fromkeys(stored(key).named_by()[:2], "Müller")
        body = {**sample(key), **names, "email": ""}
        url = f"/api/{key}/{stored(key).pk}/"
        assert send(api, "PUT", url, body).status_code == 200
        assert stored(key).email == ""
        assert stored(key).name_key.startswith("muller")

    def test_what_is_deleted_goes_to_the_bin(
        self, api: Client, anna: User, key: str
    ) -> None:
        send(api, "POST", f"/api/{key}/", sample(key))
        record = stored(key)
        url = f"/api/{key}/{record.pk}/"
        assert api.delete(url).status_code == 204
        gone = TYPES[key].model.all_objects.get(pk=record.pk)
        assert gone.deleted_by == anna
        assert api.get(url).status_code == 404
        assert api.delete(url).status_code == 404
        assert send(api, "PATCH", url, {"phone": ""}).status_code == 404
        assert api.get(f"/api/{key}/").json()["results"] == []

    @pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.ADMIN])
    def test_every_role_may_what_the_pages_allow(
        self, db: None, key: str, role: str
    ) -> None:
        api = program(User.objects.create_user(role, role=role))
        made = send(api, "POST", f"/api/{key}/", sample(key))
        assert made.status_code == 201
        assert send(api, "PUT", made["Location"], sample(key)).status_code == 200
        assert api.get(f"/api/{key}/").status_code == 200
        assert api.delete(made["Location"]).status_code == 204

    def test_nobody_else_may_anything(self, db: None, client: Client, key: str) -> None:
        assert client.get(f"/api/{key}/").status_code == 401
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            url = f"/api/{key}/" if method == "POST" else f"/api/{key}/1/"
            assert send(client, method, url, sample(key)).status_code == 401

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("phone", 30),
            ("phone", None),
            ("phone", "1" * 65),
            ("phone", " " * 65),
            ("phone", "030\x00"),
            ("email", "nobody"),
            ("email", ["a@example.com"]),
            ("country", "Germany"),
            ("country", "de"),
            ("website", "javascript:alert(1)"),
            ("owner", "nobody"),
            ("owner", ""),
            ("owner", {"id": 1}),
            ("owner", "a\x00"),
        ],
    )
    def test_what_is_no_such_value(
        self, api: Client, key: str, field: str, value: Any
    ) -> None:
        answer = send(api, "POST", f"/api/{key}/", {**sample(key), field: value})
        assert list(faults(answer)) == [field]
        assert not TYPES[key].model.objects.exists()


def titles(api: Client, url: str) -> list[str]:
    return [
        one.get("last_name") or one["name"] for one in api.get(url).json()["results"]
    ]


@pytest.mark.core
def test_a_list_is_sorted_by_name_and_searched_as_the_page_is(api: Client) -> None:
    for name in ("Zorn", "Ähren", "Müller"):
        Lead.objects.create(last_name=name, phone=f"030 12345{len(name)}")
    assert titles(api, "/api/leads/") == ["Ähren", "Müller", "Zorn"]
    assert titles(api, "/api/leads/?q=mueller") == ["Müller"]
    assert titles(api, "/api/leads/?q=%2B49 30 123455") == ["Ähren"]
    assert titles(api, "/api/leads/?q=nobody") == []
    assert titles(api, "/api/leads/?q=") == ["Ähren", "Müller", "Zorn"]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("owner=anna", ["Ähren"]),
        ("owner=", ["Müller", "Zorn"]),
        ("owner=nobody", []),
        ("country=AT", ["Zorn"]),
        ("city=ber", ["Ähren", "Müller"]),
        ("city=ber&owner=", ["Müller"]),
        ("q=mueller&city=ber", ["Müller"]),
        ("q=zorn&city=ber", []),
    ],
)
def test_a_list_is_narrowed_as_the_page_is(
    api: Client, query: str, wanted: list[str]
) -> None:
    anna = User.objects.get(username="anna")
    Lead.objects.create(last_name="Ähren", city="Berlin", owner=anna)
    Lead.objects.create(last_name="Müller", city="Bernau")
    Lead.objects.create(last_name="Zorn", city="Wien", country="AT")
    assert titles(api, f"/api/leads/?{query}") == wanted


@pytest.mark.parametrize("query", ["country=de", "owner=%00", "city=%00"])
def test_filters_that_make_no_sense_are_refused(api: Client, query: str) -> None:
    assert api.get(f"/api/leads/?{query}").status_code == 400


class TestNames:
    @pytest.mark.parametrize("names", [{}, {"first_name": ""}, {"last_name": "\u200b"}])
    def test_a_person_needs_one(self, api: Client, names: dict[str, str]) -> None:
        assert list(faults(send(api, "POST", "/api/leads/", names))) == ["last_name"]

    def test_a_person_keeps_one(self, api: Client) -> None:
        lead = Lead.objects.create(last_name="Weber")
        answer = send(api, "PATCH", f"/api/leads/{lead.pk}/", {"last_name": ""})
        assert list(faults(answer)) == ["last_name"]

    @pytest.mark.parametrize("name", [None, "", "  ", "\u202e\u200b", 7, ["x"]])
    def test_a_company_needs_one(self, api: Client, name: Any) -> None:
        answer = send(api, "POST", "/api/suppliers/", {"name": name})
        assert list(faults(answer)) == ["name"]

    def test_unseen_characters_are_taken_out(self, api: Client) -> None:
        send(api, "POST", "/api/suppliers/", {"name": "We\u202eber\r\n GmbH"})
        assert stored("suppliers").title == "Weber GmbH"


class TestOrganisation:
    def test_a_contact_belongs_to_one(self, api: Client) -> None:
        firm = organisation()
        body = {"last_name": "Weber", "organisation": firm.pk}
        answer = send(api, "POST", "/api/contacts/", body)
        assert answer.json()["organisation"] == firm.pk
        url = answer["Location"]
        send(api, "PATCH", url, {"organisation": None})
        assert Contact.objects.get().organisation is None

    @pytest.mark.parametrize(
        "value", [0, -1, 999, 2**63, 10**400, "1", "", 1.5, True, [1], {}, "\x00"]
    )
    def test_what_is_none(self, api: Client, value: Any) -> None:
        body = {"last_name": "Weber", "organisation": value}
        answer = send(api, "POST", "/api/contacts/", body)
        assert list(faults(answer)) == ["organisation"]

    def test_infinity_is_none(self, api: Client) -> None:
        body = '{"last_name": "Weber", "organisation": 1e400}'
        answer = api.post("/api/contacts/", body, content_type="application/json")
        assert list(faults(answer)) == ["organisation"]

    def test_one_in_the_bin_stays_but_is_not_given_anew(self, api: Client) -> None:
        firm = organisation()
        old = Contact.objects.create(last_name="Old", organisation=firm)
        new = Contact.objects.create(last_name="New")
        firm.move_to_bin(job="test")
        body = {"organisation": firm.pk}
        kept = send(api, "PATCH", f"/api/contacts/{old.pk}/", body)
        assert kept.json()["organisation"] == firm.pk
        refused = send(api, "PATCH", f"/api/contacts/{new.pk}/", body)
        assert list(faults(refused)) == ["organisation"]


def test_an_owner_who_left_stays_but_is_not_given_anew(
    api: Client, anna: User, ben: User
) -> None:
    lead = Lead.objects.create(last_name="Weber", owner=ben)
    ben.is_active = False
    ben.save()
    url = f"/api/leads/{lead.pk}/"
    assert send(api, "PATCH", url, {"owner": "ben"}).json()["owner"] == "ben"
    assert send(api, "PATCH", url, {"owner": "anna"}).json()["owner"] == "anna"
    assert list(faults(send(api, "PATCH", url, {"owner": "ben"}))) == ["owner"]
    assert send(api, "PATCH", url, {"owner": None}).json()["owner"] is None


@pytest.mark.core
def test_only_what_was_sent_is_written(api: Client) -> None:
    supplier = Supplier.objects.create(name="Weber", phone="030 1")
    with CaptureQueriesContext(connection) as captured:
        send(api, "PATCH", f"/api/suppliers/{supplier.pk}/", {"city": "Köln"})
    [written] = [
        query["sql"]
        for query in captured
        if query["sql"].startswith('UPDATE "records_supplier"')
    ]
    assert '"city"' in written
    assert '"phone"' not in written


def test_what_is_only_read_cannot_be_sent(api: Client) -> None:
    body = {"name": "Weber", "id": 99, "created_at": "2000-01-01T00:00:00Z", "url": "x"}
    made = send(api, "POST", "/api/partners/", body).json()
    assert made["id"] != 99
    assert not made["created_at"].startswith("2000")
    assert made["created_at"].endswith("Z")


def test_queries_do_not_grow_with_the_page(api: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            api.get("/api/contacts/")
        return len(captured)

    owner = User.objects.get()
    for number in range(2):
        firm = organisation(f"Firm {number}")
        Contact.objects.create(last_name="W", organisation=firm, owner=owner)
    count()
    two = count()
    for number in range(10):
        firm = organisation(f"Firm {number}")
        Contact.objects.create(last_name="W", organisation=firm, owner=owner)
    assert count() == two == 2
