"""Generic CTI: JSON or a form for each event, answered with JSON."""

from __future__ import annotations

from collections.abc import Sequence

from softphone_connector.adapters.calls import cti_told
from softphone_connector.adapters.reading import (
    Adapter,
    Directory,
    Reply,
    ServiceRequest,
    Told,
)

# National numbers come with their 0 here; in countries without one they are shorter.
INTERNATIONAL = 11


def read(request: ServiceRequest, directory: Directory) -> Sequence[Told]:
    """What a request tells; several users ring together."""
    return cti_told(request, directory, INTERNATIONAL)


def reply(request: ServiceRequest) -> Reply:
    """Nothing that the PBX should do with the call."""
    return Reply("{}", "application/json")


ADAPTER = Adapter(label="CTI", profiles=["cti"], read=read, reply=reply)
