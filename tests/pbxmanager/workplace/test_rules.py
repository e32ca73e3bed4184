"""Who is free, and who gets a group's calls: the rules alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxmanager.workplace.rules import (
    IDLE_AFTER,
    SIGN_LASTS,
    Facts,
    Presence,
    Shift,
    State,
    Status,
    effective,
    gets_bosses_call,
    gets_group_call,
    presence,
    wrap_up_until,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(minutes=3)
SECOND = timedelta(seconds=1)
HERE = {"seen": NOW, "active": NOW}


def shift(status: Status, until: datetime | None = None) -> Shift:
    return Shift(status, BEFORE, until)


times = st.datetimes(
    min_value=datetime(2026, 3, 1),  # noqa: DTZ001  (hypothesis adds the zone)
    max_value=datetime(2026, 3, 3),  # noqa: DTZ001
    timezones=st.just(UTC),
)
shifts = st.builds(Shift, st.sampled_from(Status), times, st.none() | times)
facts = st.builds(
    Facts,
    shifts,
    st.none() | times,
    st.none() | times,
    st.booleans(),
    st.none() | times,
    st.none() | times,
)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (Facts(**HERE), Presence(State.FREE)),
        (Facts(), Presence(State.AWAY)),
        (Facts(ringing=BEFORE, **HERE), Presence(State.RINGING, BEFORE)),
        (Facts(ringing=NOW, talking=BEFORE), Presence(State.TALKING, BEFORE)),
        (Facts(disturb=True, talking=BEFORE), Presence(State.TALKING, BEFORE)),
        (Facts(disturb=True, **HERE), Presence(State.DISTURB)),
        (Facts(disturb=True), Presence(State.DISTURB)),
        (Facts(shift(Status.PAUSE), disturb=True), Presence(State.DISTURB)),
        (Facts(shift(Status.PAUSE)), Presence(State.PAUSE, BEFORE)),
        (
            Facts(shift(Status.SIGNED_OUT), disturb=True, **HERE),
            Presence(State.AWAY, BEFORE),
        ),
        (Facts(shift(Status.SIGNED_OUT), ringing=NOW), Presence(State.RINGING, NOW)),
        (Facts(shift(Status.WRAP_UP), **HERE), Presence(State.WRAP_UP, BEFORE)),
        (Facts(shift(Status.WRAP_UP, NOW), **HERE), Presence(State.FREE)),
        (
            Facts(shift(Status.NOT_AVAILABLE), **HERE),
            Presence(State.UNAVAILABLE, BEFORE),
        ),
        (Facts(shift(Status.NOT_AVAILABLE)), Presence(State.AWAY)),
        (Facts(shift(Status.SIGNED_IN), **HERE), Presence(State.FREE)),
        (
            Facts(seen=NOW - SIGN_LASTS, active=NOW),
            Presence(State.AWAY, NOW - SIGN_LASTS),
        ),
        (Facts(seen=NOW - SIGN_LASTS + SECOND, active=NOW), Presence(State.FREE)),
        (Facts(seen=NOW, active=NOW - IDLE_AFTER), Presence(State.AWAY, NOW)),
    ],
)
def test_what_colleagues_see(known: Facts, expected: Presence) -> None:
    assert presence(known, NOW) == expected


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("needs_sign_in", [True, False])
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_only_who_is_available_and_signed_in_gets_a_groups_call(
    status: Status, needs_sign_in: bool, is_signed_in: bool
) -> None:
    gets = gets_group_call(
        shift(status), NOW, needs_sign_in=needs_sign_in, is_signed_in=is_signed_in
    )
    allowed = is_signed_in or not needs_sign_in
    assert gets == (status is Status.AVAILABLE and allowed)


@pytest.mark.parametrize("status", list(Status))
def test_a_deputy_gets_calls_while_signed_in_and_available(status: Status) -> None:
    available = status is Status.AVAILABLE
    assert gets_bosses_call(shift(status), NOW, is_signed_in=True) == available
    assert not gets_bosses_call(shift(status), NOW, is_signed_in=False)


def test_a_wrap_up_that_is_over_is_available_since_then() -> None:
    until = NOW - SECOND
    assert effective(shift(Status.WRAP_UP, until), NOW) == Shift(
        Status.AVAILABLE, until
    )
    later = shift(Status.WRAP_UP, NOW + SECOND)
    assert effective(later, NOW) == later
    # A break that lasts too long stays a break.
    pause = shift(Status.PAUSE, until)
    assert effective(pause, NOW) == pause


def test_a_wrap_up_begins_when_the_call_ended() -> None:
    ended = NOW - timedelta(seconds=4)
    free = Shift()
    assert wrap_up_until(ended, 20, free, NOW) == ended + timedelta(seconds=20)
    assert wrap_up_until(ended, 4, free, NOW) is None
    assert wrap_up_until(ended, 20, shift(Status.PAUSE), NOW) is None
    said_since = Shift(Status.AVAILABLE, ended + SECOND)
    assert wrap_up_until(ended, 20, said_since, NOW) is None


@given(facts, times)
def test_the_phone_says_more_than_the_person(known: Facts, now: datetime) -> None:
    seen = presence(known, now).state
    assert (seen is State.TALKING) == (known.talking is not None)
    if known.talking is None:
        assert (seen is State.RINGING) == (known.ringing is not None)


@given(facts, times)
def test_nobody_looks_free_who_is_not_here_or_said_otherwise(
    known: Facts, now: datetime
) -> None:
    if presence(known, now).state is State.FREE:
        assert not known.disturb
        assert known.seen
        assert known.active
        status = effective(known.shift, now).status
        assert status in {Status.AVAILABLE, Status.SIGNED_IN}


@given(shifts, times, st.booleans(), st.booleans())
def test_a_group_call_never_disturbs_a_break(
    given_shift: Shift, now: datetime, needs: bool, signed_in: bool
) -> None:
    gets = gets_group_call(
        given_shift, now, needs_sign_in=needs, is_signed_in=signed_in
    )
    if gets:
        assert effective(given_shift, now).status is Status.AVAILABLE
        assert signed_in or not needs


@given(shifts, times)
def test_what_counts_now_counts_still_when_looked_at_again(
    one: Shift, now: datetime
) -> None:
    assert effective(effective(one, now), now) == effective(one, now)
