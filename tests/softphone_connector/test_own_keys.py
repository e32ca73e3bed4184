"""The keys of a user's own lines."""

from __future__ import annotations

from crmplus.administration.models import SettingsChange
from softphone_connector import keys
from softphone_connector.lines import Line, lines_of
from softphone_connector.own_keys import (
    addresses,
    keys_of,
    make_key,
    revoke_key,
    wide_keys_of,
)
from tests.softphone_connector.cast import Cast, stored

BASE = "https://crm.example.com"


def test_a_key_is_for_one_line(people: Cast) -> None:
    line = lines_of(people.ben)[1]
    line.profile = "yealink"
    key, secret = make_key(line, people.ben, people.karin)
    assert keys.find(secret).allowed == ("203",)
    assert key.profile == "yealink"
    assert keys_of(line, people.ben) == [key]
    assert wide_keys_of(people.ben) == [stored(people.bens_key)]
    entry = SettingsChange.objects.get()
    assert entry.actor == people.karin
    assert key.prefix in entry.what
    assert secret not in f"{entry.what} {entry.changes}"


def test_a_client_that_is_there_no_more_is_none(people: Cast) -> None:
    line = lines_of(people.anna)[0]
    line.profile = "gone"
    key, _secret = make_key(line, people.anna, people.anna)
    assert key.profile == ""


def test_a_revoked_key_is_gone(people: Cast) -> None:
    line = lines_of(people.anna)[0]
    key, _secret = make_key(line, people.anna, people.anna)
    revoke_key(key, people.anna)
    assert keys_of(line, people.anna) == []
    assert SettingsChange.objects.count() == 2


def test_the_addresses_are_those_of_the_client(people: Cast) -> None:
    [line] = lines_of(people.anna)
    line.profile = "yealink"
    found = addresses(*make_key(line, people.anna, people.anna), BASE)
    assert found["profile"].key == "yealink"
    assert found["page"].steps
    assert any("number=$remote" in one.url for one in found["urls"])
    assert all(one.url.startswith(f"{BASE}/softphone/sk_") for one in found["urls"])


def test_without_a_client_one_fills_them_in_oneself(people: Cast) -> None:
    line = Line(extension=people.anna.extensions.get())
    key, secret = make_key(line, people.anna, people.anna)
    found = addresses(key, secret, BASE)
    assert found["page"] is None
    assert [one.url.partition("?")[0].rpartition("/")[2] for one in found["urls"]] == [
        "ringing",
        "connected",
        "ended",
        "missed",
    ]
    first = found["urls"][0].url
    assert first.startswith(f"{BASE}/softphone/{secret}/ringing?call_id=[CALL_ID]")
    assert "extension=201" in first
