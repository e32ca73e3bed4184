from __future__ import annotations

import pytest
from django.db.models.signals import post_save

from crmplus.accounts.models import User
from crmplus.records.models import Partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner() -> Partner:
    return Partner.objects.create(name="Muster", phone="030 1234567")


def test_what_is_deleted_is_known_to_the_bin_only(partner: Partner, anna: User) -> None:
    partner.move_to_bin(by=anna)
    assert not Partner.objects.exists()
    deleted = Partner.all_objects.get()
    assert deleted.is_deleted
    assert (deleted.deleted_by, deleted.deleted_by_job) == (anna, "")


def test_a_job_deletes_under_its_name(partner: Partner) -> None:
    partner.move_to_bin(job="PBX Clean Up")
    deleted = Partner.all_objects.get()
    assert (deleted.deleted_by, deleted.deleted_by_job) == (None, "PBX Clean Up")


def test_what_is_restored_is_as_it_was(partner: Partner, anna: User) -> None:
    before = Partner.objects.values().get()
    partner.move_to_bin(by=anna)
    Partner.all_objects.get().restore()
    after = Partner.objects.values().get()
    assert after.pop("restored_at") is not None
    assert before.pop("restored_at") is None
    assert after == before


def test_deleting_twice_keeps_who_did_it_first(
    partner: Partner, anna: User, ben: User
) -> None:
    partner.move_to_bin(by=anna)
    at = partner.deleted_at
    partner.move_to_bin(by=ben)
    partner.refresh_from_db()
    assert (partner.deleted_by, partner.deleted_at) == (anna, at)


def test_restoring_what_is_not_deleted_changes_nothing(partner: Partner) -> None:
    partner.restore()
    partner.refresh_from_db()
    assert partner.restored_at is None


def test_both_ways_tell_who_listens(partner: Partner, anna: User) -> None:
    heard: list[bool] = []

    def listen(instance: Partner, **signal: object) -> None:
        heard.append(instance.is_deleted)

    post_save.connect(listen, sender=Partner)
    try:
        partner.move_to_bin(by=anna)
        partner.restore()
    finally:
        post_save.disconnect(listen, sender=Partner)
    assert heard == [True, False]


def test_deleting_writes_nothing_but_the_deletion(partner: Partner, anna: User) -> None:
    Partner.objects.filter(pk=partner.pk).update(phone="040 7654321")
    partner.move_to_bin(by=anna)
    partner.restore()
    assert Partner.objects.get().phone == "040 7654321"
