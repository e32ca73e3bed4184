"""Private calls: one's own business, though it came over the company's line."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from pbxmanager.afterwards import tell_missed
from pbxmanager.following_up import entries_of
from pbxmanager.holding import held
from pbxmanager.models import Call, Leg
from pbxmanager.signals import touch

if TYPE_CHECKING:
    from crmplus.accounts.models import User


def may_be_private(call: Call, user: User, own: Collection[Leg]) -> bool:
    """Whether a user may say so: it was at one of their phones (``own`` are their
    legs), or they dialled it."""
    return bool(own) or user.pk in {call.user_id, call.clicked_by_id}


def set_private(call: Call, *, private: bool) -> None:
    """Hide a call from all who had no part in it, or show it again.

    It stays in the log of those who had, and counts in figures; supervisors and admins
    see neither it nor who it was with. ``call_changed`` is sent, and open missed lists
    are told.
    """
    with held(call) as now:
        now.private_at = call.private_at = timezone.now() if private else None
        now.save(update_fields=["private_at"])
        touch(now)
        transaction.on_commit(lambda: tell_missed(entries_of(now.pk)))
