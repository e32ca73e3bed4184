from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from crmplus.accounts.models import Role, Scope, User
from crmplus.records.history import changes, note_saved, values_of
from crmplus.records.models import Contact, Lead, Organisation, Partner

HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def contact(anna: User) -> Contact:
    return Contact.objects.create(first_name="Eva", last_name="Lang", phone="030 1")


def send(web: Client, record: Any, name: str, value: str, **more: str) -> Any:
    url = f"{record.get_absolute_url()}fields/{name}/"
    return web.post(url, {name: value, **more})


def test_one_field_is_saved_by_itself(web: Client, contact: Contact) -> None:
    Contact.objects.filter(pk=contact.pk).update(email="not an address")
    answer = send(web, contact, "phone", " 030 2 ", was="030 1")
    contact.refresh_from_db()
    assert contact.phone == "030 2"
    told = json.loads(answer["HX-Trigger"])["record-changed"]
    assert (told["was"], told["now"]) == ("030 1", "030 2")
    assert changes(contact).get().fields == {"phone": ["030 1", "030 2"]}


def test_the_field_is_asked_for_as_a_form_or_as_it_is(
    web: Client, contact: Contact
) -> None:
    url = f"{contact.get_absolute_url()}fields/phone/"
    form = web.get(url).content.decode()
    assert 'value="030 1"' in form
    assert 'name="was"' in form
    assert "<form" not in web.get(f"{url}?shown=1").content.decode()


def test_a_new_name_changes_the_title_and_the_keys(
    web: Client, contact: Contact
) -> None:
    answer = send(web, contact, "last_name", "Kurz", was="Lang")
    assert "Eva Kurz" in answer.content.decode()
    contact.refresh_from_db()
    assert contact.name_key == "kurz eva"


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("email", "nowhere", "valid email"),
        ("website", "http://", "valid URL"),
        ("phone", "1" * 65, "at most 64"),
        ("country", "XX", "Select a valid choice"),
        ("owner", "999", "Select a valid choice"),
        ("organisation_name", "Unknown AG", "No organisation has this name."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_saved(
    web: Client, contact: Contact, name: str, value: str, why: str
) -> None:
    before = values_of(Contact.objects.get())
    answer = send(web, contact, name, value)
    assert why in answer.content.decode()
    assert "HX-Trigger" not in answer
    assert values_of(Contact.objects.get()) == before


def test_a_person_keeps_one_of_the_names(web: Client, anna: User) -> None:
    lead = Lead.objects.create(last_name="Lang")
    answer = send(web, lead, "last_name", "", was="Lang")
    assert "Give a first or a last name." in answer.content.decode()
    assert Lead.objects.get().last_name == "Lang"


def test_an_organisation_is_found_by_name_or_made_if_wanted(
    web: Client, contact: Contact
) -> None:
    muster = Organisation.objects.create(name="Muster GmbH")
    send(web, contact, "organisation_name", "muster gmbh", was="")
    contact.refresh_from_db()
    assert contact.organisation == muster
    send(web, contact, "organisation_name", "Neu AG", create_organisation="on")
    contact.refresh_from_db()
    assert contact.organisation_name == "Neu AG"
    assert contact.phone == "030 1"
    send(web, contact, "organisation_name", "", was="Neu AG")
    contact.refresh_from_db()
    assert contact.organisation is None


def test_two_who_change_a_field_at_once_are_told_of_each_other(
    web: Client, contact: Contact, ben: User
) -> None:
    before = values_of(contact)
    contact.phone = "030 3"
    contact.save()
    note_saved(contact, ben, before)
    answer = send(web, contact, "phone", "030 2", was="030 1").content.decode()
    for part in ("Ben Nowak", "030 3", "030 2", "Save mine"):
        assert part in answer
    assert Contact.objects.get().phone == "030 3"
    send(web, contact, "phone", "030 2", was="030 3")
    assert Contact.objects.get().phone == "030 2"


def test_two_who_write_the_same_are_not_in_each_others_way(
    web: Client, contact: Contact
) -> None:
    Contact.objects.update(phone="030 2")
    assert send(web, contact, "phone", "030 2", was="030 1").status_code == 200
    assert not changes(contact).exists()


def test_hostile_text_stays_text(web: Client, contact: Contact) -> None:
    answer = send(web, contact, "position", HOSTILE, was="")
    assert b"<script>" not in answer.content
    assert "\n" not in answer["HX-Trigger"]
    page = web.get(contact.get_absolute_url()).content
    assert b"<script>alert" not in page


@pytest.mark.parametrize("name", ["nobody", "id", "deleted_at", "name_key", "company"])
def test_only_fields_of_the_page_can_be_changed(
    web: Client, contact: Contact, name: str
) -> None:
    assert web.get(f"{contact.get_absolute_url()}fields/{name}/").status_code == 404
    assert send(web, contact, name, "1").status_code == 404


def test_who_may_not_see_a_record_changes_none_of_it(
    web: Client, anna: User, ben: User
) -> None:
    partner = Partner.objects.create(name="Muster", owner=ben)
    User.objects.filter(pk=anna.pk).update(sees_records=Scope.OWN)
    assert send(web, partner, "phone", "1").status_code == 404
    User.objects.filter(pk=anna.pk).update(role=Role.STATISTICS)
    assert send(web, partner, "phone", "1").status_code in {302, 403, 404}
    assert Partner.objects.get().phone == ""


def test_what_is_deleted_cannot_be_changed(web: Client, contact: Contact) -> None:
    contact.move_to_bin(job="test")
    assert send(web, contact, "phone", "1").status_code == 404
