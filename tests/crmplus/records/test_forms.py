from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from crmplus.accounts.models import User
from crmplus.records.models import Contact, Lead, Organisation, Partner
from crmplus.records.types import TYPES

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


def messages(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


@pytest.mark.parametrize("key", TYPES)
def test_each_kind_can_be_created_with_its_name_alone(web: Client, key: str) -> None:
    kind = TYPES[key]
    name = "last_name" if kind.is_person else "name"
    answer = web.post(f"/{key}/new/", {name: " Muster "})
    record = kind.model.objects.get()
    assert answer["Location"] == record.get_absolute_url()
    assert record.title == "Muster"
    assert messages(answer) == ["“Muster” is saved."]


def test_numbers_are_kept_as_they_were_written_and_odd_ones_are_named(
    web: Client,
) -> None:
    answer = web.post(
        "/partners/new/", {"name": "X", "phone": "(030) 123-4567", "fax": "ask Anna"}
    )
    partner = Partner.objects.get()
    assert (partner.phone, partner.fax) == ("(030) 123-4567", "ask Anna")
    saved, warning = messages(answer)
    assert "ask Anna" in warning
    assert saved == "“X” is saved."


@pytest.mark.core
def test_errors_stand_beside_their_fields_and_nothing_is_lost(web: Client) -> None:
    page = web.post("/leads/new/", {"email": "no mail", "company": "Öz"})
    form = page.context["form"]
    assert set(form.errors) == {"last_name", "email"}
    html = page.content.decode()
    assert 'value="no mail"' in html
    assert 'value="Öz"' in html
    assert not Lead.objects.exists()


def test_the_address_fills_the_form_in(web: Client, anna: User) -> None:
    page = web.get("/contacts/new/?phone=%2B49301234567&last_name=Schmidt")
    form = page.context["form"]
    assert form["phone"].value() == "+49301234567"
    assert form["last_name"].value() == "Schmidt"
    assert form["owner"].value() == anna.pk


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        ("contacts", {"first_name": "Anna Maria", "last_name": "Schmidt"}),
        ("leads", {"first_name": "Anna Maria", "last_name": "Schmidt"}),
        ("partners", {"name": "Anna Maria Schmidt"}),
    ],
)
def test_the_name_of_a_caller_fills_the_form_in(
    web: Client, key: str, fields: dict[str, str]
) -> None:
    form = web.get(f"/{key}/new/?name=Anna+Maria+Schmidt").context["form"]
    assert {name: form[name].value() for name in fields} == fields


def test_a_new_number_goes_into_the_first_free_field(web: Client) -> None:
    partner = Partner.objects.create(name="X", phone="030 1", mobile="0171 5550123")
    url = f"{partner.get_absolute_url()}edit/?phone=%2B49301234567"
    form = web.get(url).context["form"]
    assert form["phone"].value() == "030 1"
    assert form["other_phone"].value() == "+49301234567"


def test_a_record_with_all_numbers_takes_no_other(web: Client) -> None:
    numbers = dict.fromkeys(("phone", "mobile", "other_phone", "fax"), "030 1234567")
    partner = Partner.objects.create(name="X", **numbers)
    page = web.get(f"{partner.get_absolute_url()}edit/?phone=%2B4940111")
    assert b"+4940111" not in page.content.split(b"<form")[-1]


@pytest.mark.core
def test_changes_are_saved_and_one_goes_back(web: Client) -> None:
    partner = Partner.objects.create(name="Old")
    url = f"{partner.get_absolute_url()}edit/"
    answer = web.post(url, {"name": "New", "next": "/partners/?q=o"})
    assert answer["Location"] == "/partners/?q=o"
    partner.refresh_from_db()
    assert (partner.name, partner.name_key) == ("New", "new")


@pytest.mark.parametrize("way_back", ["https://evil.example/", "//evil.example"])
def test_one_never_goes_to_another_site(web: Client, way_back: str) -> None:
    answer = web.post("/partners/new/", {"name": "X", "next": way_back})
    assert answer["Location"] == Partner.objects.get().get_absolute_url()
    page = web.get("/partners/new/", {"next": way_back})
    assert page.context["back"] == "/partners/"


@pytest.mark.core
class TestTwoAtOnce:
    """Anna has the form open while somebody else changes the record."""

    @pytest.fixture
    def lead(self) -> Lead:
        return Lead.objects.create(last_name="Berg", city="Ulm", phone="030 1")

    @pytest.fixture
    def sent(self, web: Client, lead: Lead) -> dict[str, Any]:
        page = web.get(f"/leads/{lead.pk}/edit/")
        form = page.context["form"]
        values = {field.name: field.value() or "" for field in form}
        return {**values, "was": page.context["was"]}

    def test_each_changes_what_they_touched(
        self, web: Client, lead: Lead, sent: dict[str, Any], ben: User
    ) -> None:
        Lead.objects.update(city="Bonn", owner=ben)
        answer = web.post(f"/leads/{lead.pk}/edit/", {**sent, "phone": "030 2"})
        assert answer.status_code == 302
        lead.refresh_from_db()
        assert (lead.city, lead.owner, lead.phone) == ("Bonn", ben, "030 2")

    def test_what_both_changed_is_asked_about_once(
        self, web: Client, lead: Lead, sent: dict[str, Any]
    ) -> None:
        Lead.objects.update(city="Bonn")
        page = web.post(f"/leads/{lead.pk}/edit/", {**sent, "city": "Köln"})
        assert page.context["form"].errors["city"] == [
            "Somebody changed this meanwhile. It is now: Bonn"
        ]
        lead.refresh_from_db()
        assert lead.city == "Bonn"
        again = {**sent, "city": "Köln", "was": page.context["was"]}
        assert web.post(f"/leads/{lead.pk}/edit/", again).status_code == 302
        lead.refresh_from_db()
        assert lead.city == "Köln"

    @pytest.mark.parametrize("was", ["", "[", "[1]", '{"city": [1], "pk": "2"}'])
    def test_nonsense_about_what_was_shown_changes_nothing(
        self, web: Client, lead: Lead, sent: dict[str, Any], was: str
    ) -> None:
        sent = {**sent, "city": "Köln", "was": was}
        assert web.post(f"/leads/{lead.pk}/edit/", sent).status_code in {200, 302}
        lead.refresh_from_db()
        assert lead.last_name == "Berg"


