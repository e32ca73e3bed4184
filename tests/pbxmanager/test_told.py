"""Of what several events state, the most telling one counts."""

from __future__ import annotations

import pytest

from pbxmanager.events import NO_NUMBER, CallEvent, Direction
from pbxmanager.told import best_number, best_text, by_extension, report_directions
from tests.pbxmanager.cast import (
    CONNECTED,
    CUSTOMER,
    ENDED,
    IN,
    MISSED,
    OTHER_CUSTOMER,
    OUT,
    RINGING,
    click,
    event,
    told,
)


@pytest.mark.parametrize(
    ("events", "number"),
    [
        ([event(RINGING, 0, number="302"), event(ENDED, 9)], CUSTOMER),
        ([event(RINGING, 0, number="*21"), event(ENDED, 9, number="302")], "302"),
        ([event(RINGING, 0, number="anonymous"), event(ENDED, 9)], CUSTOMER),
        ([event(CONNECTED, 0, number=OTHER_CUSTOMER), event(RINGING, 9)], CUSTOMER),
        ([event(RINGING, 5, number=OTHER_CUSTOMER), event(RINGING, 0)], CUSTOMER),
        ([event(RINGING, 0, number="23125123"), event(ENDED, 9)], CUSTOMER),
        ([event(RINGING, 0, number=None), event(CONNECTED, 1)], CUSTOMER),
    ],
)
def test_the_best_number(events: list[CallEvent], number: str) -> None:
    assert best_number(events).key == number
    assert best_number(reversed(events)).key == number


def test_no_stated_number_is_no_number() -> None:
    assert best_number([event(RINGING, 0, number=None)]) == NO_NUMBER


def test_an_anonymous_caller_is_known_to_be_anonymous() -> None:
    events = [event(RINGING, 0, number="anonymous"), event(ENDED, 9, number=None)]

    assert best_number(events).kind == "anonymous"


def test_the_earlier_kind_tells_the_name() -> None:
    events = [
        event(ENDED, 0, name="Late"),
        event(CONNECTED, 3, name="Second"),
        event(CONNECTED, 2, name="First"),
        event(RINGING, 1),
    ]

    assert best_text(events, lambda one: one.name) == "First"
    assert best_text([], lambda one: one.name) == ""


def test_each_report_has_a_direction_of_its_own() -> None:
    events = told(
        event(RINGING, 0, direction=Direction.UNKNOWN),
        event(CONNECTED, 3, direction=OUT),
        event(RINGING, 0, by="pbx", direction=IN),
    )

    assert list(report_directions(events).values()) == [OUT, IN]


def parts(*events: CallEvent) -> dict[str, list[str]]:
    """The kinds of event of each leg."""
    found = by_extension(told(*events)).items()
    return {
        extension: sorted(one.event.kind for one in its_events)
        for extension, its_events in found
    }


def pbx(kind: object, seconds: float, ext: str = "", **given: object) -> CallEvent:
    return event(kind, seconds, ext=ext, by="pbx", **given)  # type: ignore[arg-type]


def test_events_belong_to_the_extension_they_name() -> None:
    assert parts(pbx(RINGING, 0, "201"), pbx(RINGING, 0, "202")) == {
        "201": ["ringing"],
        "202": ["ringing"],
    }


def test_without_any_extension_there_is_one_leg() -> None:
    assert parts(pbx(RINGING, 0), pbx(ENDED, 5)) == {"": ["ended", "ringing"]}


def test_the_leg_without_extension_goes_once_one_is_known() -> None:
    assert parts(pbx(RINGING, 0), pbx(CONNECTED, 5, "202"), pbx(ENDED, 9)) == {
        "202": ["connected", "ended", "ringing"]
    }


def test_a_ringing_of_the_whole_call_is_none_of_a_leg_that_rang_itself() -> None:
    found = parts(pbx(RINGING, 0), pbx(RINGING, 1, "201"), pbx(MISSED, 9, "202"))

    assert found == {"201": ["ringing"], "202": ["missed", "ringing"]}


def test_a_connection_of_the_whole_call_needs_one_leg_to_connect() -> None:
    one, two = pbx(RINGING, 0, "201"), pbx(RINGING, 0, "202")

    assert parts(one, pbx(CONNECTED, 5)) == {"201": ["connected", "ringing"]}
    assert parts(one, two, pbx(CONNECTED, 5)) == {
        "201": ["ringing"],
        "202": ["ringing"],
    }


def test_an_end_of_the_whole_call_ends_what_has_no_end_of_its_own() -> None:
    missed = (pbx(RINGING, 0, "201"), pbx(MISSED, 9, "201"))
    talk = (pbx(RINGING, 9, "202"), pbx(CONNECTED, 12, "202"))

    assert parts(*missed, *talk, pbx(ENDED, 20)) == {
        "201": ["missed", "ringing"],
        "202": ["connected", "ended", "ringing"],
    }


def test_an_end_of_the_whole_call_ends_a_second_attempt_too() -> None:
    first = (pbx(RINGING, 0, "201"), pbx(MISSED, 9, "201"))
    second = (pbx(RINGING, 12, "201"), pbx(CONNECTED, 14, "201"))

    assert parts(*first, *second, pbx(ENDED, 20))["201"].count("ended") == 1


def test_an_end_told_twice_counts_for_all() -> None:
    missed = (pbx(RINGING, 0, "201"), pbx(MISSED, 9, "201"))

    assert parts(*missed, pbx(ENDED, 9)) == {"201": ["ended", "missed", "ringing"]}


def test_a_report_without_extension_speaks_of_all_legs() -> None:
    trunk = event(ENDED, 9, ext="", by="trunk")

    assert parts(pbx(RINGING, 0, "201"), pbx(RINGING, 0, "202"), trunk) == {
        "201": ["ended", "ringing"],
        "202": ["ended", "ringing"],
    }


def test_a_click_is_part_of_the_leg_with_its_number() -> None:
    other = event(RINGING, 1, ext="202", number=OTHER_CUSTOMER, by="ben")
    found = parts(click(0, user=1), event(RINGING, 1, ext="301"), other)

    assert found == {"301": ["dialled", "ringing"], "202": ["ringing"]}


def test_a_click_alone_is_a_leg() -> None:
    assert parts(click(0, user=1)) == {"201": ["dialled"]}
