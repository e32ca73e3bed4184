"""Adding a number to a record that is there already."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from crmplus import hooks
from crmplus.phonebook.find import find
from crmplus.records.models import Contact, Organisation
from crmplus.timeline.models import Change
from softphone_connector import attach as module
from softphone_connector.attach import FOUND_PER_TYPE, NoPlace, attach, candidates
from tests.softphone_connector.cast import Cast
from tests.softphone_connector.talking import JULIA, STRANGER, queries


def julia(**fields: Any) -> Contact:
    return Contact.objects.create(first_name="Julia", last_name="Berg", **fields)


def test_records_are_found_by_the_beginning_of_their_name(people: Cast) -> None:
    muster = Organisation.objects.create(name="Berger AG", phone=JULIA)
    contact = julia(organisation=muster, mobile=JULIA)
    Contact.objects.create(last_name="Schönberg")
    found = candidates(people.anna, " berg ")
    assert [(one.source, one.object_id) for one in found] == [
        ("contacts", contact.pk),
        ("organisations", muster.pk),
    ]
    assert (found[0].title, found[0].organisation) == ("Julia Berg", "Berger AG")
    assert [name for name, _label in found[0].fields] == ["phone", "other_phone", "fax"]


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_is_looked_for_without_a_name(people: Cast, text: str) -> None:
    julia()
    assert candidates(people.anna, text) == []


def test_few_of_each_kind_are_offered_in_as_many_queries(people: Cast) -> None:
    muster = Organisation.objects.create(name="Muster GmbH")
    julia(organisation=muster)
    few = queries(lambda: candidates(people.anna, "Berg"))
    for _ in range(FOUND_PER_TYPE + 3):
        julia(organisation=muster)
    assert queries(lambda: candidates(people.anna, "Berg")) <= few
    assert len(candidates(people.anna, "Berg")) == FOUND_PER_TYPE


def test_the_number_is_written_and_names_the_caller_from_then_on(people: Cast) -> None:
    contact = julia()
    assert attach(people.anna, "contacts", contact.pk, "mobile", STRANGER) == contact
    [match] = find(STRANGER)
    assert (match.object_id, match.field) == (contact.pk, "mobile")


def test_a_number_that_is_there_is_never_overwritten(people: Cast) -> None:
    contact = julia(phone=JULIA)
    with pytest.raises(NoPlace):
        attach(people.anna, "contacts", contact.pk, "phone", STRANGER)
    contact.refresh_from_db()
    assert contact.phone == JULIA


@pytest.mark.parametrize(
    ("source", "field"),
    [("nobody", "phone"), ("contacts", "email"), ("contacts", "owner_id")],
)
def test_only_number_fields_of_records_are_written(
    people: Cast, source: str, field: str
) -> None:
    contact = julia()
    with pytest.raises(NoPlace):
        attach(people.anna, source, contact.pk, field, STRANGER)
    contact.refresh_from_db()
    assert contact.email == ""


def test_a_record_that_is_gone_takes_none(people: Cast) -> None:
    contact = julia()
    contact.move_to_bin(by=people.ben)
    for object_id in (contact.pk, 10**30):
        with pytest.raises(NoPlace):
            attach(people.anna, "contacts", object_id, "phone", STRANGER)


def test_what_a_user_may_not_see_is_out_of_reach(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact = julia()
    [source] = [
        one for one in hooks.registered(hooks.PhoneSource) if one.key == "contacts"
    ]
    hidden = dataclasses.replace(source, visible=lambda user, rows: rows.none())
    monkeypatch.setattr(module.hooks, "registered", lambda kind: [hidden])
    with pytest.raises(NoPlace):
        attach(people.anna, "contacts", contact.pk, "phone", STRANGER)


def test_the_record_keeps_in_its_history_who_added_the_number(people: Cast) -> None:
    contact = julia()
    attach(people.anna, "contacts", contact.pk, "mobile", STRANGER)
    change = Change.objects.get(target_kind="contacts", target_id=contact.pk)
    assert change.author == people.anna
    assert change.fields == {"mobile": ["", STRANGER]}
