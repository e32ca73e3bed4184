"""Listens to the call monitor and hands on what it tells."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from softphone_connector.bridges.following import Address, follow
from softphone_connector.bridges.reports import Report
from softphone_connector.pbx.fritzbox.lines import lines, parse
from softphone_connector.pbx.fritzbox.reports import Map, Reader

logger = logging.getLogger(__name__)


def reports(data: Iterator[bytes], reader: Reader) -> Iterator[Report]:
    """The reports that the stream of one connection makes. Raises BrokenStream.

    A line tells what happens now: the bridge's own clock says more exactly when than
    the box, which writes its local time without a zone.
    """
    for text in filter(None, lines(data)):
        line = parse(text)
        if line is None:
            logger.warning("The call monitor sent a line that is none of its own.")
            continue
        yield from reader.read(line, datetime.now(UTC))


def listen(
    box: Address,
    put: Callable[[Report], None],
    extensions: Map,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Hand on reports for ever; the box may go away and come back.

    Calls that run while it is away are kept: a connection may be lost without them.
    Returns only by an exception, such as that of a signal.
    """
    reader = Reader(extensions)
    follow("FRITZ!Box", box, lambda data: reports(data, reader), put, pause)
