"""Choosing what came of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from crmplus.timeline.models import Comment
from crmplus.timeline.services import add_comment
from pbxmanager.holding import held
from pbxmanager.models import Call, Direction, Disposition
from pbxmanager.saving import CALL
from pbxmanager.signals import touch

if TYPE_CHECKING:
    from crmplus.accounts.models import User


class NeedsNote(ValueError):
    """This outcome says too little without a note."""


class NotForThisCall(ValueError):
    """The outcome is not among those that the call may have."""


def dispositions_for(call: Call) -> QuerySet[Disposition]:
    """The outcomes that may be chosen for a call, in their order; the chosen one is
    among them also when it is switched off meanwhile."""
    offered = Q(is_active=True)
    if call.direction == Direction.INBOUND:
        offered &= Q(for_inbound=True)
    elif call.direction == Direction.OUTBOUND:
        offered &= Q(for_outbound=True)
    return Disposition.objects.filter(offered | Q(pk=call.disposition_id))


def choose_disposition(
    call: Call, disposition: Disposition | None, user: User, note: str = ""
) -> None:
    """Say what came of a call, None to take that back; ``call_changed`` is sent.

    ``note`` becomes a comment. Raises NotForThisCall, and NeedsNote where the outcome
    needs one and the user has not written a comment on the call yet.
    """
    if disposition and not dispositions_for(call).filter(pk=disposition.pk).exists():
        raise NotForThisCall(disposition.title)
    written = note.replace("\x00", "").strip()
    if disposition and disposition.needs_note and not written:
        own = Comment.objects.filter(target_kind=CALL, target_id=call.pk, author=user)
        if not own.exists():
            raise NeedsNote(disposition.title)
    with held(call) as now:
        if written:
            add_comment(CALL, now.pk, user, written)
        now.disposition = call.disposition = disposition
        now.save(update_fields=["disposition"])
        touch(now)
