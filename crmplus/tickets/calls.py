"""What came from a call, for its page and its cards.

Whoever shows a call gives ``call_context(...)`` to ``tickets/of_call.html``::

    context["work"] = call_context(user, call.pk, call.uid, phone=call.party, target=…)

    {% if work %}{% include "tickets/of_call.html" with work=work %}{% endif %}

The template is the inside of a card: the tickets and activities of the call, then
"New ticket" and "Call back" with what is known filled in. It needs ``request``, and
links its style sheet itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from crmplus.tickets.asking import work_on_call
from crmplus.tickets.links import call_back_url, create_url
from crmplus.tickets.models import Reference
from crmplus.tickets.showing import ActivityRow, TicketRow, activity_rows, ticket_rows

if TYPE_CHECKING:
    from crmplus.accounts.models import User


@dataclass(frozen=True)
class CallContext:
    """What ``tickets/of_call.html`` shows."""

    tickets: Sequence[TicketRow]
    activities: Sequence[ActivityRow]
    create_url: str
    call_back_url: str


def call_context(
    user: User,
    call: int,
    uid: UUID,
    *,
    phone: str = "",
    target: Reference | None = None,
) -> CallContext:
    """The tickets and activities of a call (its key and what stands in its address).

    ``phone`` is the other party's number, ``target`` the record that the call belongs
    to. Two queries, and one for each kind of records that they are about.
    """
    work = work_on_call(call, user)
    back = call_back_url(target=target, call_uid=uid, phone=phone)
    return CallContext(
        tickets=ticket_rows(work.tickets, user),
        activities=activity_rows(work.activities, user),
        create_url=create_url(target=target, call_uid=uid, phone=phone),
        call_back_url=back if phone or target else "",
    )
