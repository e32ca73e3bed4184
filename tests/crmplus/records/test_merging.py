from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import serializers
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from crmplus import hooks
from crmplus.accounts.models import Scope, User
from crmplus.phonebook.choices import choice, remember_choice
from crmplus.phonebook.models import Choice, PhoneIndex
from crmplus.records.access import record_for
from crmplus.records.history import changes
from crmplus.records.merge_choices import (
    NEW,
    OLD,
    choices,
    chosen_values,
    fuller,
    lost_numbers,
)
from crmplus.records.merge_models import Distinct, Merge
from crmplus.records.merging import MergedMeanwhile, merge, successor, undo_merge
from crmplus.records.models import Contact, Organisation, Partner, Record
from crmplus.records.restoring import restore
from crmplus.records.types import CONTACTS, ORGANISATIONS, PARTNERS, type_of
from crmplus.recyclebin.services import CannotRestore
from crmplus.timeline.models import Change, Comment, Deed
from crmplus.timeline.services import add_comment
from pbxmanager.models import Call
from tests.support.examples import examples

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def call(chosen: Record | None = None) -> Call:
    return Call.objects.create(
        direction="inbound",
        status="ended",
        started_at=NOON,
        chosen_source=chosen.type_key if chosen else "",
        chosen_id=chosen.pk if chosen else None,
    )


def merged(new: Record, old: Record, by: User, **values: Any) -> Merge:
    return merge(type_of(new), new.pk, old.pk, values, by)


@pytest.fixture
def eva(anna: User) -> Contact:
    return Contact.objects.create(first_name="Eva", last_name="Lang", phone="030 1111")


@pytest.fixture
def twin(anna: User) -> Contact:
    return Contact.objects.create(first_name="E.", last_name="Lang", mobile="0171 22")


def test_what_hangs_on_the_one_hangs_on_the_other(
    anna: User, eva: Contact, twin: Contact
) -> None:
    add_comment("contacts", twin.pk, anna, "hello")
    remember_choice("+4917122", "contacts", twin.pk, anna)
    its = call(twin)
    merged(eva, twin, anna, mobile="0171 22")
    assert Comment.objects.get().target_id == eva.pk
    assert choice("+4917122") == ("contacts", eva.pk)
    its.refresh_from_db()
    assert its.chosen_id == eva.pk
    assert Contact.objects.get().mobile == "0171 22"
    assert not Contact.objects.filter(pk=twin.pk).exists()


def test_the_history_says_what_became_of_what(
    anna: User, eva: Contact, twin: Contact
) -> None:
    merged(eva, twin, anna, mobile="0171 22")
    change = changes(eva).get()
    assert (change.deed, change.about) == (Deed.MERGED, "E. Lang")
    assert change.fields == {"mobile": ["", "0171 22"]}
    restore(Contact.all_objects.get(pk=twin.pk), anna)
    assert [one.deed for one in changes(eva)] == [Deed.SPLIT, Deed.MERGED]


def test_people_move_with_their_organisation_and_back(anna: User) -> None:
    new, old = (Organisation.objects.create(name=name) for name in ("Neu", "Alt"))
    mine, its = (
        Contact.objects.create(last_name="X", organisation=one) for one in (new, old)
    )
    merged(new, old, anna)
    its.refresh_from_db()
    assert its.organisation == new
    assert its.organisation_key == new.name_key
    restore(Organisation.all_objects.get(pk=old.pk), anna)
    for contact, organisation in ((mine, new), (its, old)):
        contact.refresh_from_db()
        assert contact.organisation == organisation
        assert contact.organisation_key == organisation.name_key


def test_the_old_page_leads_to_the_new_one_also_over_several(
    web: Client, anna: User, eva: Contact, twin: Contact
) -> None:
    third = Contact.objects.create(last_name="Third")
    merged(eva, twin, anna)
    assert web.get(twin.get_absolute_url())["Location"] == eva.get_absolute_url()
    merged(third, eva, anna)
    assert web.get(twin.get_absolute_url())["Location"] == third.get_absolute_url()
    User.objects.filter(pk=anna.pk).update(sees_records=Scope.OWN)
    Contact.objects.update(owner=User.objects.create_user("boss"))
    assert web.get(twin.get_absolute_url()).status_code == 404


