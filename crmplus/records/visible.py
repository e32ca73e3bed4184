"""The records of a kind that a user sees, for lists and searches.

One record by its key is ``access.record_for``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from crmplus.accounts.models import Scope
from crmplus.accounts.visibility import records_scope, visible_records
from crmplus.records.models import Record
from crmplus.records.narrowing import Part, in_order
from crmplus.records.types import RecordType

if TYPE_CHECKING:
    from crmplus.accounts.models import User


def visible_part(user: User) -> list[Part]:
    """What a user sees, as a filter of a list; none for who sees all."""
    if records_scope(user) == Scope.ALL:
        return []
    return [Part("owner_id", lambda rows, name: visible_records(user, rows, name))]


def visible_to(kind: RecordType, user: User, order: str = "") -> QuerySet[Record]:
    """The records of a kind that a user sees, to be read by ``order`` (a column), or
    by the index of what they are then filtered by.

    One small query for who does not see all.
    """
    rows = kind.model.objects.all()
    if records_scope(user) is None:
        return rows.none()
    return in_order(rows, visible_part(user), order)
