"""Periods are days of the user's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from pbxmanager.periods import days_of, moments, words

TODAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("today", TODAY, TODAY),
        ("yesterday", date(2026, 3, 3), date(2026, 3, 3)),
        ("week", date(2026, 2, 26), TODAY),
        ("month", date(2026, 3, 1), TODAY),
        ("", None, None),
        ("always", None, None),
    ],
)
def test_a_period_has_a_first_and_a_last_day(
    period: str, first: date | None, last: date | None
) -> None:
    assert days_of(period, TODAY) == (first, last)


def test_a_day_is_23_hours_long_where_the_clocks_go_forward() -> None:
    sunday = date(2026, 3, 29)
    with timezone.override("Europe/Berlin"):
        start, beyond = moments(sunday, sunday)

    assert start == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert beyond == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_an_open_end_has_no_moment() -> None:
    assert moments(None, None) == (None, None)


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (TODAY, TODAY, "4 Mar 2026"),
        (date(2026, 3, 1), TODAY, "1 Mar 2026 – 4 Mar 2026"),
        (TODAY, None, "4 Mar 2026 – …"),
        (None, TODAY, "… – 4 Mar 2026"),
    ],
)
def test_a_period_is_said_in_short_dates(
    first: date | None, last: date | None, text: str
) -> None:
    assert words(first, last) == text