def test_a_ring_of_merges_ends(anna: User, eva: Contact) -> None:
    for old, new in ((1001, 1002), (1002, 1001)):
        Merge.objects.create(
            old_kind="contacts", old_id=old, new_kind="contacts", new_id=new
        )
    assert successor(CONTACTS, 1001, anna) is None


def test_who_comes_second_is_told(
    web: Client, anna: User, eva: Contact, twin: Contact
) -> None:
    merged(eva, twin, anna)
    for new, old in ((eva, twin), (twin, eva)):
        with pytest.raises(MergedMeanwhile):
            merged(new, old, anna)
    assert Merge.objects.count() == 1


def test_nobody_merges_what_they_may_not_see(
    anna: User, ben: User, eva: Contact, twin: Contact
) -> None:
    Contact.objects.filter(pk=twin.pk).update(owner=ben)
    anna.sees_records = Scope.OWN
    with pytest.raises(MergedMeanwhile):
        merged(eva, twin, anna)


@pytest.mark.parametrize("sees_the", ["old", "new"])
def test_nobody_undoes_a_merge_of_what_they_may_not_see(
    web: Client, anna: User, ben: User, eva: Contact, twin: Contact, sees_the: str
) -> None:
    add_comment("contacts", twin.pk, ben, "hello")
    merged(eva, twin, ben)
    hidden = eva if sees_the == "old" else twin
    Contact.all_objects.filter(pk=hidden.pk).update(owner=ben)
    User.objects.filter(pk=anna.pk).update(sees_records=Scope.OWN)

    answer = web.post(f"/recycle-bin/contacts/{twin.pk}/restore/", follow=True)
    web.post("/recycle-bin/restore/", {"item": f"contacts:{twin.pk}"})

    told = "part of an entry that you can&#x27;t see" in answer.text
    assert (answer.status_code, told) == (
        (200, True) if hidden is eva else (404, False)
    )
    assert list(Contact.objects.all()) == [eva]
    assert Comment.objects.get().target_id == eva.pk
    User.objects.filter(pk=anna.pk).update(sees_records=Scope.ALL)
    web.post(f"/recycle-bin/contacts/{twin.pk}/restore/")
    assert Comment.objects.get().target_id == twin.pk


def test_undoing_leaves_what_came_since(
    anna: User, eva: Contact, twin: Contact
) -> None:
    merged(eva, twin, anna, mobile="0171 22", first_name="Evi")
    eva.refresh_from_db()
    eva.mobile = "0171 33"
    eva.save()
    since = add_comment("contacts", eva.pk, anna, "since")
    restore(Contact.all_objects.get(pk=twin.pk), anna)
    eva.refresh_from_db()
    since.refresh_from_db()
    assert (eva.mobile, eva.first_name, since.target_id) == ("0171 33", "Eva", eva.pk)


def test_what_was_merged_on_is_undone_from_the_last(
    anna: User, eva: Contact, twin: Contact
) -> None:
    third = Contact.objects.create(last_name="Third")
    merged(eva, twin, anna)
    merged(third, eva, anna)
    with pytest.raises(CannotRestore):
        undo_merge(Contact.all_objects.get(pk=twin.pk), anna)
    restore(Contact.all_objects.get(pk=eva.pk), anna)
    restore(Contact.all_objects.get(pk=twin.pk), anna)
    assert Contact.objects.count() == 3
    with pytest.raises(CannotRestore):
        undo_merge(twin, anna)


def test_an_owner_who_is_gone_is_not_brought_back(
    anna: User, ben: User, eva: Contact, twin: Contact
) -> None:
    eva.owner = ben
    eva.save()
    merged(eva, twin, anna, owner_id=None)
    ben.delete()
    restore(Contact.all_objects.get(pk=twin.pk), anna)
    eva.refresh_from_db()
    assert eva.owner is None


