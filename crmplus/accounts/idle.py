"""Automatic sign-out: a session ends some minutes after its person last did anything.

The session's row says when it ends, so that pages, the live stream and all processes
of the server agree. It is written at most once a minute; the end it then gets lies that
minute further away, so that nobody is signed out early.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

if TYPE_CHECKING:
    from crmplus.accounts.models import User

WRITTEN_EVERY = timedelta(minutes=1)
# Where Django keeps what ``set_expiry`` was given (django.contrib.sessions).
EXPIRY = "_session_expiry"


def is_by_person(request: HttpRequest) -> bool:
    """Whether somebody opened a page or sent a form, not a script or a prefetch.

    Scripts poll, so none of their requests count; the page tells of typing and
    clicking by itself (``idle.js``). Browsers say which it is (W3C Fetch Metadata), but
    without TLS only on this computer: there the header of navigations tells (W3C
    Upgrade Insecure Requests, section 3.2.1).
    """
    if "Sec-Purpose" in request.headers:
        return False
    mode = request.headers.get("Sec-Fetch-Mode")
    if mode is None:
        return "Upgrade-Insecure-Requests" in request.headers
    return mode == "navigate"


def note_activity(session: SessionBase, user: User) -> bool:
    """Let a session go on, for its person is there. Gives whether it was changed."""
    if note_rule(session, user):
        return True
    limit, ends = _limit(user), _end(session)
    if limit and ends and ends - timezone.now() <= limit:
        return _begin(session, limit)
    return False


def note_rule(session: SessionBase, user: User) -> bool:
    """Let a session obey what is set for its user, from now on if that is new.

    Gives whether the session was changed.
    """
    limit, ends = _limit(user), _end(session)
    if limit is None:
        if ends is None:
            return False
        session.set_expiry(None)
        return True
    if ends is None or ends - timezone.now() > limit + WRITTEN_EVERY:
        return _begin(session, limit)
    return False


def _limit(user: User) -> timedelta | None:
    return timedelta(minutes=user.sign_out_after) if user.sign_out_after else None


def _end(session: SessionBase) -> datetime | None:
    """When a session ends without any activity; None without a rule."""
    text = session.get(EXPIRY)
    return datetime.fromisoformat(text) if isinstance(text, str) else None


def _begin(session: SessionBase, limit: timedelta) -> bool:
    session.set_expiry(timezone.now() + limit + WRITTEN_EVERY)
    return True
