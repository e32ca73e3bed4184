from __future__ import annotations

import pytest
from django.test import Client

from crmplus import hooks
from crmplus.accounts.models import User
from crmplus.records.history import changes, note_many, note_saved, values_of
from crmplus.records.models import Contact, Lead, Organisation, Partner, Record
from crmplus.timeline.models import Deed


def told(record: Record) -> list[tuple[str, dict[str, list[str]]]]:
    """What was done to a record, the oldest first."""
    return [(change.deed, change.fields) for change in changes(record)][::-1]


def test_making_and_changing_a_record_on_its_page_is_noted(
    web: Client, anna: User
) -> None:
    web.post("/partners/new/", {"name": "Muster", "owner": anna.pk, "phone": "1"})
    partner = Partner.objects.get()
    web.post(f"/partners/{partner.pk}/edit/", {"name": "Muster", "phone": "2"})
    assert told(partner) == [
        (Deed.CREATED, {}),
        (Deed.CHANGED, {"phone": ["1", "2"], "owner": ["Anna Berger", ""]}),
    ]
    assert {change.author for change in changes(partner)} == {anna}


def test_saving_what_is_there_already_notes_nothing(web: Client, anna: User) -> None:
    partner = Partner.objects.create(name="Muster")
    web.post(f"/partners/{partner.pk}/edit/", {"name": "Muster"})
    assert told(partner) == []


def test_an_organisation_made_with_a_contact_is_noted(web: Client) -> None:
    form = {
        "last_name": "Weber",
        "organisation_name": "Neu GmbH",
        "create_organisation": "on",
    }
    web.post("/contacts/new/", form)
    assert told(Organisation.objects.get()) == [(Deed.CREATED, {})]


def test_programs_note_what_they_write_too(web: Client, anna: User) -> None:
    made = web.post(
        "/api/leads/", {"last_name": "Weber"}, content_type="application/json"
    )
    lead = Lead.objects.get(pk=made.json()["id"])
    web.patch(f"/api/leads/{lead.pk}/", {"phone": "1"}, content_type="application/json")
    assert told(lead) == [(Deed.CREATED, {}), (Deed.CHANGED, {"phone": ["", "1"]})]


def test_deleting_and_restoring_are_noted_once(anna: User) -> None:
    lead = Lead.objects.create(last_name="Weber")
    for _twice in range(2):
        lead.move_to_bin(by=anna)
    for _twice in range(2):
        lead.restore(by=anna)
    assert [deed for deed, _fields in told(lead)] == [Deed.DELETED, Deed.RESTORED]


def test_what_another_app_writes_into_a_field_is_noted(anna: User) -> None:
    lead = Lead.objects.create(last_name="Weber")
    source = next(
        one for one in hooks.registered(hooks.PhoneSource) if one.key == "leads"
    )
    lead.mobile = "0171 1"
    lead.save()
    assert source.noted
    source.noted(anna, lead, {"mobile": ""})
    assert told(lead) == [(Deed.CHANGED, {"mobile": ["", "0171 1"]})]


def test_many_changed_records_are_noted_together(anna: User) -> None:
    leads = [Lead.objects.create(last_name=name) for name in "AB"]
    before = [(lead, values_of(lead)) for lead in leads]
    leads[0].owner = anna
    assert note_many(before, by=anna) == 1
    assert told(leads[0]) == [(Deed.CHANGED, {"owner": ["", "Anna Berger"]})]


def test_an_organisation_is_noted_by_its_name(anna: User) -> None:
    contact = Contact.objects.create(last_name="Weber")
    before = values_of(contact)
    contact.organisation = Organisation.objects.create(name="Muster GmbH")
    note_saved(contact, anna, before)
    assert told(contact) == [(Deed.CHANGED, {"organisation": ["", "Muster GmbH"]})]


@pytest.mark.parametrize("show", ["", "change"])
def test_the_timeline_tells_it(web: Client, anna: User, show: str) -> None:
    lead = Lead.objects.create(last_name="Weber", country="DE")
    before = values_of(lead)
    lead.country = "AT"
    note_saved(lead, anna, before)
    page = web.get(f"{lead.get_absolute_url()}?show={show}").content.decode()
    for part in ("Country:", "<del>Germany</del>", "<ins>Austria</ins>"):
        assert part in page
    other = web.get(f"{lead.get_absolute_url()}?show=comment").content.decode()
    assert "<ins>" not in other
