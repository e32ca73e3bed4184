"""Zoom Phone: a JSON object for each event of each leg."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from pbxmanager.events import EventKind
from softphone_connector.adapters.calls import line_of
from softphone_connector.adapters.reading import (
    Adapter,
    Directory,
    Reply,
    SecretMissing,
    ServiceRequest,
    Told,
    Unreadable,
    digest,
    same,
    text_at,
)

MAX_AGE = 300.0
UNIX_TIME = re.compile(r"\d{9,13}", re.ASCII)
MILLISECONDS_FROM = 1e11
# Kind of the event, and the field that says when it happened.
KINDS = {
    "ringing": (EventKind.RINGING, "ringing_start_time"),
    "answered": (EventKind.CONNECTED, "answer_start_time"),
    "connected": (EventKind.CONNECTED, "connected_start_time"),
    "ended": (EventKind.ENDED, "call_end_time"),
    "missed": (EventKind.MISSED, "call_end_time"),
    "rejected": (EventKind.MISSED, "call_end_time"),
}
ELSEWHERE = "answered by other"


def greet(request: ServiceRequest, secret: str) -> Reply | None:
    """The validation of the address: its token, and that signed with the secret."""
    if text_at(request.json, "event") != "endpoint.url_validation":
        return None
    if not secret:
        raise SecretMissing
    token = text_at(request.json, "payload", "plainToken")
    signed = digest(secret, token.encode(), "sha256").hex()
    answer = {"plainToken": token, "encryptedToken": signed}
    return Reply(json.dumps(answer), "application/json")


def is_signed(request: ServiceRequest, secret: str) -> bool:
    """Whether x-zm-signature fits the body and a time that is not long ago."""
    stated = request.header("x-zm-request-timestamp")
    if not UNIX_TIME.fullmatch(stated):
        return False
    at = float(stated) / (1000 if float(stated) >= MILLISECONDS_FROM else 1)
    if abs(request.received_at.timestamp() - at) > MAX_AGE:
        return False
    message = b":".join((b"v0", stated.encode(), request.body))
    expected = f"v0={digest(secret, message, 'sha256').hex()}"
    return same(expected, request.header("x-zm-signature"))


def read(request: ServiceRequest, directory: Directory) -> Sequence[Told]:
    """What an event tells: ``phone.callee_…`` of who is called, ``phone.caller_…``
    of who calls. A queue rings several callees under one call ID."""
    event = text_at(request.json, "event")
    call = request.json.get("payload")
    call = call.get("object") if isinstance(call, dict) else None
    call_id = text_at(call, "call_id")
    part, _underscore, what = event.removeprefix("phone.").partition("_")
    if not event.startswith("phone."):
        raise Unreadable
    if what not in KINDS or part not in {"caller", "callee"} or not call_id:
        return [Told(kind=EventKind.OTHER, call_id=call_id)]
    kind, time = KINDS[what]
    own, remote = (part, "callee" if part == "caller" else "caller")
    return [
        Told(
            kind=kind,
            call_id=call_id,
            extension=line_of(
                directory,
                text_at(call, own, "extension_number"),
                text_at(call, own, "phone_number"),
                text_at(call, own, "name"),
            ),
            number=text_at(call, remote, "phone_number")
            or text_at(call, remote, "extension_number"),
            direction="outbound" if part == "caller" else "inbound",
            name=text_at(call, remote, "name"),
            cause=_cause(what, text_at(call, "handup_result")),
            at=text_at(call, time),
        )
    ]


def _cause(what: str, result: str) -> str:
    """The cause of an end; ``handup_result`` is Zoom's spelling."""
    if ELSEWHERE in result.lower():
        return "answered_elsewhere"
    return "rejected" if what == "rejected" else ""


def reply(request: ServiceRequest) -> Reply:
    """200 without a body is what Zoom takes for received."""
    return Reply()


ADAPTER = Adapter(
    label="Zoom",
    profiles=["zoom"],
    read=read,
    reply=reply,
    is_signed=is_signed,
    greet=greet,
)
