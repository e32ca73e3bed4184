"""What the parameters of a request state, in our terms. Pure: knows no Django.

``read`` turns a dict of texts into ``Stated``, by the settings of an endpoint. What
must be right for the event to have a meaning raises ParameterError; what can be left
out is left out, with a note for the admin.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pbxmanager.endpoint_spec import EndpointSpec, Role
from pbxmanager.events import (
    CALL_ID_LENGTH,
    EXTENSION_LENGTH,
    NAME_LENGTH,
    URL_LENGTH,
    Cause,
    Direction,
    parse_cause,
    parse_direction,
)
from softphone_connector.endpoints.faults import Code, ParameterError
from softphone_connector.endpoints.text import clean, extension_in, is_placeholder
from softphone_connector.profiles.ways import PLAIN, Ways

NUMBER_LENGTH = 255
NOTE_LENGTH = 64
MAX_DURATION = 7 * 24 * 3600
EXTENSION = re.compile(r"[\w*#+.~-]+")
SECONDS = re.compile(r"\d{1,6}(?:\.\d*)?", re.ASCII)
CLOCK = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)", re.ASCII)
DIGITS_ONLY = re.compile(r"[+ ]?\d*", re.ASCII)
# What a client that encodes its values encodes.
ENCODED_ROLES = frozenset({Role.CALL_ID, Role.EXTENSION, Role.NUMBER, Role.NAME})
UNIX_TIME = re.compile(r"\d{1,15}(?:\.\d{0,9})?", re.ASCII)
# Seconds reach this in the year 5138, milliseconds did in 1973.
MILLISECONDS_FROM = 1e11
ISO_TIME = re.compile(r"\d{4}-?\d\d-?\d\d[T ]\d\d.*", re.ASCII | re.IGNORECASE)
LOST_OFFSET_PLUS = re.compile(r"(?<=\d) (?=\d\d:?\d\d$)", re.ASCII)

Note = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a phone stated. Empty where it stated nothing.

    ``number`` is the text as it came, ``number_stated`` False where there was none at
    all. ``at`` is in UTC, ``duration`` in seconds. ``notes`` say what was left out.
    """

    extension: str = ""
    number: str = ""
    number_stated: bool = False
    call_id: str = ""
    direction: Direction = Direction.UNKNOWN
    name: str = ""
    cause: Cause = Cause.UNKNOWN
    at: datetime | None = None
    duration: int | None = None
    recording_url: str = ""
    notes: list[Note] = field(default_factory=list)


def note(code: str, parameter: str, value: str, **facts: str) -> Note:
    """A remark for the admin; ``remedies.remark`` says it in words."""
    value = clean(value, NOTE_LENGTH)
    return {"code": code, "parameter": parameter, "value": value, **facts}


def placeholder_note(role: Role, parameter: str, value: str, ways: Ways) -> Note:
    """The remark that a client did not fill in the variable of a role."""
    client = {"profile": ways.profile, "role": role.value} if ways.profile else {}
    return note("placeholder", parameter, value, **client)


