"""When a caller who was missed counts as reached."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pbxmanager.missed_rules import Contact, Try, episode

START = datetime(2026, 3, 4, 9, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def tries(*minutes: int) -> list[Try]:
    return [Try(at(minute), minute) for minute in minutes]


def contacts(*minutes: int) -> list[Contact]:
    return [Contact(at(minute), 1000 + minute) for minute in minutes]


def test_without_a_try_there_is_nothing() -> None:
    assert episode([], contacts(1), None) is None


def test_all_tries_since_the_last_talk_are_one_entry() -> None:
    found = episode(tries(1, 5, 9), contacts(3), None)

    assert found
    assert [one.call for one in found.tries] == [5, 9]
    assert found.is_open


def test_the_first_talk_after_the_last_try_closes_it() -> None:
    found = episode(tries(1, 5), contacts(7, 9), None)

    assert found
    assert not found.is_open
    assert found.reached == contacts(7)[0]
    assert found.first_at == at(1)


def test_a_talk_that_began_before_does_not() -> None:
    found = episode(tries(5), contacts(4), None)

    assert found
    assert found.is_open


def test_ticking_it_off_closes_it_until_the_next_try() -> None:
    done = episode(tries(1, 5), [], at(6))
    again = episode(tries(1, 5, 8), [], at(6))

    assert done
    assert not done.is_open
    assert done.reached is None
    assert again
    assert again.is_open
    assert [one.call for one in again.tries] == [8]


MINUTES = st.lists(st.integers(0, 60), max_size=12, unique=True)


@given(MINUTES, MINUTES, st.none() | st.integers(0, 60), st.randoms())
def test_the_order_in_which_calls_are_told_does_not_matter(
    missed: list[int], talked: list[int], done: int | None, chance: st.DataObject
) -> None:
    done_at = None if done is None else at(done)
    ordered = episode(tries(*missed), contacts(*talked), done_at)
    one, other = tries(*missed), contacts(*talked)
    chance.shuffle(one)  # type: ignore[attr-defined]
    chance.shuffle(other)  # type: ignore[attr-defined]

    assert episode(one, other, done_at) == ordered


@given(MINUTES.filter(bool), MINUTES, st.none() | st.integers(0, 60))
def test_it_is_open_exactly_while_nothing_came_after_the_last_try(
    missed: list[int], talked: list[int], done: int | None
) -> None:
    found = episode(
        tries(*missed), contacts(*talked), None if done is None else at(done)
    )

    assert found
    ends = [*talked, *([] if done is None else [done])]
    assert found.is_open == all(end < max(missed) for end in ends)
    assert found.tries[-1].call == max(missed)
