"""What the parameters state, what is refused, and what is left out with a note."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxmanager.endpoint_spec import DEFAULT_NAMES, EndpointSpec, Role
from pbxmanager.events import Cause, Direction, EventKind
from softphone_connector.endpoints.faults import Code, ParameterError
from softphone_connector.endpoints.params import Stated, parse_time, read

ENDPOINT = EndpointSpec(kind=EventKind.RINGING, slug="ringing")
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
HOSTS = frozenset({"rec.example.com"})


def stated(**sent: str) -> Stated:
    return read(sent, ENDPOINT, HOSTS)


def test_everything_can_be_stated() -> None:
    assert stated(
        extension="201",
        number="+4930 12345",
        call_id=" abc-1 ",
        direction="in",
        name=" Anna  Schmidt ",
        cause="busy",
        at="2026-05-04T12:00:00Z",
        duration="190",
        recording_url="https://rec.example.com/1.wav?x=1",
    ) == Stated(
        extension="201",
        number="+4930 12345",
        number_stated=True,
        call_id="abc-1",
        direction=Direction.INBOUND,
        name="Anna  Schmidt",
        cause=Cause.BUSY,
        at=NOON,
        duration=190,
        recording_url="https://rec.example.com/1.wav?x=1",
    )


def test_nothing_needs_to_be_stated() -> None:
    assert stated() == Stated()


@pytest.mark.parametrize(
    ("text", "number", "is_stated"),
    [
        ("+4930", "+4930", True),
        (" 4930", " 4930", True),
        ("", "", True),
        ("4930\u202e\x00", "4930", True),
        ("$remote", "", False),
        ("x" * 300, "x" * 255, True),
    ],
)
def test_the_number_stays_as_it_came(text: str, number: str, is_stated: bool) -> None:
    read_number = stated(number=text)
    assert (read_number.number, read_number.number_stated) == (number, is_stated)


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("in", Direction.INBOUND),
        ("INBOUND", Direction.INBOUND),
        (" out ", Direction.OUTBOUND),
        ("outbound", Direction.OUTBOUND),
        ("internal", Direction.INTERNAL),
        ("", Direction.UNKNOWN),
        ("$callDirection", Direction.UNKNOWN),
    ],
)
def test_a_direction_is_one_of_a_few_words(text: str, direction: Direction) -> None:
    assert stated(direction=text).direction is direction


@pytest.mark.parametrize(
    ("text", "cause", "notes"),
    [
        ("busy", Cause.BUSY, 0),
        ("486", Cause.BUSY, 0),
        ("Q.850;cause=26", Cause.ANSWERED_ELSEWHERE, 0),
        ("User Busy", Cause.BUSY, 0),
        ("", Cause.UNKNOWN, 0),
        ("sunspots", Cause.UNKNOWN, 1),
    ],
)
def test_a_cause_is_never_refused(text: str, cause: Cause, notes: int) -> None:
    read_cause = stated(cause=text)
    assert read_cause.cause is cause
    assert len(read_cause.notes) == notes


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-05-04T12:00:00Z", NOON),
        ("2026-05-04T12:00Z", NOON),
        ("2026-05-04T12:00:00.250Z", NOON + timedelta(milliseconds=250)),
        ("2026-05-04T14:00:00+02:00", NOON),
        ("2026-05-04T14:00:00 02:00", NOON),
        ("2026-05-04T14:00:00 0200", NOON),
        ("2026-05-04T07:00:00-05:00", NOON),
        ("2026-05-04 12:00:00", NOON),
        ("2026-05-04T12:00:00", NOON),
        ("20260504T120000Z", NOON),
        ("1777896000", NOON),
        ("1777896000.5", NOON + timedelta(milliseconds=500)),
        ("1777896000250", NOON + timedelta(milliseconds=250)),
        ("0", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_time_is_iso_8601_or_unix_time(text: str, time: datetime) -> None:
    assert parse_time(text) == time
    assert stated(at=text).at == time


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "12:00",
        "2026-05-04",
        "2026-13-04T12:00:00Z",
        "04.05.2026 12:00",
        "-5",
        "1e9",
        "١٧٧٧٨٩٦٠٠٠",
        "999999999999999",
        "0001-01-01T00:00:00+12:00",
        "2026-05-04T12:00:00 Europe/Berlin",
    ],
)
def test_another_time_is_refused(text: str) -> None:
    assert fault(at=text).code == Code.AT


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("190", 190), ("12.9", 12), ("604800", 604800)]
)
def test_a_duration_is_in_seconds(text: str, seconds: int) -> None:
    assert stated(duration=text).duration == seconds


@pytest.mark.parametrize("text", ["-1", "3:10", "x", "1e3", "604801", "9999999", "٣"])
def test_another_duration_is_refused(text: str) -> None:
    assert fault(duration=text).code == Code.DURATION


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"direction": "sideways"}, Code.DIRECTION),
        ({"extension": "2 0 1"}, Code.EXTENSION),
        ({"extension": "<script>"}, Code.EXTENSION),
        ({"extension": "2" * 65}, Code.EXTENSION),
        ({"call_id": "c" * 129}, Code.CALL_ID),
    ],
)
def test_what_is_refused_names_its_parameter(sent: dict[str, str], code: Code) -> None:
    error = fault(**sent)
    assert error.code == code
    assert error.status == 400
    assert error.facts["parameter"] == next(iter(sent))


def fault(**sent: str) -> ParameterError:
    with pytest.raises(ParameterError) as caught:
        stated(**sent)
    return caught.value


@pytest.mark.parametrize(
    "url",
    [
        "http://rec.example.com/1.wav",
        "https://other.example.com/1.wav",
        "https://rec.example.com.evil.example/1.wav",
        "https://anna:pw@rec.example.com/1.wav",
        "https://rec.example.com@evil.example/",
        "https://evil.example\\@rec.example.com/",
        "https://rec.example.com:8443/1.wav",
        "https://rec.example.com:x/1.wav",
        "https://[rec.example.com/1.wav",
        "https://rec.example.com/a b",
        "https://rec.example.com/ä",
        'https://rec.example.com/"><b>',
        "javascript:alert(1)//rec.example.com",
        "//rec.example.com/1.wav",
        "https://rec.example.com/" + "x" * 1024,
        "recording.wav",
    ],
)
def test_a_recording_from_elsewhere_is_dropped_with_a_note(url: str) -> None:
    read_url = stated(recording_url=url)
    assert read_url.recording_url == ""
    assert [note["code"] for note in read_url.notes] == ["recording_dropped"]


@pytest.mark.parametrize(
    "url",
    [
        "https://rec.example.com/1.wav",
        "https://rec.example.com:443/1.wav?a=b#c",
        "HTTPS://REC.example.com/1.wav",
    ],
)
def test_a_recording_from_a_listed_host_is_kept(url: str) -> None:
    assert stated(recording_url=url).recording_url == url


def test_unfilled_variables_are_noted_for_the_admin() -> None:
    read_all = stated(
        extension="sip:$active_user@$host", number="[Number]", name="$display_remote"
    )
    assert read_all == Stated(
        notes=[
            {"code": "placeholder", "parameter": "number", "value": "[Number]"},
            {
                "code": "placeholder",
                "parameter": "extension",
                "value": "sip:$active_user@$host",
            },
            {"code": "placeholder", "parameter": "name", "value": "$display_remote"},
        ]
    )


def test_parameters_have_the_names_that_the_admin_set() -> None:
    names = {Role.NUMBER: "caller", Role.EXTENSION: "user[]"}
    spec = EndpointSpec(kind=EventKind.RINGING, slug="ringing", names=names)
    sent = {"caller": "1", "user[]": "201", "number": "9", "name": "Anna"}
    assert read(sent, spec) == Stated(extension="201", number="1", number_stated=True)


def test_a_refusal_says_the_admins_name_of_the_parameter() -> None:
    names = {**DEFAULT_NAMES, Role.DIRECTION: "dir"}
    spec = EndpointSpec(kind=EventKind.RINGING, slug="ringing", names=names)
    with pytest.raises(ParameterError) as caught:
        read({"dir": "sideways"}, spec)
    assert caught.value.facts == {"parameter": "dir", "value": "sideways"}


def test_a_fixed_value_counts_whatever_is_sent() -> None:
    fixed = {Role.DIRECTION: "outbound", Role.NUMBER: "5"}
    spec = EndpointSpec(kind=EventKind.RINGING, slug="ringing-out", fixed=fixed)
    read_fixed = read({"direction": "$dir", "number": "1"}, spec)
    assert read_fixed.direction is Direction.OUTBOUND
    assert read_fixed.number == "5"
    assert read_fixed.notes == []


@given(
    st.dictionaries(
        st.sampled_from([role.value for role in Role]),
        st.text(st.characters(exclude_categories=()), max_size=60)
        | st.sampled_from(["$x", "sip:1@h", "https://rec.example.com/\n", "1e400"]),
    )
)
def test_any_values_are_read_or_refused(sent: dict[str, Any]) -> None:
    with suppress(ParameterError):
        read_all = read(sent, ENDPOINT, HOSTS)
        joined = read_all.extension + read_all.call_id + read_all.name + read_all.number
        assert joined.encode().decode() == joined
        assert "\x00" not in joined
