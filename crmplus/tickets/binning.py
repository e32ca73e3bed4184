"""Tickets and activities go to the recycle bin, and come back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from crmplus.tickets.models import TICKET, Activity, Ticket
from crmplus.tickets.signals import tell
from crmplus.timeline.changes import note
from crmplus.timeline.models import Change, Comment, Deed

if TYPE_CHECKING:
    from crmplus.accounts.models import User


@transaction.atomic
def discard(what: Ticket | Activity, by: User) -> None:
    """Move it to the recycle bin."""
    what.move_to_bin(by=by)
    if isinstance(what, Ticket):
        note(TICKET, what.pk, by=by, deed=Deed.DELETED)
    tell(what, by)


@transaction.atomic
def bring_back(what: Ticket | Activity, by: User) -> None:
    """Take it out of the recycle bin."""
    what.restore(by=by)
    if isinstance(what, Ticket):
        note(TICKET, what.pk, by=by, deed=Deed.RESTORED)
    tell(what, by)


def forget_tickets(ids: Sequence[int]) -> None:
    """Tickets are deleted for good: what was written about them goes too."""
    for model in (Comment, Change):
        model._base_manager.filter(target_kind=TICKET, target_id__in=ids).delete()
