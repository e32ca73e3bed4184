"""``/api/phonebook/``: who has a number."""

from __future__ import annotations

import pytest
from django.test import Client

from crmplus import hooks
from crmplus.accounts.models import User
from crmplus.records.models import Contact, Organisation
from tests.crmplus.api.programs import faults, program

URL = "/api/phonebook/"


@pytest.fixture
def api(db: None) -> Client:
    return program(User.objects.create_user("anna"))


def test_a_match_says_who_it_is_and_how_it_was_found(api: Client) -> None:
    firm = Organisation.objects.create(name="Weber GmbH", phone="030 5554430-0")
    julia = Contact.objects.create(
        first_name="Julia", last_name="Weber", organisation=firm, mobile="0171 2345678"
    )
    expected = {
        "type": "contacts",
        "id": julia.pk,
        "name": "Julia Weber",
        "organisation": "Weber GmbH",
        "kind": "exact",
        "field": "mobile",
        "url": f"http://testserver/contacts/{julia.pk}/",
    }
    for notation in ("+49 171 2345678", "00491712345678", "0171/2345678"):
        assert api.get(URL, {"number": notation}).json() == [expected]
    [company] = api.get(URL, {"number": "030 5554430 17"}).json()
    assert (company["type"], company["kind"]) == ("organisations", "company")


def test_a_plus_that_became_a_blank_is_a_plus(api: Client) -> None:
    Contact.objects.create(last_name="Weber", phone="+49 30 5554433")
    assert len(api.get(f"{URL}?number=+49305554433").json()) == 1


def test_a_colleague_is_no_record(api: Client) -> None:
    colleagues = hooks.Colleagues(find=lambda numbers: {"299": ["Ben"]})
    with hooks.temporarily(colleagues):
        [match] = api.get(URL, {"number": "299"}).json()
    assert (match["type"], match["kind"]) == ("colleague", "colleague")
    assert (match["id"], match["url"], match["name"]) == (None, "", "Ben")


@pytest.mark.parametrize("number", ["anonymous", "+49 30 000000", "nobody", "#", " "])
def test_nobody_has_it(api: Client, number: str) -> None:
    assert api.get(URL, {"number": number}).json() == []


@pytest.mark.parametrize("number", ["", "1" * 513, "03\x000"])
def test_what_cannot_be_looked_up(api: Client, number: str) -> None:
    assert "number" in faults(api.get(URL, {"number": number}))


def test_the_number_must_be_given(api: Client) -> None:
    assert "number" in faults(api.get(URL))


def test_what_a_user_may_not_see_is_no_match(
    api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    Contact.objects.create(last_name="Secret", phone="030 5554433")
    [source] = [
        one for one in hooks.registered(hooks.PhoneSource) if one.key == "contacts"
    ]
    asked = []

    def hide(user: User, rows: object) -> object:
        asked.append(user.username)
        return rows.none()  # type: ignore[attr-defined]

    monkeypatch.setitem(source.__dict__, "visible", hide)
    assert api.get(URL, {"number": "030 5554433"}).json() == []
    assert asked == ["anna"]


def test_strangers_learn_nothing(db: None, client: Client) -> None:
    assert client.get(URL, {"number": "030 5554433"}).status_code == 401
