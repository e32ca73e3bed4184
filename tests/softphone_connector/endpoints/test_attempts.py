"""Requests without a valid key cost little, and are counted all the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from softphone_connector.endpoints import attempts
from softphone_connector.models import UnknownKeyAttempt

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
Reason = UnknownKeyAttempt.Reason


KEY = "sk_abcdefgh"


def count(after: float, secret: str = KEY, remote: str = "10.0.0.7") -> None:
    at = NOON + timedelta(seconds=after)
    attempts.count(Reason.UNKNOWN, secret, remote, at)


def rows() -> list[tuple[int, int]]:
    found = UnknownKeyAttempt.objects.order_by("pk")
    return list(found.values_list("count", "total"))


def test_each_of_a_few_has_its_row(db: None) -> None:
    for second in range(3):
        count(second)
    assert rows() == [(1, 1), (1, 2), (1, 3)]


def test_a_flood_is_written_once_a_second(db: None) -> None:
    for number in range(100):
        count(number / 100)
    assert rows() == [(1, 1)]
    count(1)
    assert rows() == [(1, 1), (100, 101)]


def test_a_clock_that_was_set_back_does_not_stop_the_count(db: None) -> None:
    count(10)
    count(0)
    assert rows() == [(1, 1), (1, 2)]


def test_a_hundred_rows_are_kept(db: None) -> None:
    for second in range(attempts.KEPT + 20):
        count(second)
    assert len(rows()) == attempts.KEPT
    assert rows()[-1] == (1, attempts.KEPT + 20)


@pytest.mark.parametrize(
    ("secret", "prefix"),
    [("sk_abcdefgh", "sk_abcd"), ("", ""), ("sk_\x00", ""), ("sk_ü", "")],
)
def test_of_a_key_its_prefix_is_kept(db: None, secret: str, prefix: str) -> None:
    count(0, secret)
    row = UnknownKeyAttempt.objects.get()
    assert row.prefix == prefix
    assert str(row) == "2026-05-04 12:00:00 10.0.0.7 unknown"


def test_a_long_address_is_cut(db: None) -> None:
    count(0, remote="x" * 500)
    assert len(UnknownKeyAttempt.objects.get().remote) == 64


def test_what_cannot_be_counted_stops_nothing(db: None, monkeypatch, caplog) -> None:
    def fail(*arguments: object) -> None:
        raise OperationalError("locked")

    monkeypatch.setattr(attempts, "_write", fail)
    count(0)
    assert "could not be counted" in caplog.text
