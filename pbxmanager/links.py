"""Calls, as what others refer to: a ticket that came from one."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

from crmplus.hooks import Link
from pbxmanager.looks import look
from pbxmanager.panels import title
from pbxmanager.visibility import call_for, visible_calls

if TYPE_CHECKING:
    from crmplus.accounts.models import User


def load(user: User, ids: Collection[int]) -> dict[int, Link]:
    """Those of some calls (ids) that a user may see."""
    calls = visible_calls(user).filter(pk__in=ids).prefetch_related("legs")
    return {
        call.pk: Link(title(call), look(call).icon, call.get_absolute_url())
        for call in calls
    }


def find(user: User, text: str) -> int | None:
    """The key of the call that has a text in its address."""
    try:
        uid = UUID(text)
    except ValueError:
        return None
    call = call_for(user, uid)
    return call.pk if call else None
