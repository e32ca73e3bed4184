from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from crmplus.accounts.models import Scope, User
from crmplus.phonebook.choices import choice, remember_choice
from crmplus.records.converting import contact_of, convert
from crmplus.records.history import changes
from crmplus.records.merging import MergedMeanwhile, merge
from crmplus.records.models import Contact, Lead, Organisation
from crmplus.records.restoring import restore
from crmplus.records.types import CONTACTS
from crmplus.recyclebin.services import CannotRestore
from crmplus.timeline.models import Comment, Deed
from crmplus.timeline.services import add_comment


@pytest.fixture
def lead(anna: User) -> Lead:
    return Lead.objects.create(
        first_name="Max",
        last_name="Weber",
        company="Weber Druck GmbH",
        phone="030 2312512",
        city="Berlin",
        owner=anna,
    )


def send(web: Client, lead: Lead, where: str, **more: str) -> Any:
    page = web.get(f"/leads/{lead.pk}/convert/")
    form = {
        f"person-{name}": value
        for name in page.context["form"].person.fields
        if (value := page.context["form"].person[name].value()) is not None
    }
    form |= {"where": where, "name": "Weber Druck GmbH", **more}
    return web.post(f"/leads/{lead.pk}/convert/", form, follow=True)


def test_a_lead_becomes_a_contact_of_a_new_organisation(
    web: Client, anna: User, lead: Lead
) -> None:
    add_comment("leads", lead.pk, anna, "hello")
    remember_choice("+49302312512", "leads", lead.pk, anna)
    answer = send(web, lead, "new")
    contact = Contact.objects.get()
    assert (contact.title, contact.phone, contact.owner) == (
        "Max Weber",
        "030 2312512",
        anna,
    )
    organisation = Organisation.objects.get()
    assert contact.organisation == organisation
    assert (organisation.name, organisation.city) == ("Weber Druck GmbH", "Berlin")
    comment = Comment.objects.get()
    assert (comment.target_kind, comment.target_id) == ("contacts", contact.pk)
    assert choice("+49302312512") == ("contacts", contact.pk)
    assert changes(contact)[0].deed == Deed.CONVERTED
    assert answer.redirect_chain == [(contact.get_absolute_url(), 302)]
    assert web.get(lead.get_absolute_url())["Location"] == contact.get_absolute_url()


def test_the_organisation_of_that_name_is_suggested_first(
    web: Client, lead: Lead
) -> None:
    Organisation.objects.create(name="Weber Bau")
    same = Organisation.objects.create(name="WEBER DRUCK GmbH")
    page = web.get(f"/leads/{lead.pk}/convert/")
    form = page.context["form"]
    assert form.initial["where"] == str(same.pk)
    assert [one.name for one in form.suggested] == ["WEBER DRUCK GmbH", "Weber Bau"]
    send(web, lead, str(same.pk))
    assert Contact.objects.get().organisation == same
    assert Organisation.objects.count() == 2


def test_a_contact_needs_no_organisation(web: Client, lead: Lead) -> None:
    send(web, lead, "none")
    assert Contact.objects.get().organisation is None


@pytest.mark.parametrize(
    ("where", "more"),
    [
        ("new", {"name": " "}),
        ("999", {}),
        ("none", {"person-first_name": "", "person-last_name": ""}),
        ("none", {"person-email": "nowhere"}),
    ],
)
def test_what_is_wrong_converts_nothing(
    web: Client, lead: Lead, where: str, more: dict[str, str]
) -> None:
    answer = send(web, lead, where, **more)
    assert "Not saved yet" in answer.content.decode()
    assert not Contact.objects.exists()
    assert Lead.objects.exists()


def test_undone_the_lead_is_back_with_all_that_came_since(
    web: Client, anna: User, lead: Lead
) -> None:
    send(web, lead, "new")
    contact = Contact.objects.get()
    add_comment("contacts", contact.pk, anna, "since")
    web.post(f"/recycle-bin/leads/{lead.pk}/restore/")
    assert Lead.objects.get() == lead
    assert not Contact.objects.exists()
    assert not Organisation.objects.exists()
    comment = Comment.objects.get()
    assert (comment.target_kind, comment.target_id) == ("leads", lead.pk)


def test_who_does_not_see_the_contact_does_not_undo_it(
    web: Client, anna: User, ben: User, lead: Lead
) -> None:
    send(web, lead, "new")
    Contact.objects.update(owner=ben)
    User.objects.filter(pk=anna.pk).update(sees_records=Scope.OWN)

    page = web.post(f"/recycle-bin/leads/{lead.pk}/restore/", follow=True)

    assert "part of an entry that you can&#x27;t see" in page.content.decode()
    assert Contact.objects.exists()
    assert not Lead.objects.exists()
    # Who sees the contact, but not the organisation that was made for it, leaves that.
    Contact.objects.update(owner=anna)
    Organisation.objects.update(owner=ben)
    web.post(f"/recycle-bin/leads/{lead.pk}/restore/")
    assert Lead.objects.exists()
    assert Organisation.objects.exists()


def test_an_organisation_with_others_in_it_stays(
    web: Client, anna: User, lead: Lead
) -> None:
    send(web, lead, "new")
    Contact.objects.create(last_name="X", organisation=Organisation.objects.get())
    restore(Lead.all_objects.get(), anna)
    assert Organisation.objects.exists()


def test_it_is_not_undone_while_its_contact_is_part_of_another(
    web: Client, anna: User, lead: Lead
) -> None:
    send(web, lead, "none")
    contact, other = Contact.objects.get(), Contact.objects.create(last_name="X")
    merge(CONTACTS, other.pk, contact.pk, {}, anna)
    with pytest.raises(CannotRestore):
        restore(Lead.all_objects.get(), anna)
    page = web.post(f"/recycle-bin/leads/{lead.pk}/restore/", follow=True)
    assert "Undo that first." in page.content.decode()


def test_twice_at_once_makes_one_contact(anna: User, lead: Lead) -> None:
    convert(lead.pk, contact_of(lead), None, anna)
    with pytest.raises(MergedMeanwhile):
        convert(lead.pk, contact_of(lead), None, anna)
    assert Contact.objects.count() == 1


def test_what_somebody_changed_meanwhile_is_looked_at_again(
    web: Client, lead: Lead
) -> None:
    url = f"/leads/{lead.pk}/convert/"
    seen = web.get(url).context["seen"]
    lead.mobile = "0171 7654321"
    lead.save()
    page = web.post(url, {"seen": seen, "where": "none", "person-last_name": "Lang"})
    assert "Somebody changed the lead meanwhile." in page.text
    assert "0171 7654321" in page.text
    assert not Contact.objects.exists()


def test_who_may_not_see_the_lead_finds_no_page(
    web: Client, anna: User, ben: User, lead: Lead
) -> None:
    Lead.objects.update(owner=ben)
    User.objects.filter(pk=anna.pk).update(sees_records=Scope.OWN)
    assert web.get(f"/leads/{lead.pk}/convert/").status_code == 404


def test_the_bin_says_that_it_was_converted(web: Client, lead: Lead) -> None:
    send(web, lead, "none")
    page = web.get("/recycle-bin/?type=leads").content.decode()
    assert "Converted" in page
    assert Contact.objects.get().get_absolute_url() in page
