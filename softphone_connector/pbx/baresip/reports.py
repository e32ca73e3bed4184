"""What baresip's events mean in our terms.

The types and fields are those of ``src/event.c`` and ``modules/ctrl_tcp`` of baresip
1.0, the texts in ``param`` those of ``src/call.c`` and ``src/ua.c``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import Enum, auto
from urllib.parse import unquote

from softphone_connector.bridges.reports import Report

DIRECTIONS = {"incoming": "inbound", "outgoing": "outbound"}
BY_USER = "Connection reset by user"
# RFC 3261, section 7.2: the other side's final response, such as "486 Busy Here".
STATUS = re.compile(r"([3-6]\d\d)\b\s*(.*)")
NUMBER = re.compile(r"[+*#\d][*#\d.()-]*", re.ASCII)
# baresip itself answers "486 Rejected" where its user rejects: nobody is busy there.
REJECTIONS = ("rejected", "declined", "decline")


class _Stage(Enum):
    RINGING = auto()
    ESTABLISHED = auto()


class Reader:
    """Turns the messages of one connection to baresip into reports.

    It remembers how far each call is, since the end of a call does not tell. Of a call
    that began before the connection the server knows more than we do: its end is told
    as an end, and the server finds whether it was missed.
    """

    def __init__(self, extension: str = "") -> None:
        self._extension = extension
        self._stages: dict[str, _Stage] = {}

    def read(self, message: Mapping[str, object], at: datetime) -> Report | None:
        """The report a message makes, None where it tells nothing of a call.

        ``at`` is the moment of the event (UTC).
        """
        texts = {name: str(value) for name, value in message.items()}
        direction = DIRECTIONS.get(texts.get("direction", ""), "")
        call_id = texts.get("id", "")
        if not direction or not call_id:
            return None
        event, cause = self._told(texts, call_id, is_inbound=direction == "inbound")
        if not event:
            return None
        return Report(
            event=event,
            extension=self._extension or user_part(texts.get("accountaor", "")),
            number=number_in(texts.get("peeruri", "")) or None,
            call_id=call_id,
            direction=direction,
            at=at,
            name=texts.get("peerdisplayname", ""),
            cause=cause,
        )

    def _told(
        self, texts: Mapping[str, str], call_id: str, *, is_inbound: bool
    ) -> tuple[str, str]:
        """Event and cause; no event where nothing new happened."""
        match texts.get("type"):
            case "CALL_INCOMING" | "CALL_RINGING" | "CALL_PROGRESS":
                return self._rings(call_id), ""
            case "CALL_ESTABLISHED":
                self._stages[call_id] = _Stage.ESTABLISHED
                return "connected", ""
            case "CALL_CLOSED":
                stage = self._stages.pop(call_id, None)
                return end_of(stage, texts.get("param", ""), is_inbound=is_inbound)
            case _:
                return "", ""

    def _rings(self, call_id: str) -> str:
        if call_id in self._stages:
            return ""
        self._stages[call_id] = _Stage.RINGING
        return "ringing"


def end_of(stage: _Stage | None, reason: str, *, is_inbound: bool) -> tuple[str, str]:
    """How a call ended, and why if it never was established."""
    if stage is _Stage.ESTABLISHED or (is_inbound and stage is None):
        return "ended", ""
    if not is_inbound:
        return "ended", "cancelled" if reason == BY_USER else cause_of(reason)
    return "missed", "rejected" if reason == BY_USER else cause_of(reason)


def cause_of(reason: str) -> str:
    """The cause in ``param``: the SIP status, or the word if that says more.

    Empty for baresip's own words, such as "Connection reset by peer": the other side
    gave up, which is what missed means.
    """
    status = STATUS.match(reason)
    if not status:
        return ""
    return "rejected" if status[2].strip().lower() in REJECTIONS else status[1]


def user_part(uri: str) -> str:
    """The user of a SIP address: ``sip:201@pbx.example`` is 201."""
    return uri.partition(":")[2].partition("@")[0]


def number_in(uri: str) -> str:
    """The number in a SIP address, else all of it: the server knows what to make of
    ``sip:anonymous@anonymous.invalid`` and of names."""
    user = unquote(user_part(uri))
    return user if NUMBER.fullmatch(user) else uri
