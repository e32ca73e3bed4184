"""What several services have in common. Pure: knows no Django."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from crmplus.phonebook.words import is_anonymous
from pbxmanager.events import EventKind
from softphone_connector.adapters.reading import (
    Directory,
    ServiceRequest,
    Told,
    Unreadable,
)
from softphone_connector.endpoints.params import is_extension
from softphone_connector.endpoints.text import clean, extension_in

DIGITS = re.compile(r"[1-9]\d*", re.ASCII)
LONGEST_LINE = 6
PHONE = re.compile(r"\+?[\d*#().\s/-]*", re.ASCII)
DEVICE = re.compile(r"(?:client|sips?):", re.IGNORECASE)
# A hang-up's reason, where it says more than that nobody talked. A caller who gave up
# is a missed call to the one who was called.
CAUSES = {"busy": "busy", "congestion": "unreachable", "notFound": "unreachable"}
OUTBOUND_CAUSES = {**CAUSES, "cancel": "cancelled", "noAnswer": "no_answer"}


def plus(number: str, digits: int) -> str:
    """A number of at least so many digits that lacks its plus gets it."""
    if len(number) >= digits and DIGITS.fullmatch(number):
        return f"+{number}"
    return number


def as_line(text: str) -> str:
    """The extension or SIP user in a text; "" for a phone number or a name."""
    line = extension_in(clean(text, 255))
    if not is_extension(line) or (PHONE.fullmatch(line) and len(line) > LONGEST_LINE):
        return ""
    return line


def line_of(directory: Directory, *names: str) -> str:
    """A known extension behind one of these names, else the first that can be one."""
    return directory.extension(*names) or next(filter(None, map(as_line, names)), "")


def once(lines: Iterable[str]) -> list[str]:
    """Each line that is known once, in order."""
    return list(dict.fromkeys(filter(None, lines)))


# The events that sipgate.io began with and that other PBXs speak too ("generic CTI").


def cti_told(
    request: ServiceRequest, directory: Directory, digits: int
) -> Sequence[Told]:
    """What newCall, answer and hangup tell; ``digits`` as for ``plus``.

    A hang-up is the whole call's, so it names no extension. Raises Unreadable.
    """
    event = request.value("event")
    call_id = request.value("callId")
    if not event or not call_id:
        raise Unreadable
    outbound = request.value("direction") == "out"
    remote, own = ("to", "from") if outbound else ("from", "to")
    number = plus(request.value(remote), digits) if request.states(remote) else None
    own_number = plus(request.value(own), digits)

    def told(kind: EventKind, extension: str = "", cause: str = "") -> Told:
        return Told(
            kind=kind,
            call_id=call_id,
            extension=extension,
            number=number,
            direction="outbound" if outbound else "inbound",
            cause=cause,
        )

    match event:
        case "newCall":
            lines = _people(request, directory) or [directory.extension(own_number)]
            return [told(EventKind.RINGING, line) for line in lines]
        case "answer":
            lines = _people(request, directory)[:1] or _answering(
                request, directory, own_number
            )
            return [told(EventKind.CONNECTED, line) for line in lines]
        case "hangup":
            causes = OUTBOUND_CAUSES if outbound else CAUSES
            return [told(EventKind.ENDED, cause=causes.get(request.value("cause"), ""))]
    return [told(EventKind.OTHER)]


def _people(request: ServiceRequest, directory: Directory) -> list[str]:
    """The extensions of the users a request names: by their IDs, by their names."""
    ids = request.values("userId[]", "userId")
    names = request.values("user[]", "user")
    return once(
        directory.extension(one, name) or as_line(one)
        for one, name in zip_longest(ids, names, fillvalue="")
    )


def _answering(request: ServiceRequest, directory: Directory, own: str) -> list[str]:
    stated = request.value("answeringNumber")
    line = line_of(directory, stated) if stated else ""
    return [line or directory.extension(own)]


# Platforms on which a program connects legs: each leg runs from or to the platform.


class Side(NamedTuple):
    """A leg seen from our side; ``talks`` says whether its answer is a person's."""

    extension: str
    number: str
    direction: str
    talks: bool


def _our_line(directory: Directory, party: str) -> str:
    found = directory.extension(party)
    if found:
        return found
    named = DEVICE.match(party)
    bare = party[named.end() :] if named else party
    if not named and (PHONE.fullmatch(bare) or is_anonymous(bare)):
        return ""
    return line_of(directory, bare)


def side(
    directory: Directory, caller: str, called: str, *, enters: bool
) -> Side | None:
    """Whose leg it is; ``enters`` where it runs to the platform, not from it.

    What enters is answered by the platform, whoever talks later. None for a leg
    between two numbers of which nothing is known.
    """
    from_us, to_us = _our_line(directory, caller), _our_line(directory, called)
    if to_us and not from_us:
        return Side(to_us, caller, "inbound", talks=True)
    if from_us:
        direction = "internal" if to_us else "outbound"
        return Side(from_us, to_us or called, direction, talks=not enters)
    if enters:
        return Side("", caller, "inbound", talks=False)
    return (
        Side("", called, "outbound", talks=True) if directory.is_own(caller) else None
    )


def platform_told(
    leg: Side | None,
    kind: EventKind,
    stated: Mapping[str, str],
    cause: str = "",
) -> Told:
    """What a platform's event tells; ``stated`` are the texts that say no more than
    they say (call ID, time, duration …).

    The platform's own answer connects nobody, and its duration is nobody's talk.
    """
    if leg is None or (kind is EventKind.CONNECTED and not leg.talks):
        return Told(kind=EventKind.OTHER, call_id=stated["call_id"])
    told = dict(stated)
    if not leg.talks or kind is not EventKind.ENDED:
        told.pop("duration", None)
    if leg.direction == "inbound" and cause in {"cancelled", "no_answer"}:
        cause = ""
    return Told(
        kind=kind,
        extension=leg.extension,
        number=leg.number,
        direction=leg.direction,
        cause=cause,
        **told,
    )
