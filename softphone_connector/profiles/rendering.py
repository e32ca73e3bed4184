"""The addresses and scripts that go into a client, ready to be pasted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from pbxmanager.endpoint_spec import EndpointSpec, Role, SetSpec
from pbxmanager.events import Direction, EventKind, parse_direction
from softphone_connector.profiles.reading import REPORTED, SLOT
from softphone_connector.profiles.shape import (
    EventSetting,
    HelperFile,
    How,
    Profile,
    Use,
)
from softphone_connector.profiles.words import event_label

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# What identifies a call comes first, so that a client that cuts its address loses the
# least; the name is the longest and of least use.
ORDER = (
    Role.CALL_ID,
    Role.EXTENSION,
    Role.NUMBER,
    Role.DIRECTION,
    Role.DURATION,
    Role.CAUSE,
    Role.AT,
    Role.RECORDING_URL,
    Role.NAME,
)
AT_RINGING = frozenset({Role.NAME})
AT_END = frozenset({Role.DURATION, Role.CAUSE, Role.RECORDING_URL})
KEY_LENGTH = 46  # of a softphone key, with its sk_
LOCAL = re.compile(r"localhost|127(?:\.\d+){3}|::1|0\.0\.0\.0")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyUrl:
    """An address to paste, and where.

    ``text`` is what to paste: ``url`` itself, or a command line with it. ``too_long``
    says that the client would cut it, ``is_local`` (of the first one) that it leads a
    phone to itself, ``only_post`` that the endpoint refuses what the client sends.
    """

    event_label: _StrPromise
    where: str
    url: str
    text: str
    too_long: bool = False
    is_local: bool = False
    only_post: bool = False


@dataclass(frozen=True, slots=True)
class ReadyFile:
    """A text to save under a name, to add to a file of that name, to run, or to enter
    as the signing secret."""

    name: str
    text: str
    use: Use = Use.SAVE


def ready_urls(
    profile: Profile,
    base_url: str,
    secret: str,
    set_spec: SetSpec,
    extension: str = "",
) -> list[ReadyUrl]:
    """The addresses to paste into a client, in the order of its settings.

    ``base_url`` has no slash at its end, ``secret`` is the softphone key. A client
    that can't state the extension states ``extension``, if that is given. Events that
    the endpoint set does not take are left out. Empty for a client that calls none.
    """
    door = f"{base_url}/softphone/{secret}"
    if profile.how is How.ADAPTER:
        where = profile.where or profile.name
        return [_ready(profile, event_label(), where, f"{door}/{profile.key}")]
    if profile.how is not How.URL or profile.files:
        return []
    found = [
        _ready(
            profile,
            event_label(setting.event, setting.direction),
            setting.where,
            f"{door}/{spec.slug}?{_query(profile, setting, spec, extension)}",
            missing=max(0, KEY_LENGTH - len(secret)),
            only_post=spec.method == "POST",
        )
        for setting in profile.events
        if (spec := _endpoint(set_spec, setting.event, setting.direction))
    ]
    # Where they lead is true of all, and said once.
    return [*found[:1], *(replace(one, is_local=False) for one in found[1:])]


def _ready(
    profile: Profile,
    label: _StrPromise,
    where: str,
    url: str,
    *,
    missing: int = 0,
    only_post: bool = False,
) -> ReadyUrl:
    """``missing`` is how much longer the address gets with a key in it."""
    limit = profile.url_length
    return ReadyUrl(
        event_label=label,
        where=where,
        url=url,
        text=profile.command.replace("{url}", url) if profile.command else url,
        too_long=limit is not None and len(url) + missing > limit,
        is_local=is_local(url),
        only_post=only_post,
    )


def is_local(url: str) -> bool:
    """Whether an address means the machine that opens it."""
    return bool(LOCAL.fullmatch(urlsplit(url).hostname or ""))


def _endpoint(
    set_spec: SetSpec, event: EventKind, direction: Direction
) -> EndpointSpec | None:
    """The endpoint for an event; not one that is fixed to another direction."""
    for spec in set_spec.endpoints.values():
        fixed = parse_direction(spec.fixed.get(Role.DIRECTION, ""))
        if (
            spec.enabled
            and spec.kind is event
            and fixed in {Direction.UNKNOWN, direction}
        ):
            return spec
    return None


def _query(
    profile: Profile, setting: EventSetting, spec: EndpointSpec, extension: str
) -> str:
    return "&".join(
        f"{quote(spec.names[role], safe='[]')}={value}"
        for role, value in _values(profile, setting, extension)
        if role in spec.names and role not in spec.fixed
    )


def _values(
    profile: Profile, setting: EventSetting, extension: str
) -> Iterator[tuple[Role, str]]:
    """What an address states, in its order: variables, and what is fixed."""
    fixed = {Role.DIRECTION: setting.direction.value}
    if Role.EXTENSION not in profile.variables:
        fixed[Role.EXTENSION] = quote(extension)
    for role in ORDER:
        variable = profile.variables.get(role, "")
        value = fixed.get(role) or (variable if _has(setting, role) else "")
        if value:
            yield role, value


def _has(setting: EventSetting, role: Role) -> bool:
    """Whether a client's variable is of use at an event, and filled in."""
    if role in AT_RINGING and setting.event is not EventKind.RINGING:
        return False
    if role in AT_END and not setting.event.is_end:
        return False
    return role not in setting.leave_out


def ready_files(
    profile: Profile,
    base_url: str,
    secret: str,
    set_spec: SetSpec,
    extension: str = "",
) -> list[ReadyFile]:
    """The scripts that stand between a client and the addresses, filled in."""
    slots = {"base": base_url, "key": secret, "extension": extension}
    for event in REPORTED:
        spec = _endpoint(set_spec, event, Direction.UNKNOWN)
        slug = spec.slug if spec else event.value
        slots[event.value] = f"{base_url}/softphone/{secret}/{slug}"
    for role in Role:
        slots[f"role:{role}"] = set_spec.names.get(role, role.value)
    return [_filled(file, slots) for file in profile.files]


def _filled(file: HelperFile, slots: dict[str, str]) -> ReadyFile:
    text = SLOT.sub(lambda slot: slots[slot[1]], file.text)
    return ReadyFile(file.name, text, file.use)
