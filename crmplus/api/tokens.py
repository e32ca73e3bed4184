"""API tokens: made, looked up, revoked.

A token is 256 random bits, so its SHA-256 needs no salt and no slow hashing, and a
look-up by the hash's unique index tells nothing by its timing.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crmplus.api.models import PREFIX_LENGTH, ApiToken

if TYPE_CHECKING:
    from crmplus.accounts.models import User

BEGINS = "api_"
BYTES = 32
ID = re.compile(r"[0-9]{1,18}")
USED_EVERY = timedelta(minutes=1)


class TokenNotFoundError(LookupError):
    """No token, or several, by that name; its text says what to do."""


def hashed(secret: str) -> str:
    """SHA-256 of a token's text, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create(user: User) -> tuple[ApiToken, str]:
    """Make a token of a user. Gives it with its text, this once."""
    secret = BEGINS + secrets.token_urlsafe(BYTES)
    token = ApiToken.objects.create(
        user=user, hash=hashed(secret), prefix=secret[:PREFIX_LENGTH]
    )
    return token, secret


def find(secret: str) -> ApiToken | None:
    """The token with a text; None for one that is unknown or revoked, or whose user
    may not sign in any more. One query, and at most once a minute one to note the use.
    """
    good = ApiToken.objects.filter(revoked_at=None, user__is_active=True)
    token = good.select_related("user").filter(hash=hashed(secret)).first()
    if token:
        _note_use(token)
    return token


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at and now - token.last_used_at < USED_EVERY:
        return
    before = Q(last_used_at=None) | Q(last_used_at__lte=now - USED_EVERY)
    ApiToken.objects.filter(before, pk=token.pk).update(last_used_at=now)


def by_name(name: str) -> ApiToken:
    """The token with an ID or a visible beginning, as ``list`` shows them.

    Raises TokenNotFoundError where there is none, or where several begin so.
    """
    if ID.fullmatch(name):
        wanted = Q(pk=int(name))
    else:
        beginning = BEGINS + name.removeprefix(BEGINS).rstrip("…")
        wanted = Q(prefix=beginning[:PREFIX_LENGTH])
    found = list(ApiToken.objects.filter(wanted))
    if not found:
        raise TokenNotFoundError(
            _("There is no token “%(name)s”. “list” shows them all.") % {"name": name}
        )
    if len(found) > 1:
        raise TokenNotFoundError(
            _("Several tokens begin like that. Name one by its ID: %(ids)s.")
            % {"ids": ", ".join(str(token.pk) for token in found)}
        )
    return found[0]


def revoke(token: ApiToken) -> None:
    """Make a token worthless from now on; a revoked one stays as it is."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
