"""What holds for all events, in whatever order and however often they are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from crmplus.phonebook.normalise import normalise
from pbxmanager import models
from pbxmanager.conversations import Reported, conversations
from pbxmanager.events import CallEvent, Cause, Direction
from pbxmanager.gathering import Report
from pbxmanager.joining import group
from pbxmanager.legs import JITTER, Outcome, legs
from pbxmanager.recorder import record
from pbxmanager.state import CallState, Status, summarise
from pbxmanager.told import Told
from tests.pbxmanager.cast import (
    CONNECTED,
    CUSTOMER,
    ENDED,
    IN,
    MISSED,
    OTHER_CUSTOMER,
    OUT,
    PLAN,
    RINGING,
    at,
    event,
    people,
)
from tests.support.examples import examples

NOW = at(200)
KINDS = st.sampled_from([RINGING, CONNECTED, ENDED, MISSED])
SECONDS = st.one_of(st.integers(0, 90), st.floats(0, 90, width=32))
SOURCES = ("anna", "ben", "pbx")


@st.composite
def call_events(draw: st.DrawFn) -> CallEvent:
    """Anything that one of three sources may tell of two extensions."""
    by = draw(st.sampled_from(SOURCES))
    ext = {"anna": "201", "ben": "202"}.get(by) or draw(
        st.sampled_from(["201", "202", ""])
    )
    return event(
        draw(KINDS),
        draw(SECONDS),
        ext=ext,
        by=by,
        number=draw(st.sampled_from([CUSTOMER, "302", "anonymous", None])),
        direction=draw(st.sampled_from(Direction)),
        cause=draw(st.sampled_from(Cause)),
        name=draw(st.sampled_from(["", "Karin", "K."])),
        duration=draw(st.none() | st.integers(0, 60)),
    )


def told(events: list[CallEvent]) -> list[Told]:
    return [Told(one.source, one) for one in events]


def again(one: CallEvent) -> CallEvent:
    """The same event, told once more a minute later."""
    return replace(one, received_at=one.received_at + timedelta(minutes=1))


SOME = st.lists(call_events(), min_size=1, max_size=8)


@given(SOME, st.data())
def test_with_stated_times_order_and_repetition_do_not_matter(
    events: list[CallEvent], data: st.DataObject
) -> None:
    repeated = [again(one) for one in data.draw(st.lists(st.sampled_from(events)))]
    shuffled = data.draw(st.permutations([*events, *repeated]))

    assert summarise(told(shuffled), NOW) == summarise(told(events), NOW)


@given(SOME, st.sampled_from([at(0), NOW, at(10**6)]))
def test_durations_fit_the_status(events: list[CallEvent], now: object) -> None:
    state = summarise(told(events), now)  # type: ignore[arg-type]

    complete = {Status.ENDED, Status.MISSED, Status.NOT_REACHED}
    assert (state.duration is not None) is (state.status in complete)
    assert (state.ended_at is not None) is (state.status in complete)
    assert state.duration is None or state.duration >= 0
    assert state.wait is None or state.wait >= 0
    if state.status in {Status.MISSED, Status.NOT_REACHED}:
        assert (state.duration, state.connected_at) == (0, None)
    if state.status in {Status.ENDED, Status.CONNECTED}:
        assert state.connected_at
    assert state.status is not Status.INITIAL


@given(SOME)
def test_outcomes_fit_the_status(events: list[CallEvent]) -> None:
    state = summarise(told(events), NOW)

    outcomes = {leg.outcome for leg in state.legs}
    assert (Outcome.ANSWERED in outcomes) or state.status is not Status.ENDED
    if not state.status.is_live:
        assert Outcome.RUNNING not in outcomes
    else:
        assert Outcome.RUNNING in outcomes


@given(SOME)
def test_in_the_end_nothing_runs(events: list[CallEvent]) -> None:
    state = summarise(told(events), at(10**6))

    assert not state.status.is_live
    assert all(leg.outcome for leg in state.legs)


def verdict(state: CallState) -> tuple[object, ...]:
    """What arrival times must not change."""
    outcomes = {leg.extension: leg.outcome for leg in state.legs}
    return state.status, state.direction, outcomes


@st.composite
def unstated(draw: st.DrawFn) -> list[CallEvent]:
    """What one phone tells of one call, without times."""
    direction = draw(st.sampled_from([IN, OUT, Direction.UNKNOWN]))
    kinds = draw(st.lists(KINDS, min_size=1, max_size=6))
    return [
        event(kind, place * 10, direction=direction, stated=False)
        for place, kind in enumerate(kinds)
    ]


@given(unstated(), st.data())
def test_without_times_events_of_one_leg_may_come_in_any_order(
    events: list[CallEvent], data: st.DataObject
) -> None:
    arrivals = data.draw(st.permutations([one.received_at for one in events]))
    shuffled = [
        replace(one, received_at=arrival)
        for one, arrival in zip(events, arrivals, strict=True)
    ]

    assert verdict(summarise(told(shuffled), NOW)) == verdict(
        summarise(told(events), NOW)
    )


@st.composite
def unstated_group(draw: st.DrawFn) -> list[CallEvent]:
    """What a PBX tells of three extensions; moments are the same or 10 s apart."""
    return [
        event(kind, moment * 10, ext=ext, by="pbx", cause=cause, stated=False)
        for ext in ("201", "202", "203")
        for kind, moment, cause in draw(
            st.lists(
                st.tuples(KINDS, st.integers(0, 9), st.sampled_from(Cause)), max_size=4
            )
        )
    ]


DELAYS = st.timedeltas(timedelta(), JITTER - timedelta(milliseconds=1))


@given(unstated_group().filter(bool), st.data())
def test_without_times_delays_below_two_seconds_do_not_matter(
    events: list[CallEvent], data: st.DataObject
) -> None:
    delayed = [
        replace(one, received_at=one.received_at + data.draw(DELAYS)) for one in events
    ]

    assert verdict(summarise(told(delayed), NOW)) == verdict(
        summarise(told(events), NOW)
    )


@given(unstated_group().filter(bool), st.data())
def test_without_times_a_repetition_moves_nothing(
    events: list[CallEvent], data: st.DataObject
) -> None:
    repeated = [
        replace(one, received_at=at(150))
        for one in data.draw(st.lists(st.sampled_from(events)))
    ]
    before, after = (
        summarise(told(some), NOW) for some in (events, [*events, *repeated])
    )

    assert verdict(after) == verdict(before)
    assert (after.started_at, after.connected_at) == (
        before.started_at,
        before.connected_at,
    )


# Joining.

NUMBERS = (CUSTOMER, OTHER_CUSTOMER, "201", "202", "600", "anonymous")


@st.composite
def reported(draw: st.DrawFn, place: int) -> list[CallEvent]:
    """What one source tells under one call ID."""
    by = draw(st.sampled_from(SOURCES))
    ext = {"anna": "201", "ben": "202"}.get(by) or draw(st.sampled_from(["201", "202"]))
    number = draw(st.sampled_from(NUMBERS))
    direction = draw(st.sampled_from([IN, IN, OUT]))
    began = draw(st.integers(0, 40)) / 2
    given_events = draw(
        st.lists(st.tuples(KINDS, st.integers(0, 20)), min_size=1, max_size=4)
    )
    fields = {"ext": ext, "by": by, "number": number, "direction": direction}
    return [
        event(kind, began + later / 2, call_id=str(place), **fields)  # type: ignore[arg-type]
        for kind, later in given_events
    ]


@st.composite
def several(draw: st.DrawFn) -> list[list[CallEvent]]:
    count = draw(st.integers(1, 6))
    return [draw(reported(place)) for place in range(count)]


def report(place: int, events: list[CallEvent]) -> Report:
    first = events[0]
    return Report(
        id=place,
        identity=(first.source, first.scope, first.call_id, 0),
        legs=tuple(legs(Told(place, one) for one in events)),
    )


@given(several(), st.data())
def test_joining_does_not_depend_on_the_order(
    told_of: list[list[CallEvent]], data: st.DataObject
) -> None:
    reports = [report(place, events) for place, events in enumerate(told_of)]
    found = group(reports)

    assert group(data.draw(st.permutations(reports))) == found
    assert sorted(one.id for members in found for one in members) == list(
        range(len(reports))
    )


@given(several())
def test_a_customer_is_never_answered_by_two_people_in_one_call(
    told_of: list[list[CallEvent]],
) -> None:
    for members in group([report(*each) for each in enumerate(told_of)]):
        answered = {
            (leg.number.key, leg.extension)
            for one in members
            for leg in one.legs
            if leg.connected_at and leg.direction is IN and leg.number.e164
        }
        assert len(answered) == len({number for number, _ in answered})


@given(several())
def test_anonymous_callers_are_never_joined(told_of: list[list[CallEvent]]) -> None:
    anonymous = normalise("anonymous", PLAN)
    for members in group([report(*each) for each in enumerate(told_of)]):
        assert len(members) == 1 or all(
            leg.number != anonymous for one in members for leg in one.legs
        )


# The log.


def expected_log(told_of: list[list[CallEvent]]) -> list[CallState]:
    """The log by the pure rules, from all events at once."""
    rows = [
        Reported(
            models.Report(
                source=events[0].source,
                scope=events[0].scope,
                client_call_id=events[0].call_id,
            ),
            events,
        )
        for events in told_of
    ]
    return [one.state for one in conversations(rows, {}, NOW)]


class TestLog(TestCase):
    """The recorder sees one event at a time, and must end up with the same log."""

    @settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow])
    @given(several(), st.randoms(use_true_random=False))
    def test_the_log_is_a_function_of_the_events(
        self, told_of: list[list[CallEvent]], random: object
    ) -> None:
        people()
        events = [
            replace(one, received_at=NOW)
            for events in told_of
            for one in (*events, *events[:1])
        ]
        random.shuffle(events)  # type: ignore[attr-defined]
        for one in events:
            record(one)

        assert sorted(map(line, models.Call.objects.all())) == sorted(
            map(state_line, expected_log(told_of))
        )
        assert not models.Call.objects.filter(reports=None).exists()
        assert models.Event.objects.count() == len(events)


def line(call: models.Call) -> tuple[str, ...]:
    parts = sorted(call.legs.values_list("extension", "outcome"))
    times = (call.started_at, call.connected_at, call.ended_at)
    figures = (call.wait, call.duration, call.party, call.extension)
    return tuple(map(str, (call.direction, call.status, *times, *figures, parts)))


def state_line(state: CallState) -> tuple[str, ...]:
    parts = sorted((leg.extension, leg.outcome.value) for leg in state.legs)
    times = (state.started_at, state.connected_at, state.ended_at)
    figures = (state.wait, state.duration, state.number.key, state.extension)
    return tuple(map(str, (state.direction, state.status, *times, *figures, parts)))
