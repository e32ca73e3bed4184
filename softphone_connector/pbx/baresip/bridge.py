"""Listens to baresip and hands on what it tells."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from softphone_connector.bridges.following import Address, follow
from softphone_connector.bridges.reports import Report
from softphone_connector.pbx.baresip.netstrings import Netstrings
from softphone_connector.pbx.baresip.reports import Reader

logger = logging.getLogger(__name__)


def messages(data: Iterator[bytes]) -> Iterator[dict[str, object]]:
    """The messages in a stream, without what is no JSON object.

    Raises BrokenStream.
    """
    netstrings = Netstrings()
    for chunk in data:
        for text in netstrings.feed(chunk):
            try:
                message = json.loads(text.decode("utf-8", "replace"))
            except (ValueError, RecursionError):
                logger.warning("baresip sent a message that is no JSON.")
                continue
            if isinstance(message, dict):
                yield message


def reports(data: Iterator[bytes], extension: str = "") -> Iterator[Report]:
    """The reports that the stream of one connection makes. Raises BrokenStream."""
    reader = Reader(extension)
    for message in messages(data):
        report = reader.read(message, datetime.now(UTC))
        if report:
            yield report


def listen(
    ctrl: Address,
    put: Callable[[Report], None],
    extension: str = "",
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Hand on reports for ever; baresip may be started, ended and started again.

    ``ctrl`` is where its ctrl_tcp listens; ``extension`` counts instead of the user
    part of baresip's account. Returns only by an exception, such as that of a signal.
    """
    follow("baresip", ctrl, lambda data: reports(data, extension), put, pause)
