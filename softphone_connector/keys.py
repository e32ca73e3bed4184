"""Softphone keys: made, looked up, revoked.

A key is 256 random bits, so its SHA-256 needs no salt and no slow hashing, and a
look-up by the hash's unique index tells nothing by its timing.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from crmplus.statements import compiled
from pbxmanager.endpoint_settings import EndpointSet, default_set
from pbxmanager.endpoint_spec import KEY_BEGINS
from pbxmanager.models import Extension
from softphone_connector import profiles
from softphone_connector.models import (
    PREFIX_LENGTH,
    SoftphoneKey,
    UnknownKeyAttempt,
)
from softphone_connector.vault import seal

if TYPE_CHECKING:
    from crmplus.accounts.models import User

KEY_BYTES = 32
ID = re.compile(r"[0-9]{1,18}")
USED_EVERY = timedelta(minutes=1)
Reason = UnknownKeyAttempt.Reason
# When each key was last noted as used, by its hash: one entry for each key in use.
_noted: dict[str, datetime] = {}


class KeyRefusedError(Exception):
    """A key that is not accepted, and why."""

    def __init__(self, reason: UnknownKeyAttempt.Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class KeyNotMadeError(Exception):
    """A key that can't be made; its text says why and what to do."""


class KeyNotFoundError(Exception):
    """No key, or several, by that name; its text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who reports with a key, and what it may report.

    ``hash`` is the key's. ``user_id`` is None for a PBX. ``limit`` is the one
    extension the key is for, "" for any of its owner; ``extensions`` are the user's.
    ``profile`` is the key of the client's profile, "" for none.
    """

    id: int
    hash: str
    user_id: int | None
    limit: str
    extensions: tuple[str, ...]
    set_id: int
    set_revision: str
    ids_restart: bool
    profile: str = ""

    @property
    def source(self) -> str:
        return f"key:{self.id}"

    @property
    def is_pbx(self) -> bool:
        return self.user_id is None

    @property
    def allowed(self) -> tuple[str, ...] | None:
        """The extensions it may report for; None for any."""
        if self.is_pbx:
            return (self.limit,) if self.limit else None
        if self.limit:
            return tuple(line for line in self.extensions if line == self.limit)
        return self.extensions


def hashed(secret: str) -> str:
    """SHA-256 of a key's text, in hex."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def create(
    *,
    user: User | None = None,
    pbx_name: str = "",
    extension: Extension | None = None,
    endpoint_set: EndpointSet | None = None,
    ids_restart: bool = False,
    profile: str = "",
    signing_secret: str = "",
) -> tuple[SoftphoneKey, str]:
    """Make a key of a user or of a PBX. Gives it with its text, this once.

    ``profile`` is the key of the client's profile; a client that uses its call IDs
    again is known by it. ``signing_secret`` is what a service signs with.
    """
    client = profiles.profile(profile)
    secret = KEY_BEGINS + secrets.token_urlsafe(KEY_BYTES)
    key = SoftphoneKey.objects.create(
        hash=hashed(secret),
        prefix=secret[:PREFIX_LENGTH],
        user=user,
        pbx_name=pbx_name,
        extension=extension,
        endpoint_set=endpoint_set,
        ids_restart=ids_restart or bool(client and client.ids_restart),
        profile=profile,
        signing_secret=seal(signing_secret),
    )
    return key, secret


def assigned(user: User, number: str) -> Extension:
    """A user's extension; made, or assigned to the user, where it is free.

    Raises KeyNotMadeError where it is somebody else's.
    """
    with transaction.atomic():
        extension, _made = Extension.objects.select_for_update().get_or_create(
            number=number
        )
        if extension.user_id is None:
            extension.user = user
            extension.save(update_fields=["user"])
    if extension.user_id != user.pk:
        raise KeyNotMadeError(
            _(
                "Extension %(extension)s belongs to %(owner)s. Take it from there "
                "first, or choose another one."
            )
            % {"extension": number, "owner": extension.user}
        )
    return extension


@compiled
def _rows(digest: str) -> QuerySet[SoftphoneKey, tuple[Any, ...]]:
    """A key and the endpoint set that counts; a row for each extension of its user."""
    default = EndpointSet.objects.filter(is_default=True)
    return (
        SoftphoneKey.objects.filter(hash=digest)
        .order_by()
        .annotate(
            set_pk=Coalesce("endpoint_set_id", default.values("id")[:1]),
            set_revision=Coalesce(
                "endpoint_set__revision", default.values("revision")[:1]
            ),
        )
        .values_list(
            "id",
            "user_id",
            "user__is_active",
            "revoked_at",
            "ids_restart",
            "profile",
            "extension__number",
            "set_pk",
            "set_revision",
            "user__extensions__number",
        )
    )


def find(secret: str) -> Holder:
    """Who holds a key, in one query. Raises KeyRefusedError for a key that isn't good.

    A key of a user who may not sign in any more counts as revoked.
    """
    digest = hashed(secret)
    rows = _rows(digest=digest)
    if not rows:
        raise KeyRefusedError(Reason.UNKNOWN)
    pk, user_id, is_active, revoked_at, ids_restart, *rest = rows[0]
    profile, limit, set_id, revision, _line = rest
    if revoked_at is not None or (user_id is not None and not is_active):
        raise KeyRefusedError(Reason.REVOKED)
    if set_id is None:
        default = default_set()
        set_id, revision = default.pk, default.revision
    return Holder(
        id=pk,
        hash=digest,
        user_id=user_id,
        limit=limit or "",
        extensions=tuple(row[-1] for row in rows if row[-1]),
        set_id=set_id,
        set_revision=revision,
        ids_restart=ids_restart,
        profile=profile,
    )


def note_use(holder: Holder, now: datetime) -> None:
    """Remember that a key is in use; writes at most once a minute and process."""
    last = _noted.get(holder.hash)
    if last and now - last < USED_EVERY:
        return
    _noted[holder.hash] = now
    SoftphoneKey.objects.filter(
        Q(last_used_at=None) | Q(last_used_at__lte=now - USED_EVERY), pk=holder.id
    ).update(last_used_at=now)


def by_name(name: str) -> SoftphoneKey:
    """The key with an ID or a visible prefix (with or without ``sk_``).

    Raises KeyNotFoundError where there is none, or where several have the prefix.
    """
    keys = SoftphoneKey.objects.select_related("user", "extension")
    if ID.fullmatch(name):
        found = list(keys.filter(pk=int(name)))
    else:
        prefix = KEY_BEGINS + name.removeprefix(KEY_BEGINS).rstrip("…")
        found = list(keys.filter(prefix=prefix[:PREFIX_LENGTH]))
    if not found:
        raise KeyNotFoundError(
            _("There is no key “%(name)s”. “list” shows them all.") % {"name": name}
        )
    if len(found) > 1:
        raise KeyNotFoundError(
            _("Several keys begin like that. Name one by its ID: %(ids)s.")
            % {"ids": ", ".join(str(key.pk) for key in found)}
        )
    return found[0]


def revoke(key: SoftphoneKey) -> bool:
    """Make a key worthless from now on. False where it was that already."""
    now = timezone.now()
    in_force = SoftphoneKey.objects.filter(pk=key.pk, revoked_at=None)
    if not in_force.update(revoked_at=now):
        return False
    key.revoked_at = now
    return True
