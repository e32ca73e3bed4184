"""The records that a user may open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404

from crmplus.accounts.models import Scope
from crmplus.accounts.visibility import records_scope, visible_records, within
from crmplus.records.models import Record
from crmplus.records.types import RecordType

if TYPE_CHECKING:
    from crmplus.accounts.models import User


def may_see(user: User, record: Record) -> bool:
    """Whether a user sees a record, of which one has been read already."""
    scope = records_scope(user)
    if scope is None or scope == Scope.ALL:
        return scope is not None
    return record.owner_id is None or record.owner_id in within(user, scope)


def record_for(
    user: User, kind: RecordType, pk: int, *, to_write: bool = False
) -> Record:
    """A record that is not in the recycle bin; Http404 if this user sees none.

    ``to_write`` in a transaction keeps others from changing it until that ends.
    """
    rows = kind.model.objects.select_related("owner", *kind.related)
    if to_write:
        rows = rows.select_for_update(of=("self",))
    found = visible_records(user, rows).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