class Reader:
    """Reads the parameters of one request, and notes what it leaves out."""

    def __init__(
        self,
        fields: Mapping[str, str],
        spec: EndpointSpec,
        hosts: Collection[str],
        ways: Ways,
    ) -> None:
        self.fields = fields
        self.spec = spec
        self.hosts = hosts
        self.ways = ways
        self.notes: list[Note] = []

    def name_of(self, role: Role) -> str:
        return self.spec.names.get(role, role.value)

    def note(self, code: str, role: Role, value: str) -> None:
        self.notes.append(note(code, self.name_of(role), value))

    def note_placeholder(self, role: Role, value: str) -> None:
        name = self.name_of(role)
        self.notes.append(placeholder_note(role, name, value, self.ways))

    def fault(self, code: Code, role: Role, value: str) -> ParameterError:
        return ParameterError(code, self.name_of(role), value)

    def raw(self, role: Role) -> str | None:
        """The text of a role: the admin's fixed one, else as sent; None for none."""
        if role in self.spec.fixed:
            return self.spec.fixed[role]
        text = self.fields.get(self.spec.names.get(role, ""))
        if text is None:
            return None
        if is_placeholder(text) or self.ways.is_variable(text):
            self.note_placeholder(role, text)
            return None
        if self.ways.base64 and role in ENCODED_ROLES:
            return decoded(text, only_ascii=role is not Role.NAME)
        return text

    def text(self, role: Role, length: int) -> str:
        return clean((self.raw(role) or ""), length).strip()

    def extension(self) -> str:
        stated = clean(self.raw(Role.EXTENSION) or "", NUMBER_LENGTH)
        extension = extension_in(stated)
        if is_placeholder(extension):
            self.note_placeholder(Role.EXTENSION, stated)
            return ""
        if extension and not is_extension(extension):
            raise self.fault(Code.EXTENSION, Role.EXTENSION, stated)
        return extension

    def call_id(self) -> str:
        text = self.text(Role.CALL_ID, CALL_ID_LENGTH + 1)
        if len(text) > CALL_ID_LENGTH:
            raise self.fault(Code.CALL_ID, Role.CALL_ID, text)
        return text

    def direction(self) -> Direction:
        text = self.text(Role.DIRECTION, NOTE_LENGTH)
        direction = parse_direction(text)
        if direction is None:
            raise self.fault(Code.DIRECTION, Role.DIRECTION, text)
        return direction

    def cause(self) -> Cause:
        text = self.text(Role.CAUSE, NUMBER_LENGTH)
        cause = parse_cause(text) if text else Cause.UNKNOWN
        if text and cause is Cause.UNKNOWN:
            self.note("cause_unknown", Role.CAUSE, text)
        return cause

    def at(self) -> datetime | None:
        text = self.text(Role.AT, NOTE_LENGTH)
        if not text:
            return None
        try:
            return parse_time(text)
        except ValueError as error:
            raise self.fault(Code.AT, Role.AT, text) from error

    def duration(self) -> int | None:
        text = self.text(Role.DURATION, NOTE_LENGTH)
        if not text:
            return None
        seconds = parse_duration(text)
        if seconds is None or seconds > MAX_DURATION:
            raise self.fault(Code.DURATION, Role.DURATION, text)
        return seconds

    def recording_url(self) -> str:
        text = self.text(Role.RECORDING_URL, URL_LENGTH + 1)
        if text and not is_recording(text, self.hosts):
            self.note("recording_dropped", Role.RECORDING_URL, text)
            return ""
        return text


def is_extension(text: str) -> bool:
    """Whether a text can be an extension or a SIP user name."""
    return bool(EXTENSION.fullmatch(text)) and len(text) <= EXTENSION_LENGTH


def decoded(text: str, *, only_ascii: bool) -> str:
    """A text that may be in Base64 (RFC 4648, section 4), in the clear.

    A client that may encode does not always do so. Digits are never taken for Base64,
    and what does not become a readable text stays as it is.
    """
    if DIGITS_ONLY.fullmatch(text):
        return text
    try:
        clear = base64.b64decode(text.replace(" ", "+"), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return text
    return clear if clear.isprintable() and clear.isascii() >= only_ascii else text


def parse_duration(text: str) -> int | None:
    """Whole seconds of "95", "95.4" or "0:01:35"; None for anything else."""
    clock = CLOCK.fullmatch(text)
    if clock:
        hours, minutes, seconds = map(int, clock.groups())
        return hours * 3600 + minutes * 60 + seconds
    return math.floor(float(text)) if SECONDS.fullmatch(text) else None


def parse_time(text: str) -> datetime:
    """A time as ISO 8601, or as Unix time in seconds or milliseconds; in UTC.

    A time without an offset is UTC. A plus that became a space is mended.
    Raises ValueError for anything else.
    """
    try:
        if UNIX_TIME.fullmatch(text):
            unix = float(text)
            return datetime.fromtimestamp(
                unix / 1000 if unix >= MILLISECONDS_FROM else unix, UTC
            )
        if not ISO_TIME.fullmatch(text):
            raise ValueError(text)
        time = datetime.fromisoformat(LOST_OFFSET_PLUS.sub("+", text))
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(text) from error


def is_recording(text: str, hosts: Collection[str]) -> bool:
    """Whether an address is https on one of the hosts, with nothing hidden in it."""
    if len(text) > URL_LENGTH or not text.isascii() or re.search(r"[\s\\<>\"]", text):
        return False
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme == "https"
        and "@" not in parts.netloc
        and port in {None, 443}
        and parts.hostname in hosts
    )


def read(
    fields: Mapping[str, str],
    spec: EndpointSpec,
    hosts: Collection[str] = (),
    ways: Ways = PLAIN,
) -> Stated:
    """What the parameters state to an endpoint. Raises ParameterError.

    ``ways`` say what is peculiar to the client that sent them.
    """
    reader = Reader(fields, spec, hosts, ways)
    number = reader.raw(Role.NUMBER)
    return Stated(
        extension=reader.extension(),
        number=clean(number or "", NUMBER_LENGTH),
        number_stated=number is not None,
        call_id=reader.call_id(),
        direction=reader.direction(),
        name=reader.text(Role.NAME, NAME_LENGTH),
        cause=reader.cause(),
        at=reader.at(),
        duration=reader.duration(),
        recording_url=reader.recording_url(),
        notes=reader.notes,
    )
