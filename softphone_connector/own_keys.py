"""The keys that phones of a user's own lines report with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmplus.administration.audit import note_change
from pbxmanager.endpoint_spec import Role
from pbxmanager.events import EventKind
from softphone_connector import keys
from softphone_connector.client_pages import client_page, set_spec_of
from softphone_connector.lines import AREA, Line
from softphone_connector.models import SoftphoneKey
from softphone_connector.profiles import (
    ClientKind,
    How,
    Profile,
    profile,
    ready_files,
    ready_urls,
)
from softphone_connector.profiles.shape import EventSetting

if TYPE_CHECKING:
    from crmplus.accounts.models import User

# What is put in by hand where no profile tells the client's own variables; as it
# stands it counts as one that was not filled in.
BY_HAND = Profile(
    key="",
    name="",
    vendor="",
    kind=ClientKind.SOFTPHONE,
    how=How.URL,
    events=tuple(
        EventSetting(event=kind, where="")
        for kind in (
            EventKind.RINGING,
            EventKind.CONNECTED,
            EventKind.ENDED,
            EventKind.MISSED,
        )
    ),
    variables={
        Role.CALL_ID: "[CALL_ID]",
        Role.NUMBER: "[NUMBER]",
        Role.NAME: "[NAME]",
        Role.DIRECTION: "[DIRECTION]",
    },
    sources=(),
)


def keys_of(line: Line, user: User) -> list[SoftphoneKey]:
    """The keys of a line that are in force, newest first."""
    own = SoftphoneKey.objects.filter(
        user=user, extension=line.extension, revoked_at=None
    )
    return list(own.order_by("-pk"))


def wide_keys_of(user: User) -> list[SoftphoneKey]:
    """A user's keys in force that are for all their lines, newest first."""
    own = SoftphoneKey.objects.filter(user=user, extension=None, revoked_at=None)
    return list(own.order_by("-pk"))


def make_key(line: Line, user: User, actor: User) -> tuple[SoftphoneKey, str]:
    """Make a key for one line, as its client needs it. Gives its text, this once."""
    known = profile(line.profile)
    key, secret = keys.create(
        user=user,
        extension=line.extension,
        profile=known.key if known else "",
    )
    note_change(actor, AREA, _key_name(key), {}, _facts(key))
    return key, secret


def revoke_key(key: SoftphoneKey, actor: User) -> None:
    """Make a key worthless from now on."""
    before = _facts(key)
    keys.revoke(key)
    note_change(actor, AREA, _key_name(key), before, {})


def addresses(key: SoftphoneKey, secret: str, base_url: str) -> dict[str, Any]:
    """What is to be pasted or saved for a key, and how its client is set up.

    ``page`` is None where the client is not known.
    """
    known, settings = profile(key.profile), set_spec_of(key.endpoint_set)
    given = (known or BY_HAND, base_url, secret, settings, str(key.extension or ""))
    return {
        "profile": known or BY_HAND,
        "page": client_page(known, secret, settings) if known else None,
        "urls": ready_urls(*given),
        "files": ready_files(*given),
    }


def _key_name(key: SoftphoneKey) -> str:
    return f"Softphone key {key.prefix}… of {key.owner}"


def _facts(key: SoftphoneKey) -> dict[str, str]:
    return {"extension": str(key.extension or ""), "profile": key.profile}
