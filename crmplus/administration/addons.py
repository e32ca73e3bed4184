"""Which add-ons are active. Asked with every event and for every menu, so the answer
is kept in the process and read anew at most every few seconds."""

from __future__ import annotations

import time
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone

from crmplus import hooks
from crmplus.administration import demo
from crmplus.administration.activation import (
    CodeRefusedError,
    Reason,
    Statement,
    read,
)
from crmplus.administration.models import Activation
from crmplus.conf import env

SECONDS = 5.0  # within which a change reaches the other server processes

_kept: list[tuple[float, frozenset[str]]] = []


def is_active(key: str) -> bool:
    """Whether an add-on may work now. Costs nothing, but for a query every 5 s."""
    return key in _active()


def app_is_active(app: str) -> bool:
    """Whether what an app brings counts now: no add-on has it, or an active one."""
    return all(
        is_active(add_on.key)
        for add_on in hooks.registered(hooks.AddOn)
        if app in add_on.apps
    )


def forget(**signal: Any) -> None:
    """Read anew at the next question (a receiver of ``Activation``'s signals)."""
    _kept.clear()


def public_keys() -> list[bytes]:
    """The keys that codes may be signed with here; the demo's in a demo only."""
    given = env.activation_public_key
    keys = [given] if given and given != demo.PUBLIC_KEY else []
    return [*keys, demo.PUBLIC_KEY] if env.demo and not env.https else keys


def today() -> date:
    """The day it is in the installation's time zone."""
    return timezone.localdate(timezone=ZoneInfo(settings.TIME_ZONE))


def checked(key: str, code: str) -> Statement:
    """What a code for an add-on says. Raises CodeRefusedError."""
    statement = read(code, public_keys())
    if statement.add_on != key:
        raise CodeRefusedError(Reason.ADD_ON, statement)
    if statement.valid_until < today():
        raise CodeRefusedError(Reason.EXPIRED, statement)
    return statement


def _active() -> frozenset[str]:
    now = time.monotonic()
    if _kept and now < _kept[0][0]:
        return _kept[0][1]
    rows = Activation.objects.filter(is_on=True).values_list("add_on", "code")
    active = frozenset(key for key, code in rows if _counts(key, code))
    # What a rollback could undo must not be remembered.
    if not connection.in_atomic_block:
        _kept[:] = [(now + SECONDS, active)]
    return active


def _counts(key: str, code: str) -> bool:
    try:
        checked(key, code)
    except CodeRefusedError:
        return False
    return True
