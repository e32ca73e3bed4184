"""What may be done with keys, and what is told of them."""

from __future__ import annotations

from crmplus.administration.models import SettingsChange
from softphone_connector import keys
from softphone_connector.key_rules import (
    addresses,
    has_others,
    keys_of,
    last_use,
    make_for_line,
    revoke,
)
from softphone_connector.lines import Line, lines_of
from tests.softphone_connector.cast import Cast, stored
from tests.softphone_connector.endpoints.sending import send

BASE = "https://crm.example.com"


def test_a_key_is_for_one_line(people: Cast) -> None:
    line = lines_of(people.ben)[1]
    line.profile = "yealink"
    key, secret = make_for_line(line, people.ben, people.karin)
    assert keys.find(secret).allowed == ("203",)
    assert key.profile == "yealink"
    assert keys_of(people.ben, line) == [key]
    assert keys_of(people.ben, None) == [stored(people.bens_key)]
    entry = SettingsChange.objects.get()
    assert entry.actor == people.karin
    assert key.prefix in entry.what
    assert secret not in f"{entry.what} {entry.changes}"


def test_a_client_that_is_there_no_more_is_none(people: Cast) -> None:
    line = lines_of(people.anna)[0]
    line.profile = "gone"
    key, _secret = make_for_line(line, people.anna, people.anna)
    assert key.profile == ""


def test_a_revoked_key_is_gone(people: Cast) -> None:
    line = lines_of(people.anna)[0]
    key, _secret = make_for_line(line, people.anna, people.anna)
    assert revoke(key, people.anna)
    assert keys_of(people.anna, line) == []
    assert SettingsChange.objects.count() == 2


def test_of_two_who_revoke_a_key_one_has_done_it(people: Cast) -> None:
    first, second = stored(people.key), stored(people.key)
    assert revoke(first, people.karin)
    assert not revoke(second, people.anna)
    assert SettingsChange.objects.get().actor == people.karin


def test_the_addresses_are_those_of_the_client(people: Cast) -> None:
    [line] = lines_of(people.anna)
    line.profile = "yealink"
    found = addresses(*make_for_line(line, people.anna, people.anna), BASE)
    assert found["profile"].key == "yealink"
    assert found["page"].steps
    assert any("number=$remote" in one.url for one in found["urls"])
    assert all(one.url.startswith(f"{BASE}/softphone/sk_") for one in found["urls"])


def test_without_a_client_one_fills_them_in_oneself(people: Cast) -> None:
    line = Line(extension=people.anna.extensions.get())
    key, secret = make_for_line(line, people.anna, people.anna)
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


def test_a_pbx_says_itself_which_extension_it_is(people: Cast) -> None:
    found = addresses(stored(people.pbx_key), people.pbx_key, BASE)
    assert "extension=[EXTENSION]" in found["urls"][0].url


def test_who_used_a_key_last(people: Cast) -> None:
    key = stored(people.bens_key)
    assert last_use(key) is None
    for number, line in (("0301", "202"), ("0302", "203")):
        query = {"number": number, "extension": line, "call_id": number}
        assert send(f"{people.bens_key}/ringing", query).status == 204
    used = last_use(key)
    assert used is not None
    assert (used.report.extension, used.whose) == ("203", people.ben)
    assert used.remote
    # The raw events are kept for two weeks only.
    used.report.events.all().delete()
    later = last_use(key)
    assert later is not None
    assert later.remote == ""


def test_an_extension_of_nobody_has_no_owner(people: Cast) -> None:
    query = {"number": "0301", "extension": "999"}
    assert send(f"{people.pbx_key}/ringing", query).status == 204
    used = last_use(stored(people.pbx_key))
    assert used is not None
    assert used.whose is None


def test_whether_another_key_reports_the_same_calls(people: Cast) -> None:
    wide = stored(people.bens_key)
    first, second = lines_of(people.ben)
    assert not has_others(wide)
    own, _secret = make_for_line(first, people.ben, people.ben)
    other, _secret = make_for_line(second, people.ben, people.ben)
    assert has_others(own)  # the one for all lines
    assert not has_others(wide)
    revoke(wide, people.ben)
    assert not has_others(own)
    assert not has_others(other)
    assert not has_others(stored(people.pbx_key))
