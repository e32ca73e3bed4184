"""Calls for somebody else: whose a call is, and clicks in a boss's name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from pbxmanager.holding import held
from pbxmanager.models import Call
from pbxmanager.workplace import routing
from pbxmanager.workplace.models import CallShare, Deputy, Reason

if TYPE_CHECKING:
    from crmplus.accounts.models import User


def for_whom(call: Call, user: int) -> str:
    """Whose call pops up for a user (id), in words; "" for their own.

    No query while there are neither groups nor deputies.
    """
    share = routing.share_of(call, user)
    if share is None:
        return ""
    if share.boss:
        return _("Call for %(name)s") % {"name": share.boss}
    if share.group:
        return _("Call for the group %(name)s") % {"name": share.group}
    return ""


def note_dialled(call: Call, user: int) -> None:
    """Note in whose name a user (id) has just dialled, if in somebody else's: the boss
    sees the call. No query while nobody has deputies."""
    if not routing.routes().bosses:
        return
    boss = (
        Deputy.objects.filter(assistant=user, is_signed_in=True, dials=True)
        .values_list("boss_id", flat=True)
        .first()
    )
    if boss is not None:
        CallShare.objects.get_or_create(
            call=call, user_id=boss, defaults={"reason": Reason.DIALLED}
        )


def may_dial_for(user: int) -> list[User]:
    """The bosses in whose name a user (id) could have dialled, but did not: they are
    signed in for them, and their clicks are their own. No query while nobody has
    deputies."""
    if not routing.routes().bosses:
        return []
    rows = Deputy.objects.filter(assistant=user, is_signed_in=True)
    mine = list(rows.select_related("boss").order_by("boss__last_name", "boss"))
    return [] if any(row.dials for row in mine) else [row.boss for row in mine]


def give_to_boss(call: Call, user: int, boss: int, *, back: bool = False) -> bool:
    """Put a click of a user's (id) in the name of a boss (id), or back in their own.

    False if the click was not theirs, or they are not signed in for that boss.
    """
    if call.clicked_by_id != user:
        return False
    with held(call) as now:
        return _give(now, user, boss, back=back)


def _give(call: Call, user: int, boss: int, *, back: bool) -> bool:
    if back:
        rows = CallShare.objects.filter(call=call, user=boss, reason=Reason.DIALLED)
        return bool(rows.delete()[0])
    mine = Deputy.objects.filter(assistant=user, boss=boss, is_signed_in=True)
    if not mine.exists():
        return False
    CallShare.objects.get_or_create(
        call=call, user_id=boss, defaults={"reason": Reason.DIALLED}
    )
    routing.forget()
    return True


def dialled_for(calls: Collection[int]) -> Mapping[int, str]:
    """In whose name some calls (ids) were dialled, for "Tom Berg for Karin Heiden".

    One query; none where no call was ever shared. Calls of one's own are left out.
    """
    if not calls or not routing.any_shares():
        return {}
    rows = CallShare.objects.filter(call__in=calls, reason=Reason.DIALLED)
    return {row.call_id: str(row.user) for row in rows.select_related("user")}
