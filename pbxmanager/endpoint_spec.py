"""What the event endpoints expect, as plain data. Pure: knows no Django.

An admin edits it as ``EndpointSet`` and ``Endpoint`` (``endpoint_settings.py``); what
reads a request sees only these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from pbxmanager.events import EventKind

SLUG_LENGTH = 64
NAME_LENGTH = 64
KEY_BEGINS = "sk_"
# RFC 3986, section 2.3: unreserved characters, lower case. It begins and ends with a
# letter or digit, so that "." and ".." are out.
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9._~-]{0,62}[a-z0-9])?", re.ASCII)
# "user[]" is a name that services send; what separates parameters is none.
PARAMETER_NAME = re.compile(r"[^\s&=;?#%\x00-\x1f\x7f]{1,64}")


class Role(StrEnum):
    """What a parameter means, whatever its name in the URL."""

    EXTENSION = "extension"
    NUMBER = "number"
    CALL_ID = "call_id"
    DIRECTION = "direction"
    NAME = "name"
    CAUSE = "cause"
    AT = "at"
    DURATION = "duration"
    RECORDING_URL = "recording_url"


DEFAULT_NAMES: Mapping[Role, str] = {role: role.value for role in Role}
DEFAULT_EVENT_PARAMETER = "event"
DEFAULT_SLUGS = (
    EventKind.RINGING,
    EventKind.CONNECTED,
    EventKind.ENDED,
    EventKind.MISSED,
)


def is_slug(text: str) -> bool:
    """Whether a text can be the last segment of an endpoint's address.

    What begins like a key can't: it would be read as one.
    """
    return bool(SLUG.fullmatch(text)) and not text.startswith(KEY_BEGINS)


def is_parameter_name(text: str) -> bool:
    """Whether a text can be the name of a parameter in a query or form."""
    return bool(PARAMETER_NAME.fullmatch(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSpec:
    """One endpoint: which event its address means, and what it expects.

    ``method`` is "GET", "POST" or "" for both. ``names`` gives each role's parameter
    name; a role without a name is not read. ``fixed`` values count whatever is sent.
    """

    kind: EventKind
    slug: str
    enabled: bool = True
    method: str = ""
    names: Mapping[Role, str] = field(default_factory=lambda: DEFAULT_NAMES)
    fixed: Mapping[Role, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SetSpec:
    """The endpoints of one kind of phone, by slug.

    ``common_slug`` is the address whose parameter ``event_parameter`` names the event
    ("" for none; the address without any segment always does so). ``reply`` is the
    status a machine gets for an accepted event. Recordings are taken from
    ``recording_hosts`` alone.
    """

    name: str
    endpoints: Mapping[str, EndpointSpec]
    names: Mapping[Role, str] = field(default_factory=lambda: DEFAULT_NAMES)
    common_slug: str = ""
    event_parameter: str = DEFAULT_EVENT_PARAMETER
    reply: int = 204
    recording_hosts: frozenset[str] = frozenset()

    @cached_property
    def slugs(self) -> list[str]:
        """The last segments that are in use."""
        return [slug for slug, spec in self.endpoints.items() if spec.enabled]

    @cached_property
    def parameter_names(self) -> frozenset[str]:
        """Every parameter name that any endpoint of the set reads."""
        names = {self.event_parameter, *self.names.values()}
        for spec in self.endpoints.values():
            names.update(spec.names.values())
        return frozenset(names)


DEFAULT_SET = SetSpec(
    name="Default",
    endpoints={
        kind.value: EndpointSpec(kind=kind, slug=kind) for kind in DEFAULT_SLUGS
    },
)