def test_deleted_for_good_the_old_page_still_leads_on(
    anna: User, eva: Contact, twin: Contact
) -> None:
    merged(eva, twin, anna)
    bin_type = next(
        one for one in hooks.registered(hooks.BinType) if one.key == "contacts"
    )
    assert bin_type.forget
    bin_type.forget([twin.pk])
    Contact.all_objects.filter(pk=twin.pk).delete()
    assert successor(CONTACTS, twin.pk, anna) == eva
    bin_type.forget([eva.pk])
    assert not Merge.objects.exists()


class TestChoices:
    @pytest.mark.parametrize(
        ("new", "old", "later", "wanted"),
        [
            ("S.", "Stefan", NEW, OLD),
            ("Stefan", "S.", OLD, NEW),
            ("", "x", NEW, OLD),
            ("x", "", OLD, NEW),
            ("Anna", "Eva", OLD, OLD),
            ("Anna", "Eva", NEW, NEW),
            ("!", "", OLD, NEW),
        ],
    )
    def test_the_fuller_value_is_chosen_then_the_newer(
        self, new: str, old: str, later: str, wanted: str
    ) -> None:
        assert fuller(new, old, later) == wanted

    def test_names_come_first_and_empty_fields_not_at_all(
        self, eva: Contact, twin: Contact
    ) -> None:
        names = [choice.name for choice in choices(eva, twin, {})]
        assert names == ["first_name", "last_name", "phone", "mobile"]

    def test_numbers_that_were_not_chosen_go_where_there_is_room(
        self, eva: Contact, twin: Contact
    ) -> None:
        twin.phone = "030 2222"
        made = choices(eva, twin, {"phone": OLD})
        values = chosen_values(eva, twin, made, keep_numbers=True)
        assert (values["phone"], values["mobile"]) == ("030 2222", "0171 22")
        assert values["other_phone"] == "030 1111"
        assert lost_numbers(eva, twin, values) == []
        without = chosen_values(eva, twin, made, keep_numbers=False)
        assert "other_phone" not in without

    def test_one_number_in_two_notations_is_kept_once(
        self, eva: Contact, twin: Contact
    ) -> None:
        eva.phone, twin.phone = "030 2312512", "+49 30 2312512"
        made = choices(eva, twin, {})
        values = chosen_values(eva, twin, made, keep_numbers=True)
        assert "other_phone" not in values


class TestPages:
    def test_the_two_stand_side_by_side_and_become_one(
        self, web: Client, eva: Contact, twin: Contact
    ) -> None:
        url = f"/contacts/{eva.pk}/merge/{twin.pk}/"
        page = web.get(url)
        form = {"seen": page.context["seen"], "first_name": NEW, "mobile": OLD}
        after = web.post(url, form, follow=True)
        assert after.redirect_chain == [(eva.get_absolute_url(), 302)]
        assert "“E. Lang” is now part of “Eva Lang”." in after.content.decode()
        undo = f"/recycle-bin/contacts/{twin.pk}/restore/"
        assert undo in after.content.decode()
        back = web.post(f"{undo}?next={twin.get_absolute_url()}")
        assert back["Location"] == twin.get_absolute_url()
        assert Contact.objects.count() == 2

    def test_what_somebody_changed_meanwhile_is_looked_at_again(
        self, web: Client, eva: Contact, twin: Contact
    ) -> None:
        url = f"/contacts/{eva.pk}/merge/{twin.pk}/"
        seen = web.get(url).context["seen"]
        Contact.objects.filter(pk=eva.pk).update(
            changed_at=eva.changed_at + timedelta(seconds=1)
        )
        page = web.post(url, {"seen": seen})
        assert "Somebody changed one of the two" in page.content.decode()
        assert Contact.objects.count() == 2

    @pytest.mark.parametrize("turned", [False, True])
    def test_the_two_are_locked_before_they_are_looked_at(
        self,
        web: Client,
        eva: Contact,
        twin: Contact,
        monkeypatch: pytest.MonkeyPatch,
        turned: bool,
    ) -> None:
        """In one order always: two who merge them do not wait for each other."""
        locked = []

        def read(user: User, kind: Any, pk: int, *, to_write: bool) -> Record:
            locked.append((pk, to_write))
            return record_for(user, kind, pk, to_write=to_write)

        monkeypatch.setattr("crmplus.records.merge_views.record_for", read)
        one, other = (twin, eva) if turned else (eva, twin)
        web.post(f"/contacts/{one.pk}/merge/{other.pk}/", {"seen": "x"})
        assert locked == [(pk, True) for pk in sorted((eva.pk, twin.pk))]

    def test_the_other_one_is_searched_for(
        self, web: Client, eva: Contact, twin: Contact
    ) -> None:
        page = web.get(f"/contacts/{eva.pk}/merge/?q=lang")
        assert [record for record, _number in page.context["rows"]] == [twin]
        page = web.get(f"/contacts/{eva.pk}/merge/")
        assert "Nothing looks the same" in page.content.decode()

    def test_nobody_is_merged_with_themselves_or_with_nobody(
        self, web: Client, eva: Contact
    ) -> None:
        url = f"/contacts/{eva.pk}/merge/"
        assert web.get(f"{url}{eva.pk}/")["Location"] == url
        assert web.get(f"{url}999/").status_code == 404


