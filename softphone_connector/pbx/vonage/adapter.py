"""Vonage: a JSON object for each status of each leg, signed with a JWT."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from pbxmanager.events import EventKind
from softphone_connector.adapters.calls import platform_told, plus, side
from softphone_connector.adapters.reading import (
    Adapter,
    Directory,
    Reply,
    ServiceRequest,
    Told,
    Unreadable,
    digest,
    same,
    text_at,
)

INTERNATIONAL = 8
MAX_AGE = 300.0
KINDS = {
    "started": EventKind.RINGING,
    "ringing": EventKind.RINGING,
    "answered": EventKind.CONNECTED,
    "completed": EventKind.ENDED,
    "busy": EventKind.MISSED,
    "cancelled": EventKind.MISSED,
    "failed": EventKind.MISSED,
    "rejected": EventKind.MISSED,
    "timeout": EventKind.MISSED,
    "unanswered": EventKind.MISSED,
}
CAUSES = {
    "busy": "busy",
    "cancelled": "cancelled",
    "failed": "unreachable",
    "rejected": "rejected",
    "timeout": "no_answer",
    "unanswered": "no_answer",
}


def is_signed(request: ServiceRequest, secret: str) -> bool:
    """Whether the bearer token is a JWT (RFC 7519) of this body, made just now.

    Only HS256 is one: what a token says of its algorithm must not weaken the check.
    """
    token = request.header("authorization").partition(" ")[2].strip()
    message, _dot, signature = token.rpartition(".")
    head, _dot, payload = message.partition(".")
    made = base64.urlsafe_b64encode(digest(secret, message.encode(), "sha256"))
    if not same(made.decode().rstrip("="), signature):
        return False
    claims = _part(payload)
    issued = claims.get("iat")
    if _part(head).get("alg") != "HS256" or not isinstance(issued, int | float):
        return False
    if abs(request.received_at.timestamp() - issued) > MAX_AGE:
        return False
    stated = claims.get("payload_hash")
    if stated is None:
        # A request without a body has nothing that its token could vouch for.
        return not request.body
    return bool(stated == hashlib.sha256(request.body).hexdigest())


def _part(text: str) -> dict[str, Any]:
    """A part of a JWT as an object, {} where it is none."""
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError, binascii.Error):
        return {}
    return found if isinstance(found, dict) else {}


def read(request: ServiceRequest, directory: Directory) -> Sequence[Told]:
    """What an event tells. The legs of a conversation share its ID."""

    def stated(name: str) -> str:
        return text_at(request.json, name) or request.value(name)

    status = stated("status")
    call_id = stated("conversation_uuid") or stated("uuid")
    if not status or not call_id:
        raise Unreadable
    leg = side(
        directory,
        plus(stated("from"), INTERNATIONAL),
        plus(stated("to"), INTERNATIONAL),
        enters=stated("direction") == "inbound",
    )
    texts = {
        "call_id": call_id,
        "at": stated("end_time") or stated("timestamp"),
        "duration": stated("duration"),
    }
    kind = KINDS.get(status, EventKind.OTHER)
    return [platform_told(leg, kind, texts, CAUSES.get(status, ""))]


def reply(request: ServiceRequest) -> Reply:
    """200: anything else counts as a failure, or as instructions for the call."""
    return Reply()


ADAPTER = Adapter(
    label="Vonage",
    profiles=["vonage"],
    read=read,
    reply=reply,
    is_signed=is_signed,
)
