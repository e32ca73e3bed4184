"""What a bridge reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One event as our address for it expects it.

    ``event`` is ringing, connected, ended or missed; ``number`` the other party's, or
    its SIP URI where that holds none, "" for an anonymous caller, None where the
    client says nothing of it; ``at`` when it happened (UTC); ``duration`` the talk in
    seconds.
    """

    event: str
    extension: str
    number: str | None
    call_id: str
    direction: str
    at: datetime
    name: str = ""
    cause: str = ""
    duration: int | None = None

    def parameters(self) -> dict[str, str]:
        """The parameters of the request, by the names of our default settings."""
        stated = {
            "extension": self.extension,
            "call_id": self.call_id,
            "direction": self.direction,
            "name": self.name,
            "cause": self.cause,
            "at": self.at.isoformat(timespec="milliseconds"),
            "duration": "" if self.duration is None else str(self.duration),
        }
        given = {name: value for name, value in stated.items() if value}
        return given if self.number is None else {**given, "number": self.number}
