"""What the lines of the call monitor mean in our terms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from softphone_connector.bridges.reports import Report
from softphone_connector.pbx.fritzbox.lines import Line

# "**610" dials the device that the call monitor calls 10 (DECT), "**1" the one it
# calls 1 (analogue), "**620" the one it calls 20 (IP telephone).
DIAL_CODE = re.compile(r"\*\*(?:6([12]\d)|([1-9]))", re.ASCII)
DEVICE = re.compile(r"\d{1,2}", re.ASCII)
PAIR = re.compile(r"([\d*+]+)=([\w*#+.~-]+(?:,[\w*#+.~-]+)*)", re.ASCII)
SECONDS = re.compile(r"\d{1,6}", re.ASCII)
Map = Mapping[str, tuple[str, ...]]


def device_of(code: str) -> str:
    """The device behind a dial code: ``**610`` is 10; anything else stays."""
    found = DIAL_CODE.fullmatch(code)
    return (found[1] or found[2]) if found else code


def dial_code(device: str) -> str:
    """How a device is dialled: 10 is ``**610``."""
    return f"**6{device}" if device[:1] in {"1", "2"} and device[1:] else f"**{device}"


def mapping(texts: Iterable[str]) -> Map:
    """Extensions by number or device: ``200893=201,202``, ``**610=201``, ``10=201``.

    Raises ValueError for a text of another form.
    """
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        pair = PAIR.fullmatch(text.strip())
        if not pair:
            raise ValueError(text)
        found[device_of(pair[1])] = tuple(pair[2].split(","))
    return found


@dataclass(slots=True)
class _Call:
    """A call that runs: who rings, and who has answered ("" for nobody yet)."""

    id: str
    number: str
    direction: str
    rings: tuple[str, ...]
    talks: str = ""


class Reader:
    """Turns lines into reports, for as long as the bridge runs.

    It remembers the calls, since an end does not say whose it is. A number rings the
    extensions it is mapped to, else itself is the extension; a device is the one it is
    mapped to, else the only one that rings, else its dial code.
    """

    def __init__(self, extensions: Map) -> None:
        self._extensions = extensions
        self._calls: dict[str, _Call] = {}

    def read(self, line: Line, at: datetime) -> list[Report]:
        """The reports that a line makes; ``at`` is when it came (UTC)."""
        match line.kind:
            case "RING":
                return self._rings(line, at)
            case "CALL":
                return self._dials(line, at)
            case "CONNECT":
                return self._connects(line, at)
            case _:
                return self._ends(line, at)

    def _rings(self, line: Line, at: datetime) -> list[Report]:
        caller, called = line.fields[:2]
        rings = self._extensions.get(called) or (called,)
        call = self._begin(line, caller, "inbound", rings)
        return [_report(call, "ringing", one, at) for one in rings]

    def _dials(self, line: Line, at: datetime) -> list[Report]:
        device, own, dialled = line.fields[:3]
        number = dialled.removesuffix("#")
        mapped = self._extensions.get(device_of(number))
        if number.startswith("**") and mapped:
            number = mapped[0]
        extension = self._device(device, self._extensions.get(own, ()))
        call = self._begin(line, number, "outbound", (extension,))
        return [_report(call, "ringing", extension, at)]

    def _connects(self, line: Line, at: datetime) -> list[Report]:
        device, number = line.fields[:2]
        call = self._calls.get(line.connection)
        if call is None:
            extension = self._device(device, ())
            call = self._begin(line, number.removesuffix("#"), "", (extension,))
        if call.direction == "inbound":
            call.talks = self._device(device, call.rings)
        else:
            call.talks = call.rings[0]
        return [_report(call, "connected", call.talks, at)]

    def _ends(self, line: Line, at: datetime) -> list[Report]:
        call = self._calls.pop(line.connection, None)
        if call is None:
            return []
        stated = line.fields[0]
        seconds = int(stated) if SECONDS.fullmatch(stated) else None
        if call.direction == "inbound":
            missed = [one for one in call.rings if one != call.talks]
        else:
            missed, call.talks = [], call.rings[0]
        ended = [call.talks] if call.talks else []
        return [
            *(_report(call, "ended", one, at, seconds) for one in ended),
            *(_report(call, "missed", one, at) for one in missed),
        ]

    def _begin(
        self, line: Line, number: str, direction: str, rings: tuple[str, ...]
    ) -> _Call:
        """A call whose ID nobody else has: the box counts from 0 again and again."""
        begun = re.sub(r"\D", "", line.date)
        call = _Call(f"{line.connection}-{begun}", number, direction, rings)
        self._calls[line.connection] = call
        return call

    def _device(self, device: str, rings: tuple[str, ...]) -> str:
        mapped = self._extensions.get(device) if DEVICE.fullmatch(device) else None
        if mapped:
            return mapped[0]
        return rings[0] if len(rings) == 1 else dial_code(device)


def _report(
    call: _Call, event: str, extension: str, at: datetime, seconds: int | None = None
) -> Report:
    return Report(
        event=event,
        extension=extension,
        number=call.number,
        call_id=call.id,
        direction=call.direction,
        at=at,
        duration=seconds,
    )
