"""Told after commit: a ticket, or an activity, is new or has changed.

``ticket_changed.send(sender=Ticket, ticket=ticket, by=user, given=False)`` and
``activity_changed.send(sender=Activity, activity=activity, by=user, given=False)``;
``by`` is None where no person did it, ``given`` says that it has a new owner. What goes
to the recycle bin or comes back counts too.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.dispatch import Signal

from crmplus.tickets.models import Activity, Ticket

if TYPE_CHECKING:
    from crmplus.accounts.models import User

logger = logging.getLogger(__name__)

ticket_changed = Signal()
activity_changed = Signal()


def tell(what: Ticket | Activity, by: User | None, *, given: bool = False) -> None:
    """Send the signal once the transaction is committed.

    A listener's failure is logged: it is not the fault of who changed something.
    """
    transaction.on_commit(partial(_send, what, by, given))


def _send(what: Ticket | Activity, by: User | None, given: bool) -> None:
    values: dict[str, Any] = {"by": by, "given": given}
    if isinstance(what, Ticket):
        answers = ticket_changed.send_robust(sender=Ticket, ticket=what, **values)
    else:
        answers = activity_changed.send_robust(sender=Activity, activity=what, **values)
    for receiver, answer in answers:
        if isinstance(answer, Exception):
            logger.error("%r failed on %s", receiver, what.pk, exc_info=answer)
