"""The lines of the call monitor.

AVM documents them no longer; the form is the one that its users have written down
for twenty years, such as https://old.ethersex.de/index.php/TCP-Client_als_FRITZ!Box_Call_Monitor::

    date;RING;connection;caller;called;line;
    date;CALL;connection;device;own number;dialled;line;
    date;CONNECT;connection;device;number;
    date;DISCONNECT;connection;seconds;
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from softphone_connector.bridges.following import BrokenStream

MAX_LENGTH = 1000
KINDS = ("RING", "CALL", "CONNECT", "DISCONNECT")
NEEDED = {"RING": 2, "CALL": 3, "CONNECT": 2, "DISCONNECT": 1}
DATE = re.compile(r"\d\d\.\d\d\.\d\d \d\d:\d\d:\d\d", re.ASCII)
CONNECTION = re.compile(r"\d{1,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """A line: ``date`` as the box writes it, in its own time, without a zone.

    ``connection`` is a small number that is used again after each call; ``fields``
    are what follows it.
    """

    date: str
    kind: str
    connection: str
    fields: tuple[str, ...]


def parse(text: str) -> Line | None:
    """A line of the call monitor, None for anything else."""
    date, *rest = (part.strip() for part in text.split(";"))
    if len(rest) < 2 or rest[0] not in KINDS or not DATE.fullmatch(date):
        return None
    kind, connection, *found = rest
    if not CONNECTION.fullmatch(connection) or len(found) < NEEDED[kind]:
        return None
    return Line(date, kind, connection, tuple(found))


def lines(data: Iterator[bytes]) -> Iterator[str]:
    """The complete lines of a stream, however it arrives in pieces.

    Raises BrokenStream for what is longer than any line.
    """
    rest = b""
    for chunk in data:
        *complete, rest = (rest + chunk).split(b"\n")
        for line in complete:
            yield line.decode("utf-8", "replace").strip()
        if len(rest) > MAX_LENGTH:
            raise BrokenStream("a line without an end")
