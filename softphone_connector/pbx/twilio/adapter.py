"""Twilio: status callbacks of each leg of a call."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl

from pbxmanager.events import EventKind
from softphone_connector.adapters.calls import platform_told, side
from softphone_connector.adapters.reading import (
    Adapter,
    Directory,
    Reply,
    ServiceRequest,
    Told,
    Unreadable,
    digest,
    same,
)

KINDS = {
    "ringing": EventKind.RINGING,
    "in-progress": EventKind.CONNECTED,
    "completed": EventKind.ENDED,
    "busy": EventKind.MISSED,
    "no-answer": EventKind.MISSED,
    "canceled": EventKind.MISSED,
    "failed": EventKind.MISSED,
}
CAUSES = {
    "busy": "busy",
    "no-answer": "no_answer",
    "canceled": "cancelled",
    "failed": "unreachable",
}


def is_signed(request: ServiceRequest, secret: str) -> bool:
    """Whether X-Twilio-Signature fits address and form: each field once, by name."""
    form = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    message = request.url + "".join(name + value for name, value in sorted(set(form)))
    made = base64.b64encode(digest(secret, message.encode(), "sha1")).decode()
    return same(made, request.header("x-twilio-signature"))


def read(request: ServiceRequest, directory: Directory) -> Sequence[Told]:
    """What a status tells. The legs of a call share the ID of the first one."""
    status = request.value("CallStatus")
    call_id = request.value("ParentCallSid", "CallSid")
    if not status or not call_id:
        raise Unreadable
    parent = request.value("ParentCallSid")
    enters = request.value("Direction") == "inbound"
    leg = side(directory, request.value("From"), request.value("To"), enters=enters)
    stated = {
        "call_id": parent or call_id,
        "name": request.value("CallerName"),
        "at": _iso(request.value("Timestamp")),
        "duration": request.value("CallDuration"),
        "recording_url": request.value("RecordingUrl"),
    }
    kind = KINDS.get(status, EventKind.OTHER)
    return [platform_told(leg, kind, stated, CAUSES.get(status, ""))]


def _iso(text: str) -> str:
    """A time as RFC 2822 has it, as ISO 8601; "" for what is none."""
    try:
        return parsedate_to_datetime(text).isoformat()
    except (ValueError, OverflowError):
        return ""


def reply(request: ServiceRequest) -> Reply:
    """TwiML that does nothing."""
    xml = '<?xml version="1.0" encoding="UTF-8"?>\n<Response/>\n'
    return Reply(xml, "text/xml")


ADAPTER = Adapter(
    label="Twilio",
    profiles=["twilio"],
    read=read,
    reply=reply,
    is_signed=is_signed,
)
