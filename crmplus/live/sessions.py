"""Who a stream belongs to, and whether that person is still signed in."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from crmplus.accounts import idle
from crmplus.accounts.models import User
from crmplus.accounts.services import STAMPED, stamp

# Checking everybody at once would keep the interpreter, and with it every stream, for
# tens of milliseconds; in slices with a breath between them nobody notices.
SLICE = 500
BREATH_SECONDS = 0.001


@dataclass(frozen=True, slots=True)
class Who:
    """The person behind a stream: a user, in a session, with the rights of then.

    ``stamp`` changes with the password and all rights. ``is_agent`` is false for who
    may see call statistics alone: nothing about calls or customers is for them.
    """

    user_id: int
    session_key: str
    stamp: str
    is_agent: bool = True


def identify(session_key: str) -> Who | None:
    """Who is signed in under a session key; None for nobody.

    Asks the database. An active user and an unchanged password, which is not to be
    changed first, are part of it.
    """
    if not session_key:
        return None
    request = HttpRequest()
    request.session = SessionStore(session_key)
    user = get_user(request)
    # Who has to choose a password gets no page before, so no calls either.
    if not isinstance(user, User) or user.must_change_password:
        return None
    # Where the time was set while a page was open, it runs from here.
    if idle.note_rule(request.session, user):
        request.session.save()
    return Who(
        user_id=user.pk,
        session_key=session_key,
        stamp=stamp(user),
        is_agent=user.is_agent,
    )


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
        "pk", *STAMPED
    )
    stamps = {pk: _stamp(*state) for pk, *state in users}
    return {
        who
        for who in some
        if who.session_key in alive and stamps.get(who.user_id) == who.stamp
    }


@lru_cache(maxsize=10_000)
def _stamp(*state: Any) -> str:
    # Most are the same as 3 s ago: a quarter of the work of making users of all rows.
    return stamp(User(**dict(zip(STAMPED, state, strict=True))))


def _slices(those: Sequence[Who]) -> Iterator[Sequence[Who]]:
    for start in range(0, len(those), SLICE):
        yield those[start : start + SLICE]
