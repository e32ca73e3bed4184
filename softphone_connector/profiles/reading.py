"""A profile's file as a ``Profile``, or why it is none. Pure: knows no Django."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

from pbxmanager.endpoint_spec import Role
from pbxmanager.events import Direction, EventKind
from softphone_connector.dial_templates import TemplateFault, check
from softphone_connector.profiles.shape import (
    ClientKind,
    Doubt,
    EventSetting,
    HelperFile,
    How,
    Lack,
    Profile,
    Quirk,
    Statement,
    Step,
    Use,
)

KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
SHORTEST_URL = 100
REPORTED = frozenset(
    {EventKind.RINGING, EventKind.CONNECTED, EventKind.ENDED, EventKind.MISSED}
)
TEXTS = ("name", "vendor", "where", "command", "dial_url")
STATEMENTS: Mapping[str, type[Step | Quirk | Lack | Doubt]] = {
    "steps": Step,
    "quirks": Quirk,
    "cannot_report": Lack,
    "unconfirmed": Doubt,
}
KNOWN = frozenset(
    {
        *TEXTS,
        *STATEMENTS,
        "kind",
        "how",
        "url_length",
        "variables",
        "dial",
        "sources",
        "events",
        "files",
    }
)
SLOT = re.compile(r"@@([a-z_:]+)@@")
SLOTS = frozenset(
    {"base", "key", "extension", *REPORTED, *(f"role:{role}" for role in Role)}
)
E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


class ProfileError(ValueError):
    """A profile's file that can't be used; its text says where and why."""


def read(key: str, text: str) -> Profile:
    """The profile in a file's text. Raises ProfileError."""
    if not KEY.fullmatch(key):
        raise ProfileError(f"{key}: a key has small letters, digits and dashes only")
    try:
        found = _profile(key, tomllib.loads(text))
        _check(found)
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise ProfileError(f"{key}: {error}") from error
    return found


def _profile(key: str, data: dict[str, Any]) -> Profile:
    unknown = ", ".join(sorted(data.keys() - KNOWN))
    if unknown:
        raise ValueError(f"unknown: {unknown}")

    def text(name: str) -> str:
        return _text(name, data.get(name, ""))

    def statements(name: str) -> tuple[Statement, ...]:
        return _each(name, data, partial(_statement, STATEMENTS[name]))

    return Profile(
        key=key,
        name=text("name"),
        vendor=text("vendor"),
        kind=_member("kind", data.get("kind"), ClientKind),
        how=_member("how", data.get("how"), How),
        where=text("where"),
        events=_each("events", data, _event),
        variables=_variables(data.get("variables", {})),
        command=text("command"),
        files=_each("files", data, _file),
        url_length=_length(data.get("url_length")),
        dial=_each("dial", data, _dial),
        dial_url=text("dial_url"),
        steps=statements("steps"),
        quirks=statements("quirks"),
        cannot_report=statements("cannot_report"),
        unconfirmed=statements("unconfirmed"),
        sources=_each("sources", data, partial(_filled, "a source")),
    )


def _each(name: str, data: dict[str, Any], make: Callable[[Any], T]) -> tuple[T, ...]:
    items = data.get(name, [])
    if not isinstance(items, list):
        raise ValueError(f"{name} is no list")
    made = tuple(make(item) for item in items)
    if len(set(made)) < len(made):
        raise ValueError(f"{name} has an entry twice")
    return made


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or value != value.strip() or "\n" in value:
        raise ValueError(f"{name} is no text on one line")
    return value


def _member(name: str, value: object, kinds: type[E]) -> E:
    found = next((kind for kind in kinds if kind == value), None)
    if found is None:
        raise ValueError(f"{name} is {value!r}, not one of: {', '.join(kinds)}")
    return found


def _statement(codes: type[Step | Quirk | Lack | Doubt], text: object) -> Statement:
    code, _colon, what = _text("a statement", text).partition(": ")
    return Statement(_member("a statement", code, codes), what)


def _length(value: object) -> int | None:
    if value is None:
        return None
    if type(value) is not int or value < SHORTEST_URL:
        raise ValueError(f"url_length is no number from {SHORTEST_URL}")
    return value


def _variables(value: object) -> Mapping[Role, str]:
    if not isinstance(value, dict):
        raise ValueError("variables is no table")
    return MappingProxyType(
        {
            _member("a variable", role, Role): _filled("a variable", text)
            for role, text in value.items()
        }
    )


def _filled(name: str, value: object) -> str:
    text = _text(name, value)
    if not text:
        raise ValueError(f"{name} is empty")
    return text


def _dial(value: object) -> str:
    template = _text("dial", value)
    try:
        check(template, {template.partition(":")[0]})
    except TemplateFault as fault:
        raise ValueError(f"dial {template!r}: {fault.code}") from fault
    return template


def _event(value: object) -> EventSetting:
    known = {"event", "direction", "where", "leave_out"}
    if not isinstance(value, dict) or not value.keys() <= known:
        raise ValueError(f"an event has only: {', '.join(sorted(known))}")
    event = _member("event", value.get("event"), EventKind)
    if event not in REPORTED:
        raise ValueError(f"no client reports {event}")
    left_out = value.get("leave_out", [])
    return EventSetting(
        event=event,
        where=_filled("where", value.get("where", "")),
        direction=_member("direction", value.get("direction", ""), Direction),
        leave_out=frozenset(_member("leave_out", role, Role) for role in left_out),
    )


def _file(value: object) -> HelperFile:
    if not isinstance(value, dict) or value.keys() - {"use"} != {"name", "text"}:
        raise ValueError("a file has a name and a text")
    for slot in SLOT.findall(value["text"]):
        if slot not in SLOTS:
            raise ValueError(f"a file has an unknown @@{slot}@@")
    use = _member("use", value.get("use", Use.SAVE), Use)
    return HelperFile(_filled("name", value["name"]), value["text"], use)


def _check(profile: Profile) -> None:
    """Refuse what can't be true of a client as a whole."""
    if not profile.name or not profile.vendor or not profile.sources:
        raise ValueError("name, vendor and sources must be there")
    if "{url}" not in (profile.command or "{url}"):
        raise ValueError("command has no {url}")
    reports = profile.how in {How.URL, How.ADAPTER, How.BRIDGE}
    if reports != bool(profile.events):
        raise ValueError(f"how is {profile.how}, but events say otherwise")
    if profile.how is How.DIAL and not (profile.dial or profile.dial_url):
        raise ValueError("how is dial, but there is no way to dial")
    if profile.how is How.URL and not profile.files:
        _check_call_id(profile)


def _check_call_id(profile: Profile) -> None:
    missing = Role.CALL_ID not in profile.variables
    if missing != profile.has(Quirk.NO_CALL_ID):
        raise ValueError("no_call_id belongs to a client without a call_id variable")
    if Role.NUMBER not in profile.variables:
        raise ValueError("there is no variable for the number")
