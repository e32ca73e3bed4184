"""Calling oneself: a call like any other, which leaves nothing behind."""

from __future__ import annotations

import pytest

from pbxmanager import recorder
from pbxmanager.events import EventKind
from pbxmanager.models import Call
from softphone_connector import self_calls
from softphone_connector.lines import lines_of
from softphone_connector.self_calls import NotACallError, new_call_id, play, sweep
from tests.softphone_connector.cast import Cast
from tests.softphone_connector.talking import tell


def test_it_goes_the_way_of_every_call(people: Cast) -> None:
    [line] = lines_of(people.anna)
    call_id = new_call_id()
    states = []
    for step in self_calls.STEPS:
        call = Call.objects.get(pk=play(people.anna, line, call_id, step).pk)
        states.append(call.status)
    assert states == ["ringing", "connected", "ended"]
    assert (call.direction, call.extension, call.name) == (
        "inbound",
        "201",
        "Test call",
    )
    assert call.user == people.anna
    assert call.e164 == f"+493023125{call_id[-3:]}"
    assert call.reports.get().source == f"test:{people.anna.pk}"


def test_sweeping_leaves_no_test_call_but_every_real_one(people: Cast) -> None:
    [line] = lines_of(people.anna)
    bens = lines_of(people.ben)[0]
    for _ in range(2):
        play(people.anna, line, new_call_id(), EventKind.RINGING)
    other = play(people.ben, bens, new_call_id(), EventKind.RINGING)
    real = tell("ringing", "201")
    assert sweep(people.anna) == 2
    assert set(Call.objects.all()) == {other, real}
    assert sweep(people.anna) == 0
    swept = Call.all_objects.exclude(deleted_at=None)
    assert {call.deleted_by for call in swept} == {people.anna}


def test_a_real_call_that_a_test_got_into_stays(people: Cast) -> None:
    [line] = lines_of(people.anna)
    call_id = new_call_id()
    call = play(people.anna, line, call_id, EventKind.RINGING)
    tell("ringing", "201", f"+493023125{call_id[-3:]}")
    assert Call.objects.get().pk == call.pk
    assert sweep(people.anna) == 0


@pytest.mark.parametrize(
    ("call_id", "step"),
    [
        ("mine", EventKind.RINGING),
        ("test-0123456789abcdef-1234", EventKind.RINGING),
        ("test-0123456789abcdef-123", EventKind.MISSED),
        ("test-0123456789abcdef-123", EventKind.CONNECTED),
    ],
)
def test_nothing_else_can_be_played(
    people: Cast, call_id: str, step: EventKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    [line] = lines_of(people.anna)
    if step is EventKind.CONNECTED:
        refused = recorder.Refused(recorder.Refusal.NO_CALL)

        def refuse(event: object) -> None:
            raise refused

        monkeypatch.setattr(self_calls, "record", refuse)
    with pytest.raises(NotACallError):
        play(people.anna, line, call_id, step)


def test_an_event_without_a_call_is_none(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = recorder.Recorded(None, changed=False)
    monkeypatch.setattr(self_calls, "record", lambda event: nothing)
    with pytest.raises(NotACallError):
        play(people.anna, lines_of(people.anna)[0], new_call_id(), EventKind.ENDED)
