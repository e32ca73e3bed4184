"""What the lines of a FRITZ!Box become."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from softphone_connector.bridges.reports import Report
from softphone_connector.pbx.fritzbox.lines import parse
from softphone_connector.pbx.fritzbox.reports import Reader, dial_code, mapping
from tests.softphone_connector.pbx.fritzbox import boxes

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def read(text: str, *maps: str) -> list[Report]:
    reader = Reader(mapping(maps))
    return [one for line in text.splitlines() for one in found(reader, line)]


def found(reader: Reader, text: str) -> Iterator[Report]:
    line = parse(text)
    assert line is not None
    yield from reader.read(line, NOON)


def told(reports: list[Report]) -> list[str]:
    return [f"{one.event} {one.extension}" for one in reports]


def test_an_answered_call_of_a_number_that_rings_one_extension() -> None:
    ringing, connected, ended = read(boxes.INBOUND_ANSWERED, "200893=201")
    assert ringing == Report(
        event="ringing",
        extension="201",
        number="01711234567",
        call_id="0-040526113000",
        direction="inbound",
        at=NOON,
    )
    assert (connected.event, connected.extension) == ("connected", "201")
    assert (ended.event, ended.duration) == ("ended", 63)
    assert len({one.call_id for one in (ringing, connected, ended)}) == 1


def test_a_number_that_rings_several_is_answered_by_one() -> None:
    reports = read(boxes.INBOUND_ANSWERED, "200893=201,202", "**610=202")
    assert told(reports) == [
        "ringing 201",
        "ringing 202",
        "connected 202",
        "ended 202",
        "missed 201",
    ]
    assert [one.duration for one in reports[-2:]] == [63, None]


@pytest.mark.parametrize("maps", [[], ["200893=201,202"]])
def test_a_telephone_that_is_not_mapped_is_known_by_its_dial_code(
    maps: list[str],
) -> None:
    connected = next(
        one for one in read(boxes.INBOUND_ANSWERED, *maps) if one.event == "connected"
    )
    assert connected.extension == ("**610" if maps else "200893")


def test_a_number_that_is_not_mapped_is_the_extension_itself() -> None:
    assert told(read(boxes.INBOUND_MISSED)) == ["ringing 200893", "missed 200893"]


def test_an_outbound_call() -> None:
    reports = read(boxes.OUTBOUND_ANSWERED, "11=202")
    assert told(reports) == ["ringing 202", "connected 202", "ended 202"]
    assert {(one.number, one.direction) for one in reports} == {
        ("03023125123", "outbound")
    }
    assert reports[-1].duration == 30


def test_an_outbound_call_that_nobody_answers() -> None:
    reports = read(boxes.OUTBOUND_NOT_REACHED, "200894=202")
    assert told(reports) == ["ringing 202", "ended 202"]
    assert reports[-1].duration == 0


def test_a_colleague_that_is_called_by_dial_code() -> None:
    line = "04.05.26 12:00:00;CALL;0;11;;**610;SIP0;"
    assert read(line, "**610=201", "11=202")[0].number == "201"
    assert read(line)[0].number == "**610"


def test_an_anonymous_caller_states_an_empty_number() -> None:
    ringing, _missed = read(boxes.ANONYMOUS)
    assert ringing.parameters()["number"] == ""


def test_a_connection_id_is_another_call_each_time() -> None:
    text = boxes.INBOUND_MISSED + boxes.INBOUND_MISSED.replace("11:40", "11:45")
    assert len({one.call_id for one in read(text)}) == 2


def test_an_id_that_begins_anew_without_an_end_is_another_call() -> None:
    """The box was switched off in the middle of a call."""
    first, *_ = boxes.INBOUND_ANSWERED.splitlines(keepends=True)
    reports = read(first + boxes.INBOUND_MISSED, "200893=201")
    assert told(reports) == ["ringing 201", "ringing 201", "missed 201"]
    assert reports[0].call_id != reports[1].call_id == reports[2].call_id


def test_a_call_that_began_before_the_bridge() -> None:
    _ring, *rest = boxes.INBOUND_ANSWERED.splitlines(keepends=True)
    reports = read("".join(rest), "10=201")
    assert told(reports) == ["connected 201", "ended 201"]
    assert {(one.number, one.direction) for one in reports} == {("01711234567", "")}


def test_an_end_of_which_nothing_is_known_says_nothing() -> None:
    assert read("04.05.26 11:31:10;DISCONNECT;0;63;") == []


def test_seconds_that_are_no_number_are_left_out() -> None:
    text = boxes.INBOUND_ANSWERED.replace(";63;", ";long;")
    assert read(text)[-1].duration is None


@pytest.mark.parametrize(
    ("device", "code"), [("1", "**1"), ("10", "**610"), ("21", "**621"), ("5", "**5")]
)
def test_dial_codes(device: str, code: str) -> None:
    assert dial_code(device) == code


@pytest.mark.parametrize("text", ["", "=201", "200893", "200893=", "a b=1", "1=2 0"])
def test_a_map_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        mapping([text])