def test_an_owner_who_left_stays_the_owner(web: Client, ben: User) -> None:
    User.objects.filter(pk=ben.pk).update(is_active=False)
    mine = Partner.objects.create(name="X", owner=ben)
    url = f"{mine.get_absolute_url()}edit/"
    assert ben in web.get(url).context["form"].fields["owner"].queryset
    assert ben not in web.get("/partners/new/").context["form"].fields["owner"].queryset


class TestOrganisationOfAContact:
    """Written as a name; asked about where the name alone does not tell."""

    def save(self, web: Client, url: str = "/contacts/new/", **data: Any) -> Any:
        return web.post(url, {"last_name": "Schmidt", **data})

    def test_a_known_name_is_enough_in_any_spelling(self, web: Client) -> None:
        muster = Organisation.objects.create(name="Müster GmbH")
        self.save(web, organisation_name="muster gmbh")
        assert Contact.objects.get().organisation == muster

    def test_an_unknown_name_is_asked_about(self, web: Client) -> None:
        page = self.save(web, organisation_name="Muster")
        assert page.context["form"].errors == {
            "organisation_name": ["No organisation has this name."]
        }
        assert b'name="create_organisation"' in page.content
        assert b'name="which"' not in page.content
        assert not Contact.objects.exists()

    def test_an_unknown_name_is_created_on_demand(
        self, web: Client, anna: User
    ) -> None:
        self.save(
            web, organisation_name="Muster", create_organisation="on", owner=anna.pk
        )
        contact = Contact.objects.get()
        assert contact.organisation == Organisation.objects.get(name="Muster")
        assert contact.organisation.owner == anna

    def test_nothing_is_created_if_something_else_is_wrong(self, web: Client) -> None:
        self.save(
            web, organisation_name="Muster", create_organisation="on", email="no mail"
        )
        assert not Organisation.objects.exists()

    def test_of_several_one_is_chosen(self, web: Client) -> None:
        Organisation.objects.create(name="Muster", city="Berlin")
        second = Organisation.objects.create(name="Muster", phone="040 33")
        page = self.save(web, organisation_name="Muster")
        assert "Several organisations have this name." in page.content.decode()
        assert "Muster, Berlin" in page.content.decode()
        assert b'name="create_organisation"' not in page.content
        self.save(web, organisation_name="Muster", which=second.pk)
        assert Contact.objects.get().organisation == second

    def test_an_organisation_of_another_name_cannot_be_chosen(
        self, web: Client
    ) -> None:
        other = Organisation.objects.create(name="Other")
        page = self.save(web, organisation_name="Muster", which=other.pk)
        assert "which" in page.context["form"].errors

    def test_a_deleted_organisation_is_not_found(self, web: Client) -> None:
        Organisation.objects.create(name="Muster").move_to_bin(job="test")
        page = self.save(web, organisation_name="Muster")
        assert "organisation_name" in page.context["form"].errors

    def test_it_stays_as_it_is_also_among_several_or_deleted(self, web: Client) -> None:
        mine = Organisation.objects.create(name="Muster")
        Organisation.objects.create(name="Muster")
        contact = Contact.objects.create(last_name="Schmidt", organisation=mine)
        mine.move_to_bin(job="test")
        url = f"{contact.get_absolute_url()}edit/"
        shown = web.get(url).context["form"]["organisation_name"].value()
        assert shown == "Muster"
        assert self.save(web, url, organisation_name=shown).status_code == 302
        contact.refresh_from_db()
        assert contact.organisation_id == mine.pk

    @pytest.mark.parametrize("nothing", ["", "  ", "--"])
    def test_it_can_be_taken_away(self, web: Client, nothing: str) -> None:
        muster = Organisation.objects.create(name="Muster")
        contact = Contact.objects.create(last_name="Schmidt", organisation=muster)
        self.save(web, f"{contact.get_absolute_url()}edit/", organisation_name=nothing)
        contact.refresh_from_db()
        assert contact.organisation is None

    def test_names_are_suggested_by_how_they_begin(self, web: Client) -> None:
        for name in ("Müller AG", "Muster GmbH", "Muster GmbH", "Zander"):
            Organisation.objects.create(name=name)
        names = web.get("/organisations/names/?q=mu").json()["names"]
        assert names == ["Müller AG", "Muster GmbH"]
        assert web.get("/organisations/names/?q=%20").json()["names"] == []
