"""The filters of a list of records, each with what an index is good for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from crmplus.records.fields import begins_with
from crmplus.records.keys import fold, spellings
from crmplus.records.models import Contact
from crmplus.records.narrowing import Part
from crmplus.records.search import WIDE_FROM, matches
from crmplus.records.types import RecordType
from crmplus.records.visible import visible_part

if TYPE_CHECKING:
    from crmplus.accounts.models import User

ME, NOBODY = "me", "none"
# What the indexes go on with that begin with a column.
OF_OWNER = frozenset({"name_key", "changed_at", "created_at"})
BY_NAME = frozenset({"name_key"})


def parts(kind: RecordType, user: User, values: Mapping[str, Any]) -> list[Part]:
    """The filters of ``ListForm`` that are on, and what the user may see."""
    return [*visible_part(user), *_chosen(kind, user, values)]


def initial(kind: RecordType, user: User, text: str) -> Part | None:
    """One or two letters are a place in the alphabet; None for a longer text.

    What is a number that somebody has finds them too.
    """
    if not 0 < len(fold(text)) < WIDE_FROM:
        return None
    found = matches(text, user)
    numbers = [match.object_id for match in found if match.source == kind.key]
    return beginning("name_key", spellings(text), numbers)


def _chosen(kind: RecordType, user: User, values: Mapping[str, Any]) -> Iterator[Part]:
    if owner := values.get("owner"):
        yield equal("owner_id", _owner(owner, user), OF_OWNER)
    if country := values.get("country"):
        yield equal("country", country, BY_NAME)
    organisation = values.get("organisation")
    if organisation and kind.model is Contact:
        yield equal("organisation_id", organisation.pk, BY_NAME)
    if city := fold(values.get("city") or ""):
        yield beginning("city_key", [city])
    first, last = values.get("created_from"), values.get("created_to")
    if first or last:
        yield period("created_at", first, last)


def _owner(owner: str, user: User) -> int | None:
    if owner == NOBODY:
        return None
    return user.pk if owner == ME else int(owner)


def equal(column: str, value: Any, orders: frozenset[str]) -> Part:
    """Rows that have a value in a column (None for none)."""
    return Part(column, lambda rows, name: rows.filter(**{name: value}), orders)


def beginning(column: str, texts: Sequence[str], ids: Sequence[int] = ()) -> Part:
    """Rows whose column begins with one of the texts, and those of the IDs."""

    def narrow(rows: QuerySet[Any], name: str) -> QuerySet[Any]:
        condition = Q(pk__in=ids)
        for text in texts:
            condition |= begins_with(name, text)
        return rows.filter(condition)

    one_range = len(texts) == 1 and not ids
    return Part(column, narrow, frozenset({column} if one_range else ()))


def period(column: str, first: date | None, last: date | None) -> Part:
    """Rows whose time lies on a day from the first to the last, in the active zone."""
    limits = {}
    if first:
        limits["gte"] = _midnight(first)
    if last:
        limits["lt"] = _midnight(last + timedelta(days=1))

    def narrow(rows: QuerySet[Any], name: str) -> QuerySet[Any]:
        return rows.filter(**{f"{name}__{than}": at for than, at in limits.items()})

    return Part(column, narrow, frozenset({column}))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
