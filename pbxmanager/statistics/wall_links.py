"""Secret addresses of wall boards: made, found, revoked; each is noted for admins.

A secret is 256 random bits, so its SHA-256 needs no salt and no slow hashing, and a
look-up by the hash's unique index tells nothing by its timing.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.utils import timezone

from crmplus.administration.audit import Subject, note_change
from pbxmanager.statistics.models import WallBoardLink

if TYPE_CHECKING:
    from crmplus.accounts.models import User

AREA: Final = "call_statistics"
WALL: Final = "wall_board"
# Logs mask what begins so.
BEGINS: Final = "sk_wall_"
SECRET: Final = re.compile(r"sk_wall_[A-Za-z0-9_-]{43}")
SHOWN: Final = 12
USED_EVERY: Final = timedelta(minutes=5)


def hashed(secret: str) -> str:
    """SHA-256 of a secret's text, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def make(actor: User, name: str) -> tuple[WallBoardLink, str]:
    """Make a link for a place. Gives it with its secret, this once."""
    secret = BEGINS + secrets.token_urlsafe(32)
    link = WallBoardLink.objects.create(
        name=name, hash=hashed(secret), prefix=secret[:SHOWN], created_by=actor
    )
    note_change(actor, Subject(AREA, WALL, name), {}, {"link": link.prefix})
    return link, secret


def find(secret: str) -> WallBoardLink | None:
    """The link with a secret; None for one that is unknown or revoked.

    One query, and at most every five minutes one to note the use.
    """
    if not SECRET.fullmatch(secret):
        return None
    rows = WallBoardLink.objects.filter(revoked_at=None, hash=hashed(secret))
    link = rows.first()
    if link:
        _note_use(link)
    return link


def _note_use(link: WallBoardLink) -> None:
    now = timezone.now()
    if link.used_at and now - link.used_at < USED_EVERY:
        return
    before = Q(used_at=None) | Q(used_at__lte=now - USED_EVERY)
    WallBoardLink.objects.filter(before, pk=link.pk).update(used_at=now)


def revoke(actor: User, link: WallBoardLink) -> None:
    """Make a link worthless from now on; a revoked one stays as it is."""
    if link.revoked_at is None:
        link.revoked_at = timezone.now()
        link.save(update_fields=["revoked_at"])
        note_change(actor, Subject(AREA, WALL, link.name), {"link": link.prefix}, {})
