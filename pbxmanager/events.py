"""What a phone reports: one frozen, normalised event. Pure: knows no Django.

Whatever produces events (a URL call, a PBX connection, a click in the CRM) makes a
``CallEvent`` and gives it to ``pbxmanager.recorder.record``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from crmplus.phonebook.normalise import Number, NumberKind

CALL_ID_LENGTH = 128
EXTENSION_LENGTH = 64
NAME_LENGTH = 128
URL_LENGTH = 1024


class EventKind(StrEnum):
    """What happened. ``other`` is acknowledged and kept, and changes nothing.

    ``dialled`` is a click in the CRM; no phone can send it.
    """

    RINGING = "ringing"
    CONNECTED = "connected"
    ENDED = "ended"
    MISSED = "missed"
    DIALLED = "dialled"
    OTHER = "other"

    @property
    def is_end(self) -> bool:
        return self in {EventKind.ENDED, EventKind.MISSED}


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"
    UNKNOWN = ""


class Cause(StrEnum):
    """Why a leg ended without talk, as the client states it."""

    ANSWERED_ELSEWHERE = "answered_elsewhere"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    UNKNOWN = ""


NO_NUMBER = Number(raw="", kind=NumberKind.EMPTY, e164=None, value=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """One report of one source about one extension's part in a call.

    ``source`` names who reports it ("key:7", "click:3"). ``scope`` is the extension
    for a person's key and "" for a PBX key. ``call_id`` is the client's own, "" where
    it gives none. ``extension`` is "" where the client does not say. ``number`` is
    the remote party; ``number_stated`` is False where the client sent none at all
    (or a placeholder it did not fill), which is not the same as an anonymous caller.
    Times are aware and in UTC; ``stated_at`` is None where the arrival counts.
    ``duration`` is the talk in seconds that the client states with an end.
    """

    kind: EventKind
    source: str
    scope: str = ""
    call_id: str = ""
    extension: str = ""
    number: Number = NO_NUMBER
    number_stated: bool = True
    direction: Direction = Direction.UNKNOWN
    name: str = ""
    cause: Cause = Cause.UNKNOWN
    received_at: datetime
    stated_at: datetime | None = None
    duration: int | None = None
    recording_url: str = ""
    ids_restart: bool = False
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        """When it happened: as stated, else its arrival (UTC)."""
        return self.stated_at or self.received_at


WORDS = {
    Cause.ANSWERED_ELSEWHERE: (
        "answered elsewhere",
        "call completed elsewhere",
        "picked up elsewhere",
        "elsewhere",
    ),
    Cause.REJECTED: ("rejected", "reject", "declined", "decline", "call rejected"),
    Cause.CANCELLED: (
        "cancelled",
        "canceled",
        "cancel",
        "originator cancel",
        "request terminated",
    ),
    Cause.BUSY: ("busy", "user busy", "busy here", "busy everywhere"),
    Cause.NO_ANSWER: (
        "no answer",
        "noanswer",
        "no user response",
        "not answered",
        "timeout",
        "allotted timeout",
        "temporarily unavailable",
    ),
    Cause.UNREACHABLE: (
        "unreachable",
        "not found",
        "unallocated number",
        "no route destination",
        "congestion",
        "chanunavail",
        "not available",
        "failed",
        "offline",
    ),
}
BY_WORD = {word: cause for cause, words in WORDS.items() for word in words}

# SIP status codes (RFC 3261, section 21) and cause values (ITU-T Q.850, 2.2.5): the
# ranges do not overlap. 487 ends a call that its caller cancelled; 603 is "decline".
BY_CODE = {
    403: Cause.REJECTED,
    404: Cause.UNREACHABLE,
    408: Cause.NO_ANSWER,
    410: Cause.UNREACHABLE,
    480: Cause.NO_ANSWER,
    484: Cause.UNREACHABLE,
    486: Cause.BUSY,
    487: Cause.CANCELLED,
    500: Cause.UNREACHABLE,
    503: Cause.UNREACHABLE,
    600: Cause.BUSY,
    603: Cause.REJECTED,
    604: Cause.UNREACHABLE,
    1: Cause.UNREACHABLE,
    2: Cause.UNREACHABLE,
    3: Cause.UNREACHABLE,
    17: Cause.BUSY,
    18: Cause.NO_ANSWER,
    19: Cause.NO_ANSWER,
    20: Cause.UNREACHABLE,
    21: Cause.REJECTED,
    22: Cause.UNREACHABLE,
    26: Cause.ANSWERED_ELSEWHERE,
    27: Cause.UNREACHABLE,
    28: Cause.UNREACHABLE,
    34: Cause.UNREACHABLE,
    38: Cause.UNREACHABLE,
}
# A SIP Reason header (RFC 3326): ``Q.850;cause=26;text="…"`` or ``SIP;cause=200``.
REASON = re.compile(r"^\s*(SIP|Q\.850)\s*;\s*cause\s*=\s*(\d{1,3})", re.IGNORECASE)
CODE = re.compile(r"^(?:sip|q\.?850)?[\s:/_-]*(\d{1,3})\b", re.IGNORECASE)
# RFC 3326 also lets a CANCEL carry ``SIP;cause=200;text="Call completed elsewhere"``.
COMPLETED_ELSEWHERE = 200


def parse_cause(text: str) -> Cause:
    """The cause behind a word, a SIP status, a Q.850 value or a SIP Reason header.

    What is not known is ``Cause.UNKNOWN``: nothing is guessed from it.
    """
    reason = REASON.match(text)
    if reason:
        code = int(reason[2])
        if reason[1].upper() == "SIP" and code == COMPLETED_ELSEWHERE:
            return Cause.ANSWERED_ELSEWHERE
        return BY_CODE.get(code, Cause.UNKNOWN)
    numeric = CODE.match(text.strip())
    if numeric:
        return BY_CODE.get(int(numeric[1]), Cause.UNKNOWN)
    words = " ".join(re.split(r"[\s_\-+.]+", text.strip().lower())).strip()
    return BY_WORD.get(words, BY_WORD.get(words.replace(" ", ""), Cause.UNKNOWN))


DIRECTIONS = {
    "in": Direction.INBOUND,
    "inbound": Direction.INBOUND,
    "incoming": Direction.INBOUND,
    "out": Direction.OUTBOUND,
    "outbound": Direction.OUTBOUND,
    "outgoing": Direction.OUTBOUND,
    "internal": Direction.INTERNAL,
}


def parse_direction(text: str) -> Direction | None:
    """The direction a client states; UNKNOWN for "", None for any other word."""
    word = text.strip().lower()
    return DIRECTIONS.get(word) if word else Direction.UNKNOWN


AHEAD = timedelta(seconds=60)
BEHIND = timedelta(days=1)


def trusted_time(stated: datetime | None, received_at: datetime) -> datetime | None:
    """The stated time, or None where the arrival counts instead.

    That is so when it is missing, more than 60 s ahead or more than a day behind.
    """
    if stated is None or stated > received_at + AHEAD or stated < received_at - BEHIND:
        return None
    return stated
