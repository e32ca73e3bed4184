from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crmplus.timeline import Entry
from crmplus.timeline.entries import Source, merge

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def entry(minute: int, title: str = "") -> Entry:
    at = START + timedelta(minutes=minute)
    return Entry(at=at, kind="comment", icon="message", title=title)


def source(entries: Sequence[Entry]) -> Source:
    newest_first = sorted(entries, key=lambda one: one.at, reverse=True)

    def read(before: datetime | None, limit: int) -> list[Entry]:
        found = [one for one in newest_first if before is None or one.at < before]
        return found[:limit]

    return read


moments = st.lists(st.integers(0, 8), max_size=15)


@given(st.lists(moments, max_size=4), st.integers(1, 6))
def test_pages_hold_every_entry_once_and_in_order(
    minutes: list[list[int]], size: int
) -> None:
    entries = [
        [entry(minute, f"{number}.{position}") for position, minute in enumerate(part)]
        for number, part in enumerate(minutes)
    ]
    sources = [source(part) for part in entries]
    seen, before = merge(sources, None, size)
    while before:
        page, before = merge(sources, before, size)
        assert page
        seen += page
    expected = [one for part in entries for one in part]
    assert sorted(one.title for one in seen) == sorted(one.title for one in expected)
    times = [one.at for one in seen]
    assert times == sorted(times, reverse=True)


def test_entries_of_one_moment_stay_together() -> None:
    entries = [entry(5, "a"), entry(3, "b"), entry(3, "c"), entry(1, "d")]
    page, following = merge([source(entries)], None, 2)
    assert [one.title for one in page] == ["a"]
    page, following = merge([source(entries)], following, 2)
    assert [one.title for one in page] == ["b", "c"]
    assert following == START + timedelta(minutes=3)


def test_a_moment_with_more_than_a_page_is_shown_whole() -> None:
    older = [entry(2 - n, f"older {n}") for n in range(3)]
    entries = [*(entry(3, str(n)) for n in range(7)), *older]
    page, following = merge([source(entries)], None, 2)
    assert [one.title for one in page] == [*"0123456", "older 0"]
    page, following = merge([source(entries)], following, 2)
    assert [one.title for one in page] == ["older 1", "older 2"]
    assert following is None


def test_nothing_is_an_empty_page() -> None:
    assert merge([], None) == ([], None)
    assert merge([source([])], None) == ([], None)
