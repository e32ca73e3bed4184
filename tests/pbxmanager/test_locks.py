"""Locks are taken in one order by everybody."""

from __future__ import annotations

from unittest import mock

import pytest

from pbxmanager import locks
from pbxmanager.locks import lock


@pytest.fixture
def postgresql(monkeypatch: pytest.MonkeyPatch) -> mock.MagicMock:
    """A connection to PostgreSQL; gives what is executed on it."""
    connection = mock.MagicMock(vendor="postgresql")
    monkeypatch.setattr(locks, "connection", connection)
    cursor = connection.cursor.return_value.__enter__.return_value
    found: mock.MagicMock = cursor.execute
    return found


def taken(execute: mock.MagicMock) -> list[int]:
    numbers: list[int] = execute.call_args.args[1][0]
    return numbers


def test_the_order_of_names_does_not_matter(postgresql: mock.MagicMock) -> None:
    lock(["party\n201", "party\n202", "party\n+491711234567", "party\n201"])
    first = taken(postgresql)
    lock(["party\n+491711234567", "party\n202", "party\n201"])

    assert taken(postgresql) == first == sorted(first)
    assert len(first) == 3


def test_numbers_fit_into_64_bits(postgresql: mock.MagicMock) -> None:
    lock(str(name) for name in range(100))

    assert all(-(2**63) <= number < 2**63 for number in taken(postgresql))
    assert min(taken(postgresql)) < 0 < max(taken(postgresql))


def test_sqlite_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = mock.MagicMock(vendor="sqlite")
    monkeypatch.setattr(locks, "connection", connection)
    lock(["party\n201"])

    assert not connection.cursor.called
