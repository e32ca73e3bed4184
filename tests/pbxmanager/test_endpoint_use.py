"""Phones that use what a change takes away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from pbxmanager import endpoint_use
from pbxmanager.endpoint_spec import DEFAULT_SET, EndpointSpec, Role, SetSpec
from pbxmanager.endpoint_use import Damage, Use, breaks, recent_uses
from pbxmanager.events import EventKind
from pbxmanager.models import Event
from pbxmanager.sources import Reporter
from tests.pbxmanager.cast import at

ANNA = Reporter("Anna", "Yealink")
WHO = {"key:1": ANNA}


def sets(**changed: Any) -> SetSpec:
    """The default set, with another endpoint for ringing."""
    spec = EndpointSpec(kind=EventKind.RINGING, slug="ringing", **changed)
    endpoints = {**DEFAULT_SET.endpoints, spec.slug: spec}
    return SetSpec(name="Default", endpoints=endpoints, common_slug="all")


def use(path: str = "ringing", **params: str) -> Use:
    return Use("key:1", "201", at(0), path, "GET", params)


def harm(before: SetSpec, after: SetSpec, one: Use) -> list[tuple[Damage, str]]:
    found = breaks([one], before, after, WHO)
    return [(each.damage, each.segment) for each in found]


def without_ringing() -> SetSpec:
    others = dict(DEFAULT_SET.endpoints)
    others["rings"] = EndpointSpec(kind=EventKind.RINGING, slug="rings")
    del others["ringing"]
    return SetSpec(name="Default", endpoints=others, common_slug="all")


@pytest.mark.parametrize(
    "after",
    [without_ringing(), sets(enabled=False), sets(method="POST")],
    ids=["renamed", "off", "method"],
)
@pytest.mark.parametrize(
    ("one", "segment"),
    [
        (use(), "ringing"),
        (use("all", event="Ringing "), "all"),
        (use("", event="ringing"), "ringing"),
    ],
    ids=["own", "common", "bare"],
)
def test_a_phone_is_refused(after: SetSpec, one: Use, segment: str) -> None:
    assert harm(sets(), after, one) == [(Damage.REFUSED, segment)]


def test_an_address_with_another_meaning_is_told() -> None:
    taken = EndpointSpec(kind=EventKind.ENDED, slug="ringing")
    after = SetSpec(name="", endpoints={"ringing": taken})
    assert harm(sets(), after, use()) == [(Damage.MISREAD, "ringing")]


def test_a_parameter_that_is_not_read_any_more_is_told() -> None:
    after = sets(names={Role.NUMBER: "from", Role.EXTENSION: "line"})
    (one,) = breaks([use(number="1", extension="201")], sets(), after, WHO)
    assert one.damage is Damage.UNREAD
    assert set(one.roles) == {Role.NUMBER, Role.EXTENSION}
    assert one.reporter == ANNA


@pytest.mark.parametrize(
    ("before", "after", "one"),
    [
        (sets(), sets(), use(number="1")),
        (sets(), sets(names={Role.NUMBER: "from"}), use(**{"from": "1"})),
        (
            sets(),
            sets(names={Role.NUMBER: "from"}),
            use(**{"from": "1", "number": "1"}),
        ),
        (sets(), sets(names={}, fixed={Role.NUMBER: "7"}), use(number="1")),
        (sets(fixed={Role.NUMBER: "7"}), sets(names={}), use(number="1")),
        (sets(enabled=False), without_ringing(), use()),
        (sets(), without_ringing(), use("hold")),
        (sets(), without_ringing(), use("", event="")),
        (sets(), without_ringing(), use("connected")),
    ],
)
def test_what_still_works_or_never_did_is_not_told(
    before: SetSpec, after: SetSpec, one: Use
) -> None:
    assert harm(before, after, one) == []


def test_the_same_phone_is_told_once() -> None:
    found = breaks([use(), use(number="1")], sets(), without_ringing(), {})
    assert [str(one.reporter) for one in found] == ["key:1"]


def sent(seconds: float, path: str = "ringing", **given: Any) -> Event:
    fields: dict[str, Any] = {
        "source": "key:1",
        "extension": "201",
        "kind": "ringing",
        "raw": {"path": path, "method": "GET", "params": {"number": "1"}},
        "received_at": at(seconds),
    }
    return Event.objects.create(**{**fields, **given})


@pytest.mark.django_db
def test_the_last_use_of_each_address_counts(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for seconds in range(5):
        sent(seconds)
    sent(2, "ended", kind="ended")
    sent(3, extension="202")
    sent(4, source="key:2")
    sent(4, "rings", refused="event_unknown")
    sent(4, "", raw={})
    with django_assert_num_queries(3):
        uses = recent_uses(["key:1"], at(9))
    told = {(one.extension, one.path, one.at) for one in uses}
    assert told == {
        ("201", "ringing", at(4)),
        ("201", "ended", at(2)),
        ("202", "ringing", at(3)),
        ("201", "", at(4)),
    }


@pytest.mark.django_db
def test_only_a_week_counts_and_only_the_newest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent(0)
    sent(10, extension="202")
    week = timedelta(days=7)
    assert len(recent_uses(["key:1"], at(5) + week)) == 1
    assert recent_uses(["key:1"], at(10) + week) == []
    monkeypatch.setattr(endpoint_use, "NEWEST", 1)
    assert [one.extension for one in recent_uses(["key:1"], at(11))] == ["202"]


@pytest.mark.django_db
def test_without_sources_nothing_is_asked(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        assert recent_uses([], at(0)) == []
