"""What an adapter is, what it reads and what it tells. Pure: knows no Django."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from pbxmanager.events import EventKind
from softphone_connector.endpoints.fields import MAX_FIELDS, Pair

DEPTH = 6


class Unreadable(Exception):
    """A request that is none of the service's events."""


class SecretMissing(Exception):
    """The service wants something signed, and the key has no signing secret."""


class Directory(Protocol):
    """What an adapter may ask about the installation."""

    def extension(self, *names: str) -> str:
        """The known extension behind the first of these names that has one, else "".

        A name is an extension, a number of ours, or the full name of a user.
        """

    def is_own(self, number: str) -> bool:
        """Whether a number is one of the installation's own."""


@dataclass(frozen=True, kw_only=True)
class ServiceRequest:
    """A request of a service.

    ``url`` is its address as the service was told it; ``pairs`` are the fields of the
    body, then those of the query; header names are in lower case.
    """

    method: str
    url: str
    pairs: Sequence[Pair] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    received_at: datetime

    def values(self, *names: str) -> list[str]:
        """All texts that are not empty under these names, in their order."""
        found = (value.strip() for name, value in self.pairs if name in names)
        return [value for value in found if value]

    def value(self, *names: str) -> str:
        """The first text under these names, "" for none."""
        return next(iter(self.values(*names)), "")

    def states(self, name: str) -> bool:
        """Whether a name is there at all, with or without a text."""
        return any(name == stated for stated, _value in self.pairs)

    def header(self, name: str) -> str:
        return self.headers.get(name, "").strip()

    @cached_property
    def json(self) -> dict[str, Any]:
        """The body as a JSON object, {} where it is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    @cached_property
    def kept(self) -> dict[str, str]:
        """All that was sent, as texts by name: what the event inspector shows."""
        kept: dict[str, str] = {}
        for name, value in (*_flat("", self.json, DEPTH), *self.pairs):
            if name in kept and value not in kept[name].split(", "):
                kept[name] = f"{kept[name]}, {value}"
            elif len(kept) < MAX_FIELDS:
                kept.setdefault(name, value)
        return kept


def _flat(name: str, value: Any, depth: int) -> Iterator[Pair]:
    if isinstance(value, dict) and depth:
        for key, inner in list(value.items())[:MAX_FIELDS]:
            yield from _flat(f"{name}.{key}" if name else str(key), inner, depth - 1)
    elif isinstance(value, list) and depth:
        for inner in value[:MAX_FIELDS]:
            yield from _flat(name, inner, depth - 1)
    elif isinstance(value, str | int | float) and name:
        yield name, str(value)


def text_at(found: Any, *path: str) -> str:
    """The text or number at a path in a JSON object, "" where there is none."""
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    return str(found).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event that a request reports, as texts of our own endpoints' parameters.

    ``extension`` is "" where it is about the call as a whole, or not known. ``number``
    is None where the service states none, "" for an anonymous caller.
    """

    kind: EventKind
    call_id: str = ""
    extension: str = ""
    number: str | None = None
    direction: str = ""
    name: str = ""
    cause: str = ""
    at: str = ""
    duration: str = ""
    recording_url: str = ""

    def parameters(self) -> dict[str, str]:
        """What is stated, by the names of the default parameters."""
        stated = {one.name: getattr(self, one.name) for one in fields(self)[1:]}
        return {
            name: value
            for name, value in stated.items()
            if value or (name == "number" and value is not None)
        }


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service gets back."""

    body: str = ""
    media_type: str = ""
    status: int = 200


def no_greeting(request: ServiceRequest, secret: str) -> Reply | None:
    """For services that do not ask who is there."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """How one service talks.

    ``label`` is its name, ``profiles`` the keys of the profiles that use it. ``read``
    raises Unreadable for what is no event of the service. ``is_signed`` says whether
    a request bears the signature that a secret makes; None for services that don't
    sign. ``greet`` answers a request that only checks the address, before all else;
    it raises SecretMissing where it needs one.
    """

    label: str
    profiles: Sequence[str]
    read: Callable[[ServiceRequest, Directory], Sequence[Told]]
    reply: Callable[[ServiceRequest], Reply]
    is_signed: Callable[[ServiceRequest, str], bool] | None = None
    greet: Callable[[ServiceRequest, str], Reply | None] = no_greeting


def digest(secret: str, message: bytes, algorithm: str) -> bytes:
    """The HMAC (RFC 2104) of a message."""
    return hmac.digest(secret.encode(), message, algorithm)


def same(one: str, other: str) -> bool:
    """Whether two signatures are equal; takes as long whatever they are."""
    return hmac.compare_digest(one.encode(), other.encode())
