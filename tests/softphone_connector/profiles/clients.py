"""How each client fills its addresses in: one entry for each profile.

A plus is sent as it stands unless a client encodes, so that it arrives as a blank.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from pbxmanager.endpoint_spec import Role

CUSTOMER = "+491711234567"
SIP_URI = "sip:+491711234567@pbx.example.com"


def in_base64(text: str) -> str:
    """As the vendor's examples do it; digits alone are left as they are."""
    return text if text.isdigit() else base64.b64encode(text.encode()).decode()


@dataclass(frozen=True, kw_only=True)
class Filling:
    """What a client puts in, and what becomes of the calls that it reports.

    ``at_end`` says what it puts in when a call ends (None: its variable as it
    stands). ``answered``, ``missed`` and ``dialled`` are the call's status then, ""
    where it reports no such call.
    """

    values: Mapping[Role, str] = field(default_factory=dict)
    at_end: Mapping[Role, str | None] = field(default_factory=dict)
    encode: Callable[[str], str] = str
    answered: str = "ended"
    missed: str = "missed"
    dialled: str = "ended"

    def value(self, role: Role, *, is_end: bool) -> str | None:
        if is_end and role in self.at_end:
            return self.at_end[role]
        return {**DEFAULTS, **self.values}[role]


@dataclass(frozen=True)
class Script(Filling):
    """A client that runs a script instead of calling addresses itself."""


@dataclass(frozen=True, kw_only=True)
class Dials:
    """A client that only dials: what its first template makes of the customer."""

    uri: str


@dataclass(frozen=True)
class Adapter:
    """A service with a format of its own; ``tests/contracts`` sends its payloads."""


@dataclass(frozen=True)
class Bridge:
    """A client that ``manage.py bridge`` listens to."""


@dataclass(frozen=True)
class Unconnected:
    """A client that nothing here reads yet."""


DEFAULTS = {
    Role.NUMBER: CUSTOMER,
    Role.EXTENSION: "201",
    Role.CALL_ID: "33093",
    Role.NAME: "Müller",
    Role.CAUSE: "",
    Role.DURATION: "95",
    Role.DIRECTION: "Inbound",
}
# Sends SIP addresses, and at the end of a call its variables as they stand.
LIKE_YEALINK = Filling(
    values={Role.NUMBER: SIP_URI, Role.EXTENSION: "201@pbx.example.com"},
    at_end={Role.NUMBER: None, Role.EXTENSION: ""},
)
PLAIN = Filling()
RINGS_ONLY = Filling(answered="ringing", missed="ringing", dialled="")
NO_END = Filling(answered="connected", missed="ringing", dialled="connected")

CLIENTS: Mapping[str, Filling | Dials | Adapter | Bridge | Unconnected] = {
    "3cx": RINGS_ONLY,
    "3cx-crm": Filling(
        values={Role.DURATION: "00:01:35", Role.CALL_ID: "2026-05-04 12:00:00"},
        encode=quote,
        missed="",
        dialled="",
    ),
    "akuvox": LIKE_YEALINK,
    "asterisk": Filling(
        values={Role.CALL_ID: "1777888999.42"}, encode=quote, dialled=""
    ),
    "auerswald": PLAIN,
    "baresip": Bridge(),
    "bria": Dials(uri="sip:491711234567"),
    "browser": Filling(
        values={Role.NUMBER: "0171 1234567"},
        encode=quote,
        answered="ringing",
        missed="ringing",
        dialled="",
    ),
    "cti": Adapter(),
    "dialpad": Dials(uri="dialpad://+491711234567?confirmPhone=1"),
    "freeswitch": Filling(
        values={Role.CAUSE: "NORMAL_CLEARING", Role.CALL_ID: "9a5a9639-c3b1"},
        dialled="",
    ),
    "fritzbox": Bridge(),
    "fusionpbx": Unconnected(),
    "gigaset-maxwell": PLAIN,
    "global-ip-tel": Filling(values={Role.CALL_ID: "{0a-1b-2c}"}, encode=in_base64),
    "grandstream-gxp": Filling(values={Role.NUMBER: "01711234567"}),
    "grandstream-gxv": Filling(values={Role.CALL_ID: "17a3@10.0.0.7"}),
    "hosted-pbx": Filling(values={Role.NUMBER: "01711234567"}, dialled=""),
    "htek": LIKE_YEALINK,
    "innovaphone": Filling(
        values={Role.CALL_ID: "", Role.NAME: "Müller&Sohn=1"},
        answered="connected",
        missed="ringing",
        dialled="",
    ),
    "jitsi": Filling(
        values={Role.NUMBER: SIP_URI}, answered="ringing", missed="ringing", dialled=""
    ),
    "linphone": Dials(uri="sip:491711234567"),
    "microsip": Script(values={Role.NUMBER: "01711234567"}),
    "mitel": Filling(at_end={Role.EXTENSION: "201"}),
    "nfon-softphone-pro": PLAIN,
    "phonerlite": Dials(uri="sip:491711234567"),
    "placetel": Adapter(),
    "poly": Unconnected(),
    "procall": PLAIN,
    "sangoma": LIKE_YEALINK,
    "sipgate": Adapter(),
    "snom": Filling(
        values={Role.NUMBER: f"<{SIP_URI};user=phone>"},
        at_end={Role.NUMBER: None, Role.CAUSE: None, Role.EXTENSION: None},
    ),
    "snom-m100": NO_END,
    "swyx": PLAIN,
    "teams": Dials(uri="tel:+491711234567"),
    "twilio": Adapter(),
    "twinkle": Script(values={Role.NUMBER: "01711234567", Role.CALL_ID: "q@vm"}),
    "vonage": Adapter(),
    "well": LIKE_YEALINK,
    "wildix": NO_END,
    "xphone": Filling(answered="connected", missed="ringing", dialled=""),
    "yealink": LIKE_YEALINK,
    "zadarma": Adapter(),
    "zoiper": Dials(uri="zoiper:+491711234567"),
    "zoom": Adapter(),
}
