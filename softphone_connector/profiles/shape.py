"""What is known about a client, as plain data. Pure: knows no Django.

A client is whatever reports calls or dials: a desk phone, a softphone, a PBX, a
service. ``reading.py`` makes a profile from its file, ``words.py`` says it in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pbxmanager.endpoint_spec import Role
from pbxmanager.events import Direction, EventKind


class ClientKind(StrEnum):
    """What a client is."""

    DESK_PHONE = "desk_phone"
    SOFTPHONE = "softphone"
    PBX = "pbx"
    SERVICE = "service"


class How(StrEnum):
    """How a client's calls reach the event endpoints.

    ``url``: it calls an address for each event, itself or by a small script.
    ``adapter``: it posts a format of its own to one address. ``bridge``: a command of
    ours listens to it. ``dial``: it reports nothing, but it dials. ``none``: it
    reports in a form that nothing here reads yet.
    """

    URL = "url"
    ADAPTER = "adapter"
    BRIDGE = "bridge"
    DIAL = "dial"
    NONE = "none"


class Step(StrEnum):
    """Something to do when the client is set up, beside pasting addresses."""

    ACTIVATE_EACH = "activate_each"
    ADD_LINES = "add_lines"
    ALLOW_DIALLING = "allow_dialling"
    BACKGROUND = "background"
    BRIDGE = "bridge"
    CHOOSE_NUMBERS = "choose_numbers"
    CLOSED = "closed"
    DIAL_CODE = "dial_code"
    EXECUTABLE = "executable"
    EXTENSIONS = "extensions"
    FILL_VARIABLES = "fill_variables"
    IN_WINDOW = "in_window"
    MAP = "map"
    NO_SCHEME = "no_scheme"
    ONE_END = "one_end"
    ONE_KEY_EACH = "one_key_each"
    ONLY_THERE = "only_there"
    OWN_PATH = "own_path"
    PRIVATE = "private"
    RULE_PER_EVENT = "rule_per_event"
    SAVE_FILES = "save_files"
    SIGNING_KEY = "signing_key"
    SIGNING_SECRET = "signing_secret"  # noqa: S105  (a step's name)
    SUBSCRIBE = "subscribe"


class Quirk(StrEnum):
    """What a client does in a way of its own; some change how its events are read."""

    BARE_INTERNATIONAL = "bare_international"
    BASE64 = "base64"
    BROWSER = "browser"
    DIALS_BACK = "dials_back"
    EMPTY_AT_END = "empty_at_end"
    FOLLOWED_BY_AND = "followed_by_and"
    ID_PER_LEG = "id_per_leg"
    IDS_RESTART = "ids_restart"
    LITERAL = "literal"
    MADE_ID = "made_id"
    NO_CALL_ID = "no_call_id"
    NOT_ENCODED = "not_encoded"
    OUT_OF_ORDER = "out_of_order"
    OWN_EVENTS = "own_events"
    REPLY_ECHO = "reply_echo"
    REPLY_XML = "reply_xml"
    SEMICOLON = "semicolon"
    SEVERAL_ENDS = "several_ends"
    SIGNED = "signed"
    SIP_URI = "sip_uri"
    SLASHES_DIALLED = "slashes_dialled"


class Lack(StrEnum):
    """What a client can't report."""

    DEVICE_LATE = "device_late"
    FORWARDED = "forwarded"
    INTERNAL = "internal"
    LATE = "late"
    MAPPED = "mapped"
    NO_CONNECTED = "no_connected"
    NO_CONNECTED_OUT = "no_connected_out"
    NO_END = "no_end"
    NO_EXTENSION = "no_extension"
    NO_MISSED = "no_missed"
    NO_NAME = "no_name"
    NO_OUTBOUND = "no_outbound"
    NOTHING = "nothing"
    OWN_FORMAT = "own_format"


class Doubt(StrEnum):
    """What could not be seen in a source, only concluded."""

    BOTH_ENDS = "both_ends"
    CALL_ID = "call_id"
    CAUSES = "causes"
    CONNECTED = "connected"
    DIAL = "dial"
    EMPTY = "empty"
    ENCODING = "encoding"
    EVENTS = "events"
    METHOD = "method"
    MODELS = "models"
    NO_END = "no_end"
    SCRIPT = "script"
    SIGNATURE = "signature"
    VARIABLES = "variables"
    WHERE = "where"


class Use(StrEnum):
    """What is to be done with a helper file: saved, added to one that the client has,
    run as a command, or entered as the signing secret when the key is made."""

    SAVE = "save"
    ADD = "add"
    RUN = "run"
    SECRET = "secret"  # noqa: S105  (what a text is used for)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of the catalogue and what it is about, verbatim ("" for nothing)."""

    code: Step | Quirk | Lack | Doubt
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSetting:
    """Where a client is told what to do at an event.

    ``where`` is the setting's exact name in the client. ``direction`` is fixed by the
    setting, UNKNOWN where one setting stands for both. ``leave_out`` names what the
    client can't fill in at this event.
    """

    event: EventKind
    where: str
    direction: Direction = Direction.UNKNOWN
    leave_out: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class HelperFile:
    """A small script or command that stands between a client and the addresses.

    ``@@ringing@@`` in its text is the address of an event, ``@@role:number@@`` the
    name of a parameter, ``@@base@@``, ``@@key@@`` and ``@@extension@@`` what they say.
    """

    name: str
    text: str
    use: Use = Use.SAVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A client: how it is set up, what it reports, and what it does its own way.

    ``where`` is the page of its settings. ``variables`` are what it replaces with the
    value of a role. ``command`` is a command line with ``{url}`` in it, for a client
    that runs programs. ``url_length`` is the longest address it takes, None if not
    known. ``dial`` are dial templates, the best first; ``dial_url`` is an address of
    the client itself that makes it dial. ``sources`` say where all that was seen.
    """

    key: str
    name: str
    vendor: str
    kind: ClientKind
    how: How
    where: str = ""
    events: tuple[EventSetting, ...] = ()
    variables: Mapping[Role, str]
    command: str = ""
    files: tuple[HelperFile, ...] = ()
    url_length: int | None = None
    dial: tuple[str, ...] = ()
    dial_url: str = ""
    steps: tuple[Statement, ...] = ()
    quirks: tuple[Statement, ...] = ()
    cannot_report: tuple[Statement, ...] = ()
    unconfirmed: tuple[Statement, ...] = ()
    sources: tuple[str, ...]

    def has(self, quirk: Quirk) -> bool:
        """Whether the client has a quirk."""
        return any(statement.code is quirk for statement in self.quirks)

    @property
    def ids_restart(self) -> bool:
        """Whether it uses its call IDs again for other calls."""
        return self.has(Quirk.IDS_RESTART)

    def reports(self, event: EventKind, direction: Direction) -> bool:
        """Whether it reports an event of calls in a direction."""
        return any(
            setting.event is event
            and setting.direction in {direction, Direction.UNKNOWN}
            for setting in self.events
        )
