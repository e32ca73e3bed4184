"""Who a stream belongs to, and whether that person is still signed in."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from crmplus.accounts.models import User
from crmplus.accounts.services import stamp

# Checking everybody at once would keep the interpreter, and with it every stream, for
# tens of milliseconds; in slices with a breath between them nobody notices.
SLICE = 500
BREATH_SECONDS = 0.001


@dataclass(frozen=True, slots=True)
class Who:
    """The person behind a stream: a user, in a session, with the rights of then.

    ``stamp`` changes with the password, the role and when the user is deactivated.
    """

    user_id: int
    session_key: str
    stamp: str


def identify(session_key: str) -> Who | None:
    """Who is signed in under a session key; None for nobody.

    Asks the database. An active user and an unchanged password are part of it.
    """
    if not session_key:
        return None
    request = HttpRequest()
    request.session = SessionStore(session_key)
    user = get_user(request)
    if not isinstance(user, User):
        return None
    return Who(user_id=user.pk, session_key=session_key, stamp=stamp(user))


def still_signed_in(those: Collection[Who]) -> set[Who]:
    """Those whose session still exists and whose rights are still the same.

    Two queries for every five hundred.
    """
    found: set[Who] = set()
    for some in _slices(list(those)):
        found |= _still(some)
        time.sleep(BREATH_SECONDS)
    return found


def _still(some: Sequence[Who]) -> set[Who]:
    alive = set(
        Session.objects.filter(
            session_key__in=[who.session_key for who in some],
            expire_date__gt=timezone.now(),
        ).values_list("session_key", flat=True)
    )
    users = User.objects.filter(pk__in={who.user_id for who in some}).values_list(
        "pk", "password", "role", "is_active"
    )
    stamps = {pk: _stamp(*state) for pk, *state in users}
    return {
        who
        for who in some
        if who.session_key in alive and stamps.get(who.user_id) == who.stamp
    }


@lru_cache(maxsize=10_000)
def _stamp(password: str, role: str, is_active: bool) -> str:
    # Most are the same as 3 s ago: a quarter of the work of making users of all rows.
    return stamp(User(password=password, role=role, is_active=is_active))


def _slices(those: Sequence[Who]) -> Iterator[Sequence[Who]]:
    for start in range(0, len(those), SLICE):
        yield those[start : start + SLICE]
