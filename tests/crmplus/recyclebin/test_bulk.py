from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from crmplus.accounts.models import Role, User
from crmplus.administration.models import SettingsChange
from crmplus.phonebook.choices import choice, remember_choice
from crmplus.phonebook.find import find
from crmplus.records.models import Contact, Lead, Organisation, Partner
from crmplus.recyclebin import bulk, services
from crmplus.timeline.models import Change, Comment, Deed
from crmplus.timeline.services import add_comment
from pbxmanager.models import Call, Event, Leg, Report

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BIN, RESTORE, DELETE = "/recycle-bin/", "/recycle-bin/restore/", "/recycle-bin/delete/"


def deleted(*names: str) -> list[Lead]:
    leads = [Lead.objects.create(last_name=name) for name in names]
    for lead in leads:
        lead.move_to_bin(job="test")
    return leads


@pytest.fixture
def admin(web: Client, anna: User) -> Client:
    User.objects.filter(pk=anna.pk).update(role=Role.ADMIN)
    return web


def test_the_modules_say_how_many_they_hold(
    web: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted("A", "B")
    counts = {kind.key: count for kind, count in web.get(BIN).context["kinds"]}
    assert counts["leads"] == "2"
    assert counts["contacts"] == ""
    monkeypatch.setattr(services, "MOST_COUNTED", 1)
    counts = {kind.key: count for kind, count in web.get(BIN).context["kinds"]}
    assert counts["leads"] == "1+"


def test_of_very_many_the_newest_are_counted(
    web: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted("A", "B", "C", "D")
    monkeypatch.setattr(services, "MOST_LOOKED_AT", 2)
    page = web.get(BIN).context
    counts = {kind.key: count for kind, count in page["kinds"]}
    assert counts["leads"] == "2+"
    assert len(page["listing"].items) == 4


@pytest.mark.parametrize(
    ("text", "found"),
    [("web", ["Weber"]), ("030 2312512", ["call"]), ("price", ["new price"])],
)
def test_what_was_deleted_is_searched_for(
    web: Client, anna: User, text: str, found: list[str]
) -> None:
    deleted("Weber", "Lang")
    add_comment("leads", 1, anna, "new price").move_to_bin(by=anna)
    Call.objects.create(
        direction="inbound",
        status="ended",
        started_at=NOON,
        user=anna,
        party="+49302312512",
    ).move_to_bin(by=anna)
    items = web.get(BIN, {"q": text}).context["listing"].items
    assert [
        "call" if item.kind.key == "calls" else item.title for item in items
    ] == found


def test_a_search_without_hits_says_what_is_found_how(web: Client) -> None:
    deleted("Weber")
    assert "Nothing found" in web.get(f"{BIN}?q=zz").content.decode()


def test_chosen_entries_come_back(web: Client) -> None:
    one, two, _three = deleted("A", "B", "C")
    items = [f"leads:{one.pk}", f"leads:{two.pk}", "leads:x", "nobody:1", "leads:"]
    page = web.post(RESTORE, {"item": items}, follow=True).content.decode()
    assert "2 entries are back." in page
    assert {lead.last_name for lead in Lead.objects.all()} == {"A", "B"}


def test_all_of_a_module_come_back_and_no_other(web: Client) -> None:
    deleted("A", "B", "C")
    Partner.objects.create(name="P").move_to_bin(job="test")
    page = web.post(RESTORE, {"type": "leads"}, follow=True).content.decode()
    assert "3 entries are back." in page
    assert Lead.objects.count() == 3
    assert not Partner.objects.exists()


def test_many_come_back_as_one_does(web: Client, anna: User) -> None:
    lead = Lead.objects.create(last_name="A", phone="030 1234567")
    lead.move_to_bin(by=anna)
    assert not find("+49301234567")
    web.post(RESTORE, {"type": "leads"})
    lead.refresh_from_db()
    assert lead.restored_at is not None
    assert (lead.deleted_at, lead.deleted_by) == (None, None)
    assert find("+49301234567")
    deeds = Change.objects.order_by("pk").values_list("deed", flat=True)
    assert list(deeds) == [Deed.DELETED, Deed.RESTORED]


def test_one_that_cannot_come_back_keeps_no_other_from_it(
    web: Client, anna: User
) -> None:
    from crmplus.records.merging import merge
    from crmplus.records.types import LEADS

    first, second, third = (Lead.objects.create(last_name=name) for name in "ABC")
    merge(LEADS, second.pk, first.pk, {}, anna)
    merge(LEADS, third.pk, second.pk, {}, anna)
    third.move_to_bin(by=anna)
    done = bulk.Done()
    part = bulk.Part(services.type_of(anna, "leads"), (first.pk, third.pk))
    bulk.restore_parts([part], anna, done)
    assert done.count == 1
    assert done.refused == len(done.reasons) == 1
    assert Lead.objects.get() == third


def test_an_entry_that_somebody_deletes_for_good_meanwhile_is_told_of(
    web: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    (lead,) = deleted("Weber")

    def found(*asked: object) -> Lead:
        Lead.all_objects.all().delete()
        return lead

    monkeypatch.setattr("crmplus.recyclebin.views.find_deleted", found)
    page = web.post(f"{BIN}leads/{lead.pk}/restore/", follow=True)
    assert "It is not in the recycle bin any more." in page.text


def test_deleting_for_good_asks_first_and_says_how_many(admin: Client) -> None:
    deleted("A", "B")
    for page in (admin.get(f"{DELETE}?type=leads"), admin.post(DELETE, {"type": "*"})):
        shown = page.context["counts"]
        assert [(kind.key, count) for kind, count in shown] == [("leads", "2")]
    assert Lead.all_objects.count() == 2
    page = admin.post(DELETE, {"type": "leads", "sure": "on"}, follow=True)
    assert "2 entries are deleted for good." in page.content.decode()
    assert not Lead.all_objects.exists()


def test_what_hangs_on_an_entry_goes_with_it(admin: Client, anna: User) -> None:
    (lead,) = deleted("A")
    kept = Lead.objects.create(last_name="kept")
    for record in (lead, kept):
        add_comment("leads", record.pk, anna, "hello")
    remember_choice("+4930", "leads", lead.pk, anna)
    call = Call.objects.create(
        direction="inbound",
        status="ended",
        started_at=NOON,
        chosen_source="leads",
        chosen_id=lead.pk,
    )
    admin.post(DELETE, {"item": f"leads:{lead.pk}", "sure": "on"})
    assert Comment.all_objects.get().target_id == kept.pk
    assert not Change.objects.filter(target_id=lead.pk).exists()
    assert choice("+4930") is None
    call.refresh_from_db()
    assert (call.chosen_source, call.chosen_id) == ("", None)


def test_a_call_goes_with_its_parts_and_comments(admin: Client, anna: User) -> None:
    call = Call.objects.create(direction="inbound", status="ended", started_at=NOON)
    Leg.objects.create(call=call, direction="inbound", first_at=NOON)
    report = Report.objects.create(
        call=call, source="key:1", client_call_id="1", first_at=NOON, last_at=NOON
    )
    Event.objects.create(
        report=report, source="key:1", kind="ringing", received_at=NOON
    )
    add_comment("call", call.pk, anna, "hello")
    call.move_to_bin(by=anna)
    admin.post(DELETE, {"type": "calls", "sure": "on"})
    for rows in (Call.all_objects, Leg.objects, Report.objects, Event.objects):
        assert not rows.exists()
    assert not Comment.all_objects.exists()


def test_people_of_an_organisation_stay(admin: Client) -> None:
    muster = Organisation.objects.create(name="Muster")
    contact = Contact.objects.create(last_name="X", organisation=muster)
    muster.move_to_bin(job="test")
    admin.post(DELETE, {"type": "*", "sure": "on"})
    contact.refresh_from_db()
    assert contact.organisation is None


def test_only_what_is_in_the_bin_is_deleted(admin: Client) -> None:
    alive = Lead.objects.create(last_name="alive")
    admin.post(DELETE, {"item": f"leads:{alive.pk}", "sure": "on"})
    assert Lead.objects.exists()


def test_what_is_deleted_while_one_reads_the_question_stays(admin: Client) -> None:
    deleted("A")
    shown = admin.get(f"{DELETE}?type=*").context["until"]
    deleted("B")
    again = admin.post(DELETE, {"type": "*", "until": shown})
    assert [count for _kind, count in again.context["counts"]] == ["1"]
    admin.post(DELETE, {"type": "*", "sure": "on", "until": shown})
    assert Lead.all_objects.get().last_name == "B"


@pytest.mark.parametrize("until", ["", "x", "9999-12-31T00:00:00+00:00", "2030-01-01"])
def test_a_moment_that_makes_no_sense_is_now(admin: Client, until: str) -> None:
    deleted("A")
    admin.post(DELETE, {"type": "*", "sure": "on", "until": until})
    assert not Lead.all_objects.exists()


def test_deleting_for_good_is_audited(admin: Client, anna: User) -> None:
    deleted("A")
    admin.post(DELETE, {"type": "leads", "sure": "on"})
    change = SettingsChange.objects.get()
    assert (change.actor, change.area, change.what) == (anna, "recyclebin", "leads")
    assert change.changes == [{"field": "entries", "before": None, "after": 1}]
    assert "Recycle bin: Lead" in admin.get("/settings/changes/").content.decode()


def test_nothing_chosen_says_so(admin: Client) -> None:
    assert "Nothing is chosen" in admin.post(DELETE, {}).content.decode()


def test_only_admins_delete_for_good(web: Client) -> None:
    deleted("A")
    assert "Delete chosen" not in web.get(BIN).content.decode()
    assert web.get(DELETE).status_code == 403
    assert web.post(DELETE, {"type": "*", "sure": "on"}).status_code == 403
    assert Lead.all_objects.exists()


def test_a_link_brings_nothing_back(web: Client) -> None:
    deleted("A")
    assert web.get(RESTORE).status_code == 405
