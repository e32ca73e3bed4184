"""The door to tickets and activities: what other apps call. Each rule lives behind it.

A *reference* is a pair: a phone source's key and a record's ID, ("contacts", 7). A call
is named by its primary key alone. Times are aware.

Writing:

- ``create_ticket(by, subject, target=("contacts", 7), call=call.pk)``
- ``create_activity(by, Kind.TASK, subject, due=at, target=…, call=…, ticket=…)``
- ``schedule_call_back(by, number, due, target=…, call=…, note=…)``: an activity of the
  kind ``Kind.CALL_BACK``; ``owner`` is who is to call, else ``by``
- ``mark_done(activity, by)``, ``reopen``, ``postpone``, ``change_activity``
- ``change_ticket(ticket, by, status="closed")``
- ``close_call_backs(by, at, party=call.party, targets=[("contacts", 7)])``: the person
  was reached: all open call-backs to the number, or to one of the records, are done
- ``move_call(from_id, to_id)``, ``move_target(from_reference, to_reference)``: what
  was joined or merged takes its tickets and activities along

Asking; ``user`` is who is to see it:

- ``open_tickets_of(references, user)``, ``open_activities_of(references, user)``: for
  many records in one query each, {reference: […]}
- ``open_call_backs(parties, user)``: for many numbers in one query, {party: […]}
- ``work_on_call(call_id, user)``: the tickets and activities that came from a call;
  ``tickets/of_call.html`` shows them (see ``crmplus.tickets.calls.call_context``)
- ``came_from_call(OuterRef("pk"))``: a condition: does a call have any of them?
- ``create_url(target=…, call_uid=…, phone=…)``, ``activity_url(kind=…, …)``,
  ``call_back_url(…)``: forms, filled in

Hearing of it: ``crmplus.tickets.signals``.
"""

from __future__ import annotations

from crmplus.tickets.asking import (
    came_from_call,
    open_activities_of,
    open_call_backs,
    open_tickets_of,
    visible_activities,
    visible_tickets,
    work_on_call,
)
from crmplus.tickets.links import activity_url, call_back_url, create_url
from crmplus.tickets.models import Activity, Kind, Priority, Status, Ticket
from crmplus.tickets.moving import move_call, move_target
from crmplus.tickets.todo import (
    change_activity,
    close_call_backs,
    create_activity,
    mark_done,
    postpone,
    reopen,
    schedule_call_back,
)
from crmplus.tickets.writing import change_ticket, create_ticket

__all__ = [
    "Activity",
    "Kind",
    "Priority",
    "Status",
    "Ticket",
    "activity_url",
    "call_back_url",
    "came_from_call",
    "change_activity",
    "change_ticket",
    "close_call_backs",
    "create_activity",
    "create_ticket",
    "create_url",
    "mark_done",
    "move_call",
    "move_target",
    "open_activities_of",
    "open_call_backs",
    "open_tickets_of",
    "postpone",
    "reopen",
    "schedule_call_back",
    "visible_activities",
    "visible_tickets",
    "work_on_call",
]
