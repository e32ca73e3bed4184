"""What has come from a phone while somebody waits for it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from pbxmanager.models import Event
from softphone_connector import keys
from softphone_connector.arrivals import (
    KEY_CODES,
    LONGEST,
    Arrival,
    State,
    Watch,
    arrival,
    line_watch,
)
from softphone_connector.endpoints.handler import handle
from softphone_connector.endpoints.requests import EventRequest
from softphone_connector.lines import lines_of
from softphone_connector.models import UnknownKeyAttempt
from tests.softphone_connector.cast import Cast, stored
from tests.softphone_connector.talking import queries

HERE, THERE = "192.0.2.5", "198.51.100.9"


def send(secret: str, event: str, query: str = "", remote: str = THERE) -> int:
    """What a phone sends; gives the status."""
    path = f"{secret}/{event}".strip("/")
    return handle(
        EventRequest(method="GET", path=path, query=query.encode(), remote=remote)
    ).status


class Waiting:
    """Somebody who waits for an event of a line."""

    def __init__(self, people: Cast, number: str) -> None:
        self.user = people.anna if number == "201" else people.ben
        self.line = next(one for one in lines_of(self.user) if str(one) == number)
        self.since = timezone.now()

    def sees(self, since: datetime | None = None) -> Arrival:
        watch = line_watch(self.user, self.line)
        return arrival(watch, since or self.since, HERE, timezone.now())


@pytest.fixture
def anna(people: Cast) -> Waiting:
    return Waiting(people, "201")


def test_nothing_has_come_yet(anna: Waiting) -> None:
    assert anna.sees() == Arrival(state=State.WAITING)


def test_an_event_with_the_lines_own_key_is_it(people: Cast, anna: Waiting) -> None:
    _key, secret = keys.create(user=people.anna, extension=anna.line.extension)
    assert send(secret, "ringing", "number=030123456&cause=odd") == 204
    came = anna.sees()
    assert came.state == State.ARRIVED
    assert came.event == Event.objects.get()
    assert came.remarks == ("The cause “odd” is not known; it was ignored.",)


def test_an_event_of_the_telephone_system_is_it_too(
    people: Cast, anna: Waiting
) -> None:
    send(people.pbx_key, "ringing", "extension=201&number=030123456")
    assert anna.sees().state == State.ARRIVED


def test_a_test_call_is_not_it(people: Cast, anna: Waiting) -> None:
    Event.objects.create(
        source=f"test:{people.anna.pk}",
        kind="ringing",
        extension="201",
        received_at=timezone.now(),
    )
    assert anna.sees().state == State.WAITING


def test_what_came_before_does_not_count(people: Cast, anna: Waiting) -> None:
    send(people.key, "ringing", "number=030123456")
    assert anna.sees(since=timezone.now()).state == State.WAITING
    long_ago = timezone.now() - LONGEST - timedelta(minutes=1)
    Event.objects.update(received_at=long_ago + timedelta(seconds=5))
    assert anna.sees(since=long_ago).state == State.WAITING


def test_what_came_for_another_line_is_named(people: Cast) -> None:
    waiting = Waiting(people, "202")
    send(people.bens_key, "ringing", "extension=203&number=030123456")
    came = waiting.sees()
    assert came.state == State.OTHER_LINE
    assert "for extension 203" in came.text


def test_what_names_no_line_is_told(people: Cast) -> None:
    waiting = Waiting(people, "202")
    send(people.bens_key, "ringing", "number=030123456")
    came = waiting.sees()
    assert came.state == State.OTHER_LINE
    assert "without an extension" in came.text


@pytest.mark.parametrize(
    ("event", "query", "words"),
    [
        ("ringing", "number=$remote", "A ringing call needs a number: “number” is"),
        ("ended", "call_id=x", "This event belongs to no call"),
        ("ring", "", "There is no event “ring” here"),
        ("ringing", "extension=202&number=1", "Extension 202 is not one that this key"),
    ],
)
def test_what_was_refused_comes_with_the_remedy(
    people: Cast, anna: Waiting, event: str, query: str, words: str
) -> None:
    assert send(people.key, event, query) >= 400
    came = anna.sees()
    assert came.state == State.REFUSED
    assert words in came.text


def test_the_right_event_counts_more_than_what_went_wrong(
    people: Cast, anna: Waiting
) -> None:
    send(people.key, "ring")
    send(people.key, "ringing", "number=030123456")
    send(people.key, "ring")
    assert anna.sees().state == State.ARRIVED


@pytest.mark.parametrize(
    ("secret", "words"),
    [("sk_nonsense", "does not exist"), ("", "has no softphone key")],
)
def test_a_wrong_key_from_here_is_told(anna: Waiting, secret: str, words: str) -> None:
    assert send(secret, "ringing", remote=HERE) == 401
    came = anna.sees()
    assert came.state == State.NO_KEY
    assert words in came.text


def test_a_wrong_key_from_elsewhere_is_not_ours(anna: Waiting) -> None:
    send("sk_nonsense", "ringing")
    assert anna.sees().state == State.WAITING


def test_ones_own_revoked_key_is_told_from_anywhere(
    people: Cast, anna: Waiting
) -> None:
    keys.revoke(stored(people.key))
    send(people.key, "ringing")
    came = anna.sees()
    assert came.state == State.NO_KEY
    assert "was revoked" in came.text


def test_of_what_a_telephone_system_sent_in_vain_only_the_remedy_is_told(
    people: Cast, anna: Waiting
) -> None:
    assert send(people.pbx_key, "ended", "extension=201&call_id=x") == 400
    came = anna.sees()
    assert came.state == State.REFUSED
    assert "belongs to no call" in came.text
    assert (came.event, came.remarks) == (None, ())


def test_a_wrong_signature_is_told_with_the_client(people: Cast) -> None:
    key, _secret = keys.create(pbx_name="P", profile="placetel", signing_secret="x")
    UnknownKeyAttempt.objects.create(
        at=timezone.now(), prefix=key.prefix, reason="signature", total=1
    )
    since = timezone.now() - timedelta(seconds=5)
    came = arrival(Watch(keys=[key]), since, HERE, timezone.now())
    assert came.state == State.NO_KEY
    assert "Placetel" in came.text
    assert came.text.startswith("The signature of ")


def test_every_reason_has_its_remedy() -> None:
    assert set(KEY_CODES) == set(UnknownKeyAttempt.Reason)


def test_for_a_telephone_system_any_extension_is_right(people: Cast) -> None:
    watch = Watch(keys=[stored(people.pbx_key)])
    since = timezone.now()
    send(people.key, "ringing", "number=030123456")
    assert arrival(watch, since, HERE, timezone.now()).state == State.WAITING
    send(people.pbx_key, "ringing", "extension=999&number=030123457")
    assert arrival(watch, since, HERE, timezone.now()).state == State.ARRIVED


def test_to_look_takes_few_queries(anna: Waiting) -> None:
    assert queries(anna.sees) <= 5
