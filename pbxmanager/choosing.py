"""Which of several records a call belongs to: the agent's choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmplus.phonebook.choices import remember_choice
from crmplus.phonebook.records import Record, resolve
from pbxmanager.holding import held
from pbxmanager.models import Call
from pbxmanager.signals import touch

if TYPE_CHECKING:
    from crmplus.accounts.models import User

LARGEST_ID = 2**63 - 1


class NoSuchMatch(LookupError):
    """There is no such record, or the user may not see it."""


def choose_match(call: Call, source: str, object_id: int, user: User) -> Record:
    """Let a call, and with it its comments, belong to a record; gives the record.

    The choice is remembered for the number, and ``call_changed`` is sent after
    commit. Raises NoSuchMatch.
    """
    known = 0 < object_id <= LARGEST_ID
    record = resolve(source, object_id, user) if known else None
    if record is None:
        raise NoSuchMatch
    with held(call) as now:
        for one in (call, now):
            one.chosen_source, one.chosen_id = source, object_id
        now.save(update_fields=["chosen_source", "chosen_id"])
        if now.e164:
            remember_choice(now.e164, source, object_id, user)
        touch(now)
    return record
