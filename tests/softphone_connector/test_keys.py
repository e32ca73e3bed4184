"""Keys are made once, kept as hashes, looked up in one query, and revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from pbxmanager.endpoint_settings import default_set
from pbxmanager.models import Extension
from softphone_connector import keys
from softphone_connector.models import SoftphoneKey, UnknownKeyAttempt
from tests.softphone_connector.cast import Cast, key_with_set, pbx_key, stored

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
Reason = UnknownKeyAttempt.Reason


def reason_of(secret: str) -> str:
    with pytest.raises(keys.KeyRefusedError) as caught:
        keys.find(secret)
    return caught.value.reason


def test_a_key_has_256_random_bits_and_is_kept_as_a_hash(people: Cast) -> None:
    assert people.key.startswith("sk_")
    assert len(people.key) == len("sk_") + 43
    key = stored(people.key)
    assert key.prefix == people.key[:7]
    row = SoftphoneKey.objects.filter(pk=key.pk).values().get()
    assert not any(people.key in str(value) for value in row.values())


def test_a_users_key_reports_for_all_of_the_users_extensions(people: Cast) -> None:
    holder = keys.find(people.bens_key)
    assert holder.user_id == people.ben.pk
    assert not holder.is_pbx
    assert sorted(holder.allowed or ()) == ["202", "203"]
    assert holder.source == f"key:{stored(people.bens_key).pk}"
    assert holder.source == stored(people.bens_key).source


def test_a_key_limited_to_an_extension_reports_for_that_one(people: Cast) -> None:
    line = Extension.objects.get(number="203")
    _key, secret = keys.create(user=people.ben, extension=line)
    assert keys.find(secret).allowed == ("203",)
    line.user = people.anna
    line.save()
    assert keys.find(secret).allowed == ()


def test_a_key_is_gone_with_the_only_extension_it_is_for(people: Cast) -> None:
    line = Extension.objects.get(number="203")
    _key, secret = keys.create(user=people.ben, extension=line)
    line.delete()
    assert reason_of(secret) == Reason.UNKNOWN


def test_a_pbx_key_reports_for_any_extension(people: Cast) -> None:
    holder = keys.find(people.pbx_key)
    assert holder.is_pbx
    assert holder.allowed is None


def test_a_pbx_key_can_be_limited_to_one_extension(people: Cast) -> None:
    secret = pbx_key(extension=Extension.objects.get(number="201"))
    assert keys.find(secret).allowed == ("201",)


def test_a_key_without_a_set_has_the_default_one(people: Cast) -> None:
    made = default_set()
    holder = keys.find(people.key)
    assert (holder.set_id, holder.set_revision) == (made.pk, made.revision)


def test_the_default_set_is_made_when_it_is_first_needed(people: Cast) -> None:
    holder = keys.find(people.key)
    assert holder.set_id == default_set().pk


def test_a_key_with_a_set_has_that_one(db: None) -> None:
    secret, made = key_with_set()
    default_set()
    holder = keys.find(secret)
    assert (holder.set_id, holder.set_revision) == (made.pk, made.revision)


@pytest.mark.parametrize("secret", ["", "sk_", "sk_unknown", "sk_\udc80", "x" * 9_000])
def test_an_unknown_key_is_refused(people: Cast, secret: str) -> None:
    assert reason_of(secret) == Reason.UNKNOWN


def test_a_revoked_key_is_refused(people: Cast) -> None:
    keys.revoke(stored(people.key))
    assert reason_of(people.key) == Reason.REVOKED


def test_a_key_is_revoked_once(people: Cast) -> None:
    key = stored(people.key)
    keys.revoke(key)
    revoked_at = key.revoked_at
    keys.revoke(key)
    assert stored(people.key).revoked_at == revoked_at


def test_the_key_of_a_user_who_left_is_refused(people: Cast) -> None:
    people.anna.is_active = False
    people.anna.save()
    assert reason_of(people.key) == Reason.REVOKED


def test_a_key_belongs_to_a_user_or_to_a_pbx(people: Cast) -> None:
    for owner in ({}, {"user": people.anna, "pbx_name": "PBX"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            keys.create(**owner)


def test_a_look_up_is_one_query(people: Cast, django_assert_num_queries) -> None:
    default_set()
    with django_assert_num_queries(1):
        keys.find(people.bens_key)


def test_use_is_noted_at_most_once_a_minute(
    people: Cast, django_assert_num_queries
) -> None:
    holder = keys.find(people.key)
    keys.note_use(holder, NOON)
    with django_assert_num_queries(0):
        keys.note_use(holder, NOON + timedelta(seconds=59))
    assert stored(people.key).last_used_at == NOON
    keys.note_use(holder, NOON + timedelta(seconds=60))
    assert stored(people.key).last_used_at == NOON + timedelta(seconds=60)


def test_what_another_process_noted_is_not_written_again(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = keys.find(people.key)
    keys.note_use(holder, NOON)
    monkeypatch.setattr(keys, "_noted", {})
    keys.note_use(holder, NOON + timedelta(seconds=30))
    assert stored(people.key).last_used_at == NOON


def test_a_key_is_found_by_its_id_or_prefix(people: Cast) -> None:
    key = stored(people.key)
    for name in (str(key.pk), key.prefix, f"{key.prefix}…", key.prefix[3:]):
        assert keys.by_name(name) == key


def test_no_key_by_that_name_is_an_error(people: Cast) -> None:
    for name in ("999999", "9" * 30, "sk_none"):
        with pytest.raises(keys.KeyNotFoundError, match=name):
            keys.by_name(name)


def test_several_keys_with_a_prefix_are_named(people: Cast) -> None:
    SoftphoneKey.objects.update(prefix="sk_same")
    with pytest.raises(keys.KeyNotFoundError, match="ID"):
        keys.by_name("sk_same")


def test_a_key_shows_whose_it_is_and_not_itself(people: Cast) -> None:
    assert str(stored(people.key)) == f"{people.key[:7]}… Anna"
    assert str(stored(people.pbx_key)) == f"{people.pbx_key[:7]}… Asterisk"


def test_a_free_extension_is_assigned(people: Cast) -> None:
    Extension.objects.create(number="204")
    for number in ("204", "205", "201"):
        assert keys.assigned(people.anna, number).user == people.anna
    assert Extension.objects.filter(user=people.anna).count() == 3


def test_somebody_elses_extension_is_not_assigned(people: Cast) -> None:
    with pytest.raises(keys.KeyNotMadeError, match="Ben"):
        keys.assigned(people.anna, "202")
    assert Extension.objects.get(number="202").user == people.ben
