"""How calls announce themselves to a user."""

from __future__ import annotations

from typing import Any

import pytest

from softphone_connector import availability
from softphone_connector.availability import (
    Availability,
    availability_of,
    set_disturb,
    snapshot,
)
from tests.softphone_connector.cast import Cast
from tests.softphone_connector.talking import queries


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    heard: list[Any] = []

    def publish(users: Any, message: Any) -> None:
        heard.append((list(users), message))

    monkeypatch.setattr(availability, "publish", publish)
    return heard


def test_who_has_set_nothing_is_available(people: Cast) -> None:
    assert availability_of(people.anna.pk).pk is None
    assert snapshot(people.anna.pk) == [
        {
            "type": "availability",
            "key": "availability",
            "version": 0,
            "disturb": False,
            "sound": "",
            "volume": 60,
            "desktop": False,
        }
    ]
    assert queries(lambda: snapshot(people.anna.pk)) == 1


def test_a_switch_is_kept_and_told_to_all_tabs(people: Cast, told: list[Any]) -> None:
    first = set_disturb(people.anna, True)
    assert str(first) == "Anna"
    second = set_disturb(people.anna, False)
    assert second.version > first.version
    assert [(users, one["disturb"]) for users, one in told] == [
        ([people.anna.pk], True),
        ([people.anna.pk], False),
    ]
    assert told[1][1] == snapshot(people.anna.pk)[0]
    assert Availability.objects.count() == 1


def test_a_version_rises_though_the_clock_is_behind(
    people: Cast, told: list[Any]
) -> None:
    ahead = Availability(user=people.anna, version=10**18)
    availability.save(ahead)
    assert ahead.version == 10**18 + 1
