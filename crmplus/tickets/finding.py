"""Finds the records and the call that a ticket or an activity is to be about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmplus import hooks
from crmplus.hooks import Link
from crmplus.phonebook.find import COLLEAGUE, find
from crmplus.phonebook.records import Record, load

if TYPE_CHECKING:
    from crmplus.accounts.models import User

CALL = "call"
OF_EACH_KIND = 5
MOST = 12


def candidates(user: User, text: str) -> list[Record]:
    """The records whose number it is, or whose name begins so; the best first."""
    text = text.replace("\x00", "").strip()
    if not text:
        return []
    matches = [one for one in find(text, user) if one.kind != COLLEAGUE]
    if matches:
        return list(matches[:MOST])
    named = [
        (source.key, record.pk)
        for source in hooks.registered(hooks.PhoneSource)
        if source.search
        for record in source.search(user, text, OF_EACH_KIND)
    ]
    found = load(named[:MOST], user)
    return [found[one] for one in named if one in found]


def call_target() -> hooks.LinkTarget | None:
    """What brings calls, if anything does."""
    targets = hooks.registered(hooks.LinkTarget)
    return next((target for target in targets if target.kind == CALL), None)


def calls_uid(user: User, text: str) -> int | None:
    """The key of the call that has a text in its address."""
    target = call_target()
    return target.find(user, text) if target else None


def call_link(user: User, call: int | None) -> Link | None:
    """A call as a link, None where the user sees none."""
    target = call_target()
    if target is None or call is None:
        return None
    return target.load(user, [call]).get(call)
