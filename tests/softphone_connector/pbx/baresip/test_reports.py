"""What baresip tells, and the reports that come of it."""

from __future__ import annotations

import json

import pytest

from softphone_connector.bridges.reports import Report
from softphone_connector.pbx.baresip.reports import Reader, cause_of
from tests.softphone_connector.pbx.baresip.lines import (
    ANSWERED_INBOUND,
    ANSWERED_OUTBOUND,
    AT,
    event,
)

RINGS_IN, RINGS_OUT = event("CALL_INCOMING"), event("CALL_RINGING", inbound=False)


def reports(*lines: str, extension: str = "") -> list[Report]:
    reader = Reader(extension)
    read = [reader.read(json.loads(line), AT) for line in lines]
    return [report for report in read if report]


def told(*lines: str) -> list[tuple[str, str]]:
    """Events and causes."""
    return [(report.event, report.cause) for report in reports(*lines)]


def test_an_answered_inbound_call() -> None:
    found = reports(*ANSWERED_INBOUND.splitlines())
    assert [report.event for report in found] == ["ringing", "connected", "ended"]
    assert {report.direction for report in found} == {"inbound"}
    assert found[0].parameters() == {
        "extension": "202",
        "number": "201",
        "call_id": "5691c46fdeae4cfb",
        "direction": "inbound",
        "name": "Anna 201",
        "at": "2026-03-04T11:00:00.250+00:00",
    }


def test_an_answered_outbound_call() -> None:
    found = reports(*ANSWERED_OUTBOUND.splitlines())
    assert [report.event for report in found] == ["ringing", "connected", "ended"]
    assert {(one.direction, one.extension, one.number) for one in found} == {
        ("outbound", "201", "202")
    }
    assert not any(report.cause or report.name for report in found)


@pytest.mark.parametrize(
    ("param", "cause"),
    [
        ("Connection reset by user", "rejected"),
        ("Connection reset by peer", ""),
        ("Local timeout", ""),
    ],
)
def test_an_inbound_call_that_nobody_answered(param: str, cause: str) -> None:
    closed = event("CALL_CLOSED", param=param)
    assert told(RINGS_IN, closed) == [("ringing", ""), ("missed", cause)]


@pytest.mark.parametrize(
    ("param", "cause"),
    [
        ("Connection reset by user", "cancelled"),
        ("486 Busy Here", "486"),
        ("486 Rejected", "rejected"),
        ("603 Decline", "rejected"),
        ("480 Temporarily Unavailable", "480"),
        ("Connection timed out", ""),
        ("", ""),
    ],
)
def test_an_outbound_call_that_was_not_answered(param: str, cause: str) -> None:
    closed = event("CALL_CLOSED", param=param, inbound=False)
    assert told(RINGS_OUT, closed) == [("ringing", ""), ("ended", cause)]


def test_a_wrong_number_ends_without_ringing() -> None:
    closed = event("CALL_CLOSED", param="404 Not Found", inbound=False)
    assert told(closed) == [("ended", "404")]


def test_early_media_rings_and_ringing_is_told_once() -> None:
    progress = event("CALL_PROGRESS", inbound=False)
    assert told(progress, RINGS_OUT) == [("ringing", "")]


def test_no_cause_is_stated_after_talk() -> None:
    established = event("CALL_ESTABLISHED")
    closed = event("CALL_CLOSED", param="Connection reset by user")
    assert told(RINGS_IN, established, closed)[-1] == ("ended", "")


def test_the_end_of_a_call_from_before_the_connection_is_left_to_the_server() -> None:
    closed = event("CALL_CLOSED", param="Connection reset by user")
    assert told(closed) == [("ended", "")]


def test_two_calls_at_once_are_kept_apart() -> None:
    second = event("CALL_INCOMING", id="other")
    closed = event("CALL_CLOSED", param="Connection reset by peer", id="other")
    established = event("CALL_ESTABLISHED")
    lines = (RINGS_IN, second, established, closed, event("CALL_CLOSED"))
    assert [name for name, _cause in told(*lines)] == [
        "ringing",
        "ringing",
        "connected",
        "missed",
        "ended",
    ]


@pytest.mark.parametrize(
    "line",
    [
        event("REGISTER_OK"),
        event("CALL_RTCP"),
        event("CALL_CLOSED", id=""),
        event("CALL_CLOSED", direction="sideways"),
        '{"event":true,"type":"EXIT","class":"application"}',
        '{"response":true,"ok":true,"data":"","token":"t1"}',
        "{}",
    ],
)
def test_what_is_no_news_of_a_call_is_passed_over(line: str) -> None:
    assert reports(line) == []


@pytest.mark.parametrize(
    ("uri", "number"),
    [
        ("sip:+491711234567@127.0.0.1;transport=udp", "+491711234567"),
        ("sip:%2B4930123@pbx.example", "+4930123"),
        ("sips:*31%23@pbx.example", "*31#"),
        ("sip:anonymous@anonymous.invalid", "sip:anonymous@anonymous.invalid"),
        ("sip:erika@example.org", "sip:erika@example.org"),
        ("", None),
    ],
)
def test_the_number_is_taken_from_the_address_where_it_holds_one(
    uri: str, number: str | None
) -> None:
    assert reports(event("CALL_INCOMING", peeruri=uri))[0].number == number


def test_a_given_extension_counts_instead_of_the_account() -> None:
    assert reports(RINGS_IN, extension="250")[0].extension == "250"


def test_a_status_is_only_what_stands_in_front() -> None:
    assert cause_of("Extension 486 not found") == ""
