"""What may be done with keys: made for a line or a PBX, told of, revoked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from crmplus.administration.audit import Subject, note_change
from pbxmanager.endpoint_spec import Role
from pbxmanager.events import EventKind
from pbxmanager.models import Extension, Report
from softphone_connector import keys
from softphone_connector.change_words import KEY
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
# Where a key reports for several lines, the client says which one a call is for.
BY_HAND_FOR_MANY = replace(
    BY_HAND, variables={Role.EXTENSION: "[EXTENSION]", **BY_HAND.variables}
)


def all_keys(*, revoked: bool) -> QuerySet[SoftphoneKey]:
    """The keys in force, or those that were revoked, with all that a list shows."""
    return SoftphoneKey.objects.filter(revoked_at__isnull=not revoked).select_related(
        "user", "extension", "endpoint_set"
    )


def keys_of(user: User, line: Line | None) -> list[SoftphoneKey]:
    """A user's keys in force for a line, newest first; None: those for all lines."""
    own = SoftphoneKey.objects.filter(
        user=user, extension=line.extension if line else None, revoked_at=None
    )
    return list(own.order_by("-pk"))


def make(actor: User, **given: Any) -> tuple[SoftphoneKey, str]:
    """Make a key as ``keys.create`` does. Gives it with its text, this once."""
    key, secret = keys.create(**given)
    note_change(actor, subject(key), {}, facts(key))
    return key, secret


def make_for_line(line: Line, user: User, actor: User) -> tuple[SoftphoneKey, str]:
    """Make a key for one line, as its client needs it. Gives its text, this once."""
    known = profile(line.profile)
    slug = known.key if known else ""
    return make(actor, user=user, extension=line.extension, profile=slug)


def revoke(key: SoftphoneKey, actor: User) -> bool:
    """Make a key worthless from now on. False where it was that already."""
    before = facts(key)
    if not keys.revoke(key):
        return False
    note_change(actor, subject(key), before, {})
    return True


def subject(key: SoftphoneKey) -> Subject:
    """A key in the audit log."""
    return Subject(AREA, KEY, f"{key.prefix}… ({key.owner})")


def facts(key: SoftphoneKey) -> dict[str, str]:
    """What the audit log keeps of a key; never a secret."""
    return {
        "extension": str(key.extension or ""),
        "profile": key.profile,
        "endpoint_set": str(key.endpoint_set or ""),
    }


def addresses(key: SoftphoneKey, secret: str, base_url: str) -> dict[str, Any]:
    """What is to be pasted or saved for a key, and how its client is set up.

    ``page`` is None where the client is not known.
    """
    known, settings = profile(key.profile), set_spec_of(key.endpoint_set)
    client = known or (BY_HAND if key.extension else BY_HAND_FOR_MANY)
    given = (client, base_url, secret, settings, str(key.extension or ""))
    return {
        "profile": client,
        "page": client_page(known, secret, settings) if known else None,
        "urls": ready_urls(*given),
        "files": ready_files(*given),
    }


@dataclass(frozen=True, slots=True)
class LastUse:
    """The last call that was reported with a key, and whose extension it was for.

    ``whose`` is None for nobody's; ``remote`` is the address that the report came
    from, "" where that is not known any more.
    """

    report: Report
    whose: User | None
    remote: str


def last_use(key: SoftphoneKey) -> LastUse | None:
    """Who used a key last; None where no call was reported with it."""
    report = Report.objects.filter(source=key.source).order_by("-last_at").first()
    if report is None:
        return None
    event = report.events.order_by("-received_at").first()
    extension = Extension.objects.filter(number=report.extension).first()
    return LastUse(
        report=report,
        whose=extension.user if extension else None,
        remote=str(event.raw.get("remote") or "") if event else "",
    )


def has_others(key: SoftphoneKey) -> bool:
    """Whether another key in force of the same user reports for the same line."""
    if key.user_id is None:
        return False
    others = SoftphoneKey.objects.filter(user=key.user_id, revoked_at=None)
    same = others.filter(Q(extension=key.extension_id) | Q(extension=None))
    return same.exclude(pk=key.pk).exists()
