"""Requests of services as their adapters see them; parts that several share."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pbxmanager.events import EventKind
from softphone_connector.adapters import reading
from softphone_connector.adapters.calls import Side, as_line, platform_told, plus, side
from softphone_connector.adapters.reading import ServiceRequest, Told, text_at
from tests.contracts.services import NOON


def request(body: bytes = b"", **more: Any) -> ServiceRequest:
    return ServiceRequest(method="POST", url="", body=body, received_at=NOON, **more)


def test_values_of_a_name_in_their_order() -> None:
    found = request(pairs=[("a", " 1 "), ("b", "2"), ("a", ""), ("c", "3")])
    assert found.values("a", "c") == ["1", "3"]
    assert (found.value("b"), found.value("x")) == ("2", "")
    assert found.states("a")
    assert not found.states("x")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"a"', b"[" * 100_000])
def test_a_body_that_is_no_object_has_no_fields(body: bytes) -> None:
    assert request(body).json == {}


def test_all_that_was_sent_is_kept_as_texts() -> None:
    body = {"a": {"b": [1, {"c": "x"}]}, "d": None, "e": True, "f": "1"}
    found = request(json.dumps(body).encode(), pairs=[("f", "1"), ("g", "2")])
    kept = {"a.b": "1", "a.b.c": "x", "e": "True", "f": "1", "g": "2"}
    assert found.kept == kept


def test_of_a_repeated_name_all_values_are_kept() -> None:
    found = request(pairs=[("user[]", "Alice"), ("user[]", "Bob"), ("user[]", "Bob")])
    assert found.kept == {"user[]": "Alice, Bob"}


def test_what_is_kept_is_bounded() -> None:
    deep: Any = "x"
    for _ in range(50):
        deep = {"a": deep}
    wide = {f"n{index}": "x" for index in range(1000)}
    assert request(json.dumps(deep).encode()).kept == {}
    kept = request(json.dumps(wide).encode()).kept
    assert len(kept) == reading.MAX_FIELDS


@pytest.mark.parametrize(
    ("path", "text"),
    [(("a", "b"), "1"), (("a",), ""), (("x", "y"), ""), (("a", "b", "c"), "")],
)
def test_a_text_at_a_path(path: tuple[str, ...], text: str) -> None:
    assert text_at({"a": {"b": 1}}, *path) == text


@pytest.mark.parametrize("found", [None, [], "text", 7, {"a": True}, {"a": None}])
def test_there_is_no_text_where_none_can_be(found: Any) -> None:
    assert text_at(found, "a") == ""


def test_only_what_is_stated_becomes_a_parameter() -> None:
    told = Told(kind=EventKind.RINGING, call_id="1", number="")
    assert told.parameters() == {"call_id": "1", "number": ""}
    assert Told(kind=EventKind.ENDED).parameters() == {}


@pytest.mark.parametrize(
    ("number", "read"),
    [
        ("491711234567", "+491711234567"),
        ("01711234567", "01711234567"),
        ("+491711234567", "+491711234567"),
        ("4917", "4917"),
        ("anonymous", "anonymous"),
        ("", ""),
    ],
)
def test_a_lost_plus(number: str, read: str) -> None:
    assert plus(number, 8) == read


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("w0", "w0"),
        ("201", "201"),
        ("7777abc@fpbx.de", "7777abc"),
        ("sip:anna@example.com", "anna"),
        ("+491711234567", ""),
        ("02214710334", ""),
        ("Emma Taylor", ""),
        ("<b>", ""),
        ("", ""),
    ],
)
def test_what_can_be_a_line(text: str, line: str) -> None:
    assert as_line(text) == line


class Known:
    """A directory of two extensions and one own number."""

    def extension(self, *names: str) -> str:
        return next((name for name in names if name in {"201", "+4930201"}), "")

    def is_own(self, number: str) -> bool:
        return number == "+49300"


CUSTOMER = "+491711234567"


@pytest.mark.parametrize(
    ("caller", "called", "enters", "seen"),
    [
        (CUSTOMER, "201", False, Side("201", CUSTOMER, "inbound", talks=True)),
        (CUSTOMER, "+4930201", True, Side("+4930201", CUSTOMER, "inbound", talks=True)),
        (CUSTOMER, "client:anna", False, Side("anna", CUSTOMER, "inbound", talks=True)),
        (CUSTOMER, "sip:anna@x", False, Side("anna", CUSTOMER, "inbound", talks=True)),
        (CUSTOMER, "Anna", False, Side("Anna", CUSTOMER, "inbound", talks=True)),
        ("client:anna", CUSTOMER, True, Side("anna", CUSTOMER, "outbound", False)),
        ("201", CUSTOMER, False, Side("201", CUSTOMER, "outbound", talks=True)),
        ("201", "client:ben", False, Side("201", "ben", "internal", talks=True)),
        (CUSTOMER, "+49300", True, Side("", CUSTOMER, "inbound", talks=False)),
        ("anonymous", "+49300", True, Side("", "anonymous", "inbound", talks=False)),
        ("+49300", CUSTOMER, False, Side("", CUSTOMER, "outbound", talks=True)),
        (CUSTOMER, "+491719999999", False, None),
    ],
)
def test_whose_leg_it_is(
    caller: str, called: str, enters: bool, seen: Side | None
) -> None:
    assert side(Known(), caller, called, enters=enters) == seen


def test_the_platforms_own_answer_and_talk_are_nobodys() -> None:
    stated = {"call_id": "1", "duration": "60"}
    entering = Side("", CUSTOMER, "inbound", talks=False)
    assert platform_told(entering, EventKind.CONNECTED, stated).kind == "other"
    assert platform_told(entering, EventKind.ENDED, stated).duration == ""
    talking = Side("201", CUSTOMER, "inbound", talks=True)
    assert platform_told(talking, EventKind.ENDED, stated).duration == "60"
    assert platform_told(None, EventKind.ENDED, stated).kind == "other"


def test_a_caller_who_gave_up_is_a_missed_call_to_the_called_one() -> None:
    inbound = Side("201", CUSTOMER, "inbound", talks=True)
    outbound = Side("201", CUSTOMER, "outbound", talks=True)
    stated = {"call_id": "1"}
    missed = EventKind.MISSED
    assert platform_told(inbound, missed, stated, "cancelled").cause == ""
    assert platform_told(inbound, missed, stated, "busy").cause == "busy"
    assert platform_told(outbound, missed, stated, "cancelled").cause == "cancelled"
