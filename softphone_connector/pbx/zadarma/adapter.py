"""Zadarma: a form for each notification, signed over three of its fields."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence

from pbxmanager.events import EventKind
from softphone_connector.adapters.calls import line_of, plus
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

INTERNATIONAL = 8
ECHO = re.compile(r"[\w.-]{1,128}", re.ASCII)
# Which fields are signed, in their order (``getSignatureString`` of each class).
INCOMING, OUTGOING = ("caller_id", "called_did"), ("internal", "destination")
SIGNED = {
    "NOTIFY_ANSWER": ("caller_id", "destination", "call_start"),
    "NOTIFY_OUT_START": (*OUTGOING, "call_start"),
    "NOTIFY_OUT_END": (*OUTGOING, "call_start"),
    "NOTIFY_RECORD": ("pbx_call_id", "call_id_with_rec"),
}
KINDS = {
    "NOTIFY_START": EventKind.RINGING,
    "NOTIFY_INTERNAL": EventKind.RINGING,
    "NOTIFY_ANSWER": EventKind.CONNECTED,
    "NOTIFY_END": EventKind.ENDED,
    "NOTIFY_OUT_START": EventKind.RINGING,
    "NOTIFY_OUT_END": EventKind.ENDED,
}
CAUSES = {"busy": "busy", "no answer": "no_answer"}
REFUSED = {"failed", "unallocated number", "no money", "no limit", "line limit"}


def greet(request: ServiceRequest, secret: str) -> Reply | None:
    """The test of the address: what it sends comes back as it is."""
    echo = request.value("zd_echo")
    return Reply(echo, "text/plain") if ECHO.fullmatch(echo) else None


def is_signed(request: ServiceRequest, secret: str) -> bool:
    """Whether the header Signature is the base64 of the hex HMAC-SHA1."""
    names = SIGNED.get(request.value("event"), (*INCOMING, "call_start"))
    message = "".join(request.value(name) for name in names).encode()
    made = base64.b64encode(digest(secret, message, "sha1").hex().encode()).decode()
    return same(made, request.header("signature"))


def read(request: ServiceRequest, directory: Directory) -> Sequence[Told]:
    """What a notification tells.

    The end of an incoming call is the whole call's; its talk is that of the extension
    it names.
    """
    event, call_id = request.value("event"), request.value("pbx_call_id")
    if not event or not call_id:
        raise Unreadable
    kind, outgoing = KINDS.get(event, EventKind.OTHER), "_OUT_" in event
    how = request.value("disposition").lower()
    remote = "destination" if outgoing else "caller_id"
    stated = plus(request.value(remote), INTERNATIONAL)
    internal = request.value("internal")
    own = request.value("called_did", "destination")

    def told(kind: EventKind, extension: str, duration: str = "") -> Told:
        return Told(
            kind=kind,
            call_id=call_id,
            extension=extension,
            number=stated if request.states(remote) else None,
            direction="outbound" if outgoing else "inbound",
            cause=_cause(how, outgoing=outgoing) if kind.is_end else "",
            duration=duration,
        )

    if internal:
        extension = line_of(directory, internal)
    else:
        extension = "" if outgoing else directory.extension(own)
    talk = request.value("duration") if how == "answered" else ""
    if event != "NOTIFY_END":
        return [told(kind, extension, talk if kind.is_end else "")]
    if not talk:
        return [told(EventKind.MISSED, "")]
    mine = [told(kind, extension, talk)] if internal and extension else []
    return [*mine, told(kind, "")]


def _cause(how: str, *, outgoing: bool) -> str:
    if how == "cancel":
        return "cancelled" if outgoing else ""
    refused = any(how.startswith(word) for word in REFUSED)
    return "unreachable" if refused else CAUSES.get(how, "")


def reply(request: ServiceRequest) -> Reply:
    """Nothing: what happens to the call is the PBX's own affair."""
    return Reply()


ADAPTER = Adapter(
    label="Zadarma",
    profiles=["zadarma"],
    read=read,
    reply=reply,
    is_signed=is_signed,
    greet=greet,
)
