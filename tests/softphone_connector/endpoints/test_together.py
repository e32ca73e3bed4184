"""Several requests with one commit: the same answers, and nothing half done."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from pbxmanager import recorder
from pbxmanager.models import Call, Event
from pbxmanager.signals import call_changed
from softphone_connector.endpoints import handler
from softphone_connector.endpoints.handler import handle_all
from softphone_connector.endpoints.requests import EventRequest
from tests.softphone_connector.cast import Cast, cast
from tests.softphone_connector.endpoints.sending import request

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(transactional_db: None) -> Cast:
    return cast()


def ringing(people: Cast, local: int, **sent: str) -> EventRequest:
    query = {"extension": "201", "number": f"+4930{local}", "call_id": str(local)}
    return request(f"{people.pbx_key}/ringing", {**query, **sent})


def statuses(requests: list[EventRequest]) -> list[int]:
    return [answer.status for answer in handle_all(requests)]


def commits(do: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        do()
    return sum(query["sql"] == "COMMIT" for query in queries)


def test_several_events_are_committed_at_once(people: Cast) -> None:
    requests = [ringing(people, 1_000_000 + number) for number in range(5)]
    handle_all(requests[:1])
    assert commits(lambda: statuses(requests)) == 1
    assert Call.objects.count() == 5


def test_listeners_are_told_after_the_commit(people: Cast) -> None:
    told: list[bool] = []

    def listen(**signal: object) -> None:
        told.append(connection.in_atomic_block)

    call_changed.connect(listen)
    try:
        handle_all([ringing(people, 1_000_001), ringing(people, 1_000_002)])
    finally:
        call_changed.disconnect(listen)
    assert told == [False, False]


def test_good_and_bad_ones_get_their_own_answers(people: Cast) -> None:
    mixed = [
        ringing(people, 1_000_001),
        ringing(people, 1_000_002, direction="sideways"),
        request("sk_unknown/ringing"),
        ringing(people, 1_000_003, number="$remote"),
        ringing(people, 1_000_004),
    ]
    assert statuses(mixed) == [204, 400, 401, 400, 204]
    assert Call.objects.count() == 2
    refused = Event.objects.exclude(refused="").values_list("refused", flat=True)
    assert sorted(refused) == ["direction", "no_number"]


def test_a_bug_in_one_does_not_harm_the_others(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = recorder.record

    def sometimes(event: object) -> recorder.Recorded:
        recorded = record(event)
        if recorded.call and recorded.call.e164.endswith("2"):
            raise RuntimeError("a bug")
        return recorded

    monkeypatch.setattr(recorder, "record", sometimes)
    numbers = (1_000_001, 1_000_002, 1_000_003)
    assert statuses([ringing(people, number) for number in numbers]) == [204, 503, 204]
    assert Call.objects.count() == 3


def test_what_could_not_be_committed_together_is_done_one_by_one(
    people: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    commit = connection.commit
    fails = [OperationalError("the disk was busy")]

    def fail_once() -> None:
        if fails:
            raise fails.pop()
        commit()

    monkeypatch.setattr(connection, "commit", fail_once)
    requests = [ringing(people, 1_000_001), ringing(people, 1_000_002)]
    assert statuses(requests) == [204, 204]
    assert Call.objects.count() == 2
    assert Event.objects.count() == 2
    assert "together" in caplog.text


def test_a_listener_that_fails_after_the_commit_harms_nobody(people: Cast) -> None:
    def listen(**signal: object) -> None:
        transaction.on_commit(fail)

    def fail() -> None:
        raise RuntimeError("a listener's bug")

    call_changed.connect(listen)
    try:
        requests = [ringing(people, 1_000_001), ringing(people, 1_000_002)]
        assert statuses(requests) == [204, 204]
    finally:
        call_changed.disconnect(listen)
    assert Call.objects.count() == 2


def test_what_is_rolled_back_silently_is_done_one_by_one(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = handler.handle

    def spoilt(one: EventRequest) -> object:
        answer = handle(one)
        if connection.in_atomic_block:
            transaction.set_rollback(True)
        return answer

    monkeypatch.setattr(handler, "handle", spoilt)
    assert statuses([ringing(people, 1_000_001), ringing(people, 1_000_002)])
    assert Call.objects.count() == 2
