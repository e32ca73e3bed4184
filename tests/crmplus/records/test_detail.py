from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crmplus import hooks
from crmplus.accounts.models import User
from crmplus.records.detail import PEOPLE
from crmplus.records.models import Contact, Lead, Organisation, Partner
from crmplus.timeline.services import add_comment


@pytest.fixture
def muster(anna: User) -> Organisation:
    return Organisation.objects.create(
        name="Muster GmbH",
        phone="030 1234567",
        website="https://muster.example",
        street="Hauptstraße 1",
        postcode="10115",
        city="Berlin",
        country="DE",
        owner=anna,
    )


def test_the_page_shows_who_it_is(web: Client, muster: Organisation) -> None:
    page = web.get(f"/organisations/{muster.pk}/").content.decode()
    for text in (
        "Muster GmbH",
        'data-dial="+49301234567"',
        "https://muster.example",
        "Hauptstraße 1",
        "10115",
        "Berlin",
        "Germany",
        "Anna Berger",
    ):
        assert text in page


def test_a_number_that_is_none_is_shown_with_a_warning(web: Client) -> None:
    partner = Partner.objects.create(name="X", phone="see note")
    page = web.get(partner.get_absolute_url()).content.decode()
    assert "see note" in page
    assert "kept as written" in page


def test_an_organisation_shows_its_people(web: Client, muster: Organisation) -> None:
    for n in range(PEOPLE + 1):
        Contact.objects.create(last_name=f"Name{n:02}", organisation=muster)
    page = web.get(muster.get_absolute_url()).content.decode()
    assert "Name09" in page
    assert "Name10" not in page
    assert f'href="/contacts/?organisation={muster.pk}"' in page


def test_a_contact_shows_its_organisation_unless_that_is_deleted(
    web: Client, muster: Organisation
) -> None:
    contact = Contact.objects.create(last_name="Schmidt", organisation=muster)
    link = f'href="{muster.get_absolute_url()}"'
    assert link in web.get(contact.get_absolute_url()).content.decode()
    muster.move_to_bin(job="test")
    page = web.get(contact.get_absolute_url()).content.decode()
    assert link not in page
    assert "Muster GmbH" in page


def test_other_apps_put_panels_on_the_page(web: Client, muster: Organisation) -> None:
    def panel(key: str, speaks: bool) -> hooks.RecordPanel:
        return hooks.RecordPanel(
            key=key,
            title=f"Title of {key}",
            icon="phone",
            template="crmplus/includes/empty.html",
            context=lambda request, source, record: (
                {"icon": "phone", "title": f"{source} {record.pk}"} if speaks else None
            ),
        )

    with (
        hooks.temporarily(panel("calls", True)),
        hooks.temporarily(panel("files", False)),
    ):
        page = web.get(muster.get_absolute_url()).content.decode()
    assert "Title of calls" in page
    assert f"organisations {muster.pk}" in page
    assert "Title of files" not in page


@pytest.mark.parametrize("url", ["/contacts/999/", "/nobody/1/", "/contacts/x/"])
def test_what_is_not_there_is_not_found(web: Client, url: str) -> None:
    assert web.get(url).status_code == 404


def test_what_is_deleted_is_not_found(web: Client, muster: Organisation) -> None:
    muster.move_to_bin(job="test")
    assert web.get(muster.get_absolute_url()).status_code == 404


def test_a_long_page_costs_as_many_queries_as_a_short_one(
    web: Client, anna: User, ben: User, muster: Organisation
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            web.get(muster.get_absolute_url())
        return len(captured)

    Contact.objects.create(last_name="A", phone="030 1", organisation=muster)
    add_comment("organisations", muster.pk, anna, "first")
    web.get(muster.get_absolute_url())
    few = queries()
    for n in range(20):
        Contact.objects.create(last_name=f"B{n}", phone="030 1", organisation=muster)
        add_comment("organisations", muster.pk, ben, f"comment {n}")
    assert queries() == few


def test_deleting_can_be_undone(web: Client, anna: User) -> None:
    lead = Lead.objects.create(last_name="Schmidt")
    after = web.post(f"/leads/{lead.pk}/delete/", follow=True)
    assert after.redirect_chain == [("/leads/", 302)]
    lead.refresh_from_db()
    assert lead.deleted_by == anna
    undo = f"/recycle-bin/leads/{lead.pk}/restore/?next=%2Fleads%2F{lead.pk}%2F"
    assert f'action="{undo}"' in after.content.decode()
    back = web.post(undo)
    assert back["Location"] == f"/leads/{lead.pk}/"
    assert Lead.objects.get() == lead


def test_a_link_deletes_nothing(web: Client) -> None:
    lead = Lead.objects.create(last_name="Schmidt")
    assert web.get(f"/leads/{lead.pk}/delete/").status_code == 405
    assert Lead.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "/contacts/",
        "/contacts/new/",
        "/contacts/1/",
        "/contacts/1/edit/",
        "/contacts/1/delete/",
        "/search/",
        "/organisations/names/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_only_who_is_signed_in_sees_or_changes_anything(
    client: Client, db: None, url: str, method: str
) -> None:
    answer = getattr(client, method)(url)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")