TEXTS = st.sampled_from(["", "030 1111", "030 2222", "x@example.com", "Müller"])
FIELDS = st.fixed_dictionaries(
    dict.fromkeys(("phone", "mobile", "email", "city", "street"), TEXTS)
)
HANGING = st.lists(st.sampled_from(["comment", "call", "choice", "people", "change"]))


def state() -> str:
    """All rows that a merge may touch, but for the notes of the merge itself."""
    told = Change.objects.exclude(deed__in=[Deed.MERGED, Deed.SPLIT])
    models: list[Any] = [
        Organisation.all_objects.all(),
        Contact.all_objects.all(),
        Comment.all_objects.all(),
        Call.all_objects.all(),
        Choice.objects.all(),
        PhoneIndex.objects.all(),
        Merge.objects.all(),
        Distinct.objects.all(),
        told,
    ]
    rows = [row for query in models for row in query.order_by("pk")]
    for row in rows:
        # When a row was written last is true however it was written.
        for stamp in ("changed_at", "chosen_at"):
            if hasattr(row, stamp):
                setattr(row, stamp, NOON)
    return serializers.serialize("json", rows)


@pytest.mark.thorough
class UndoneAsIfNothingHadBeen(TestCase):
    @hypothesis_settings(max_examples=examples(60))
    @given(FIELDS, FIELDS, HANGING, HANGING, st.lists(st.booleans(), min_size=9))
    def test_undoing_a_merge_gives_the_same_database(
        self,
        one: dict[str, str],
        other: dict[str, str],
        on_one: list[str],
        on_other: list[str],
        sides: list[bool],
    ) -> None:
        user = User.objects.create_user("anna")
        new = Organisation.objects.create(name="Neu GmbH", owner=user, **one)
        old = Organisation.objects.create(name="Alt AG", **other)
        for record, things in ((new, on_one), (old, on_other)):
            for number, thing in enumerate(things):
                hang(thing, record, user, number)
        before = state()
        asked = {
            choice.name: OLD if side else NEW
            for choice, side in zip(choices(new, old, {}), sides, strict=False)
        }
        values = chosen_values(new, old, choices(new, old, asked), keep_numbers=True)
        merge(ORGANISATIONS, new.pk, old.pk, values, user)
        assert Organisation.objects.count() == 1
        undo_merge(Organisation.all_objects.get(pk=old.pk), user)
        assert state() == before


def hang(thing: str, record: Record, user: User, number: int) -> None:
    """Let something hang on a record."""
    if thing == "comment":
        add_comment(record.type_key, record.pk, user, f"comment {number}")
    elif thing == "call":
        call(record)
    elif thing == "choice":
        remember_choice(f"+4930{record.pk}{number}", record.type_key, record.pk, user)
    elif thing == "people":
        Contact.objects.create(last_name=f"N{number}", organisation_id=record.pk)
    else:
        Change.objects.create(
            target_kind=record.type_key, target_id=record.pk, deed=Deed.CREATED
        )


def test_partners_merge_too(anna: User) -> None:
    new, old = (Partner.objects.create(name=name) for name in "AB")
    assert merge(PARTNERS, new.pk, old.pk, {"name": "B"}, anna).new_id == new.pk
    assert Partner.objects.get().name == "B"
