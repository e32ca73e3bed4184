"""How a call looks: shape, colour and word."""

from __future__ import annotations

import pytest

from crmplus.icons import icon
from pbxmanager.looks import SHAPES, look_of

LOOKS = [
    # direction, status, outcomes of the legs → icon, tone, word
    ("inbound", "ringing", {""}, "call-inbound", "ringing", "Ringing"),
    ("inbound", "connected", {""}, "call-inbound", "talk", "Connected"),
    ("inbound", "ended", {"answered"}, "call-inbound", "done", "Ended"),
    ("inbound", "missed", {"missed"}, "call-inbound-bar", "missed", "Missed"),
    ("inbound", "missed", {"cancelled"}, "call-inbound-bar", "missed", "Missed"),
    ("inbound", "missed", {"busy"}, "call-inbound-cross", "missed", "Busy"),
    ("inbound", "missed", {"rejected"}, "call-inbound-cross", "missed", "Rejected"),
    ("inbound", "missed", {"busy", "missed"}, "call-inbound-bar", "missed", "Missed"),
    ("inbound", "lost", {"lost"}, "call-inbound", "done", "End not reported"),
    ("outbound", "initial", {""}, "call-outbound", "ringing", "Dialling"),
    ("outbound", "ended", {"answered"}, "call-outbound", "done", "Ended"),
    ("outbound", "ended", {"busy", "answered"}, "call-outbound", "done", "Ended"),
    (
        "outbound",
        "not_reached",
        {"not_reached"},
        "call-outbound-bar",
        "done",
        "Not reached",
    ),
    ("outbound", "not_reached", {"busy"}, "call-outbound-cross", "done", "Busy"),
    ("internal", "ended", {"answered"}, "call-internal", "done", "Ended"),
    ("internal", "missed", {"missed"}, "call-internal-bar", "missed", "Missed"),
    ("internal", "missed", {"busy"}, "call-internal-cross", "missed", "Busy"),
]


@pytest.mark.parametrize(
    ("direction", "status", "outcomes", "shape", "tone", "word"), LOOKS
)
def test_a_call_is_told_by_shape_colour_and_word(
    direction: str, status: str, outcomes: set[str], shape: str, tone: str, word: str
) -> None:
    look = look_of(direction, status, outcomes)

    assert (look.icon, look.tone, look.word) == (shape, tone, word)


@pytest.mark.parametrize("status", ["initial", "ringing", "connected"])
def test_a_running_call_is_animated(status: str) -> None:
    assert look_of("inbound", status, {""}).is_running
    assert not look_of("inbound", "ended", {"answered"}).is_running


def test_every_shape_differs() -> None:
    drawn = {str(icon(f"call-{name}")) for name in SHAPES}

    assert len(drawn) == len(SHAPES) == 9
