"""Placetel: a form for each event, signed with HMAC-SHA256 over the raw body."""

from __future__ import annotations

from collections.abc import Sequence

from pbxmanager.events import EventKind
from softphone_connector.adapters.calls import line_of
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
    "IncomingCall": EventKind.RINGING,
    "OutgoingCall": EventKind.RINGING,
    "CallAccepted": EventKind.CONNECTED,
    "HungUp": EventKind.ENDED,
}
CAUSES = {
    "blocked": "rejected",
    "busy": "busy",
    "canceled": "cancelled",
    "congestion": "unreachable",
    "unavailable": "unreachable",
}
NOT_ANSWERED = {"blocked", "missed", "voicemail"}


def is_signed(request: ServiceRequest, secret: str) -> bool:
    """Whether X-PLACETEL-SIGNATURE fits the body as it came."""
    expected = digest(secret, request.body, "sha256").hex()
    return same(expected, request.header("x-placetel-signature").lower())


def read(request: ServiceRequest, directory: Directory) -> Sequence[Told]:
    """What a request tells.

    An incoming call names the called number only, the SIP user appears when it is
    accepted; that an outgoing one was, its end tells by its duration.
    """
    event, call_id = request.value("event"), request.value("call_id")
    if not event or not call_id:
        raise Unreadable
    outgoing = request.value("direction") == "out" or event == "OutgoingCall"
    kind, how = KINDS.get(event, EventKind.OTHER), request.value("type")
    if outgoing:
        extension = line_of(directory, request.value("from"))
    elif event == "CallAccepted":
        extension = line_of(directory, request.value("peer"), request.value("to"))
    else:
        extension = directory.extension(request.value("to"))
    if kind is EventKind.ENDED:
        kind = EventKind.MISSED if how in NOT_ANSWERED else kind
        extension = extension if outgoing else ""
    accepted = outgoing and how == "accepted"
    return [
        Told(
            kind=kind,
            call_id=call_id,
            extension=extension,
            number=_remote(request, "to" if outgoing else "from"),
            direction="outbound" if outgoing else "inbound",
            cause=CAUSES.get(how, ""),
            duration=request.value("duration") if accepted else "",
        )
    ]


def _remote(request: ServiceRequest, name: str) -> str | None:
    """The other party; of a colleague's SIP ID the user part."""
    stated = request.value(name)
    return stated.partition("@")[0] if request.states(name) else None


def reply(request: ServiceRequest) -> Reply:
    """Nothing to do: read where a number's routing is "External API" only."""
    xml = '<?xml version="1.0" encoding="UTF-8"?>\n<Response/>\n'
    return Reply(xml, "application/xml")


ADAPTER = Adapter(
    label="Placetel",
    profiles=["placetel"],
    read=read,
    reply=reply,
    is_signed=is_signed,
)
