"""Requests without a valid key, as an administrator sees them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from softphone_connector import keys
from softphone_connector.inspector.keyless import LATELY, keyless, latest
from softphone_connector.models import UnknownKeyAttempt
from tests.softphone_connector.cast import Cast, stored
from tests.softphone_connector.endpoints.sending import send

Reason = UnknownKeyAttempt.Reason


def attempt(**given: object) -> UnknownKeyAttempt:
    values = {"at": timezone.now(), "reason": Reason.UNKNOWN, "total": 1} | given
    return UnknownKeyAttempt.objects.create(**values)


def test_nothing_came(db: None) -> None:
    assert (keyless().lines, keyless().total) == ([], 0)
    assert latest(timezone.now()) is None


def test_a_request_with_a_revoked_key_is_told_of_with_its_owner(people: Cast) -> None:
    keys.revoke(stored(people.key))
    send(f"{people.key}/ringing", {"number": "030", "extension": "201"})
    (line,) = keyless().lines
    assert (line.reason, line.remote) == ("revoked key", "10.0.0.7")
    assert line.owners == ("Anna",)
    assert "revoked" in line.remedy
    assert people.key not in str(line)
    assert latest(timezone.now()) == line


def test_how_many_came_in_all(db: None) -> None:
    attempt(count=3, total=3)
    attempt(count=4, total=7)
    found = keyless()
    assert found.total == 7
    assert [line.attempt.count for line in found.lines] == [4, 3]


def test_an_old_one_is_not_the_latest_news(db: None) -> None:
    row = attempt()
    assert latest(row.at + LATELY)
    assert latest(row.at + LATELY + timedelta(seconds=1)) is None


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_remedy(db: None, reason: Reason) -> None:
    attempt(reason=reason)
    (line,) = keyless().lines
    assert len(line.remedy) > 20
    assert "(" + reason not in line.remedy
    assert "  " not in line.remedy


def test_a_wrong_signature_names_the_service(db: None) -> None:
    key, _secret = keys.create(pbx_name="Placetel", profile="placetel")
    attempt(reason=Reason.SIGNATURE, prefix=key.prefix)
    (line,) = keyless().lines
    assert "Placetel" in line.remedy


def test_two_queries_however_many_there_are(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        attempt(prefix=keys.create(pbx_name=f"PBX {number}")[0].prefix)
    with django_assert_num_queries(2):
        assert len(keyless().lines) == 5


def test_hostile_addresses_are_shown_harmless(db: None) -> None:
    attempt(remote="10.0.0.1\u202e<b>", prefix="sk_\x07ab")
    (line,) = keyless().lines
    assert "\u202e" not in line.remote
    assert "\x07" not in line.prefix
