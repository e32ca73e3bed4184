"""Records of a kind that may be the same: by number or e-mail address, never by name.

A number that many records of a kind have is a switchboard and tells nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from crmplus.accounts.visibility import visible_records
from crmplus.phonebook.sharing import sharing
from crmplus.records.merge_models import Distinct
from crmplus.records.models import PHONE_FIELDS, Record
from crmplus.records.types import RecordType

if TYPE_CHECKING:
    from crmplus.accounts.models import User

MOST = 3


def possible_duplicates(kind: RecordType, record: Record, user: User) -> list[Record]:
    """At most three records that this user sees and that look the same."""
    alike = Q(pk__in=sharing(kind.key, record.pk, MOST)) if _has_number(record) else Q()
    if record.email:
        alike |= Q(email=record.email)
    if not alike:
        return []
    rows = visible_records(user, kind.model.objects.filter(alike))
    rows = rows.exclude(pk=record.pk).exclude(pk__in=_told_apart(kind, record))
    return list(rows.order_by("pk").prefetch_related(*kind.related)[:MOST])


def tell_apart(kind: RecordType, one: int, other: int) -> None:
    """Remember that two records are not the same."""
    low, high = sorted((one, other))
    Distinct.objects.get_or_create(kind=kind.key, low=low, high=high)


def forget_apart(kind: RecordType, one: int, other: int) -> None:
    """Let them be alike again."""
    low, high = sorted((one, other))
    Distinct.objects.filter(kind=kind.key, low=low, high=high).delete()


def _has_number(record: Record) -> bool:
    return any(getattr(record, name) for name in PHONE_FIELDS)


def _told_apart(kind: RecordType, record: Record) -> list[int]:
    rows = Distinct.objects.filter(
        Q(kind=kind.key) & (Q(low=record.pk) | Q(high=record.pk))
    )
    pairs = rows.values_list("low", "high")
    return [low if high == record.pk else high for low, high in pairs]
