"""sipgate.io: a form for each event; our XML asks for the next ones."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from softphone_connector.adapters.calls import cti_told
from softphone_connector.adapters.reading import (
    Adapter,
    Directory,
    Reply,
    ServiceRequest,
    Told,
)

# Numbers come international without a plus; the extensions of an account are short.
INTERNATIONAL = 8
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def read(request: ServiceRequest, directory: Directory) -> Sequence[Told]:
    """What a request tells; a group call rings each of its users."""
    return cti_told(request, directory, INTERNATIONAL)


def reply(request: ServiceRequest) -> Reply:
    """To a new call: where to report that it was answered and that it ended.

    Without it sipgate.io reports neither. Other answers it does not read.
    """
    asked = ""
    if request.value("event") == "newCall":
        url = quoteattr(request.url)
        asked = f" onAnswer={url} onHangup={url}"
    return Reply(f"{XML}<Response{asked}/>\n", "application/xml")


ADAPTER = Adapter(label="sipgate.io", profiles=["sipgate"], read=read, reply=reply)
