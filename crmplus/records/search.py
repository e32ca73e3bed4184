"""Finding records: by name, organisation, e-mail, or a number in any notation.

Only beginnings are looked for, so that an index answers: of the name, of the name
the other way round, of the e-mail, of the company. Each index gives a bounded number
of hits, for a first name may be that of a tenth of a million people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet, prefetch_related_objects

from crmplus.phonebook.find import Match, find
from crmplus.phonebook.normalise import NumberKind, normalise
from crmplus.phonebook.plan import number_plan
from crmplus.records.fields import begins_with
from crmplus.records.keys import fold, spellings
from crmplus.records.models import Organisation, Record
from crmplus.records.numbers import NumberField, with_main_numbers
from crmplus.records.types import CONTACTS, ORGANISATIONS, TYPES, RecordType
from crmplus.records.visible import visible_to

if TYPE_CHECKING:
    from crmplus.accounts.models import User

GROUP_SIZE = 8
# One or two letters are found at the beginning of what lists sort by alone: the place
# in the alphabet, one range of its index.
WIDE_FROM = 3
MANY = 500
SHORTEST_NUMBER = 3
NUMBERS = frozenset({NumberKind.E164, NumberKind.INTERNAL, NumberKind.AMBIGUOUS})


@dataclass(frozen=True)
class Found:
    """Rows that a text finds; ``cut`` if there are more than one wants to read."""

    rows: QuerySet[Record]
    cut: bool = False


@dataclass(frozen=True)
class Group:
    """What the global search found of one kind: the first records, with numbers."""

    kind: RecordType
    rows: list[tuple[Record, NumberField | None]]
    more: bool


def is_number(text: str) -> bool:
    """Is it a phone number that one may look up, in whatever notation?"""
    if normalise(text, number_plan()).kind in NUMBERS:
        return True
    digits = sum(character.isdigit() for character in text)
    return digits >= SHORTEST_NUMBER and not any(map(str.isalpha, text))


def matches(text: str, user: User) -> list[Match]:
    """Who has the number that the text is; nobody if it is none."""
    return find(text, user) if is_number(text) else []


def search(
    kind: RecordType, rows: QuerySet[Record], text: str, user: User
) -> QuerySet[Record]:
    """Those of the rows of one kind that a text finds, at most a few thousand."""
    return narrowed(kind, rows, text, user).rows


def narrowed(kind: RecordType, rows: QuerySet[Record], text: str, user: User) -> Found:
    """As ``search``, and whether that is all."""
    numbers = [match for match in matches(text, user) if match.source == kind.key]
    condition = Q(pk__in=[match.object_id for match in numbers])
    if len(fold(text)) < WIDE_FROM:
        for name in spellings(text):
            condition |= begins_with("name_key", name)
        return Found(rows.filter(condition))
    hits = [_keys(rows.filter(probe)) for probe in _probes(kind, text)]
    condition |= Q(pk__in=set().union(*hits))
    return Found(rows.filter(condition), cut=any(len(keys) == MANY for keys in hits))


def _keys(rows: QuerySet[Record] | QuerySet[Organisation]) -> list[int]:
    return list(rows.order_by().values_list("pk", flat=True)[:MANY])


def _probes(kind: RecordType, text: str) -> Iterator[Q]:
    for column, beginning in _beginnings(kind, text):
        yield begins_with(column, beginning)
    if kind is CONTACTS:
        probes = _probes(ORGANISATIONS, text)
        hits = [_keys(Organisation.objects.filter(probe)) for probe in probes]
        yield Q(organisation__in=set().union(*hits))


def _beginnings(kind: RecordType, text: str) -> Iterator[tuple[str, str]]:
    """The columns to look into, best first, each with what to look for."""
    for column in kind.searched:
        for name in spellings(text):
            yield column, name
    yield "email", text.strip().lower()


def search_everywhere(text: str, user: User, size: int = GROUP_SIZE) -> list[Group]:
    """The first records of each kind that a user sees and whose name, company or e-mail
    begins so.

    Each kind costs a few probes of an index, however many records there are.
    """
    groups = (_group(kind, text, user, size) for kind in TYPES.values())
    return [group for group in groups if group.rows]


def _group(kind: RecordType, text: str, user: User, size: int) -> Group:
    found = first_records(kind, text, user, size + 1)
    return Group(kind, with_main_numbers(found[:size]), len(found) > size)


def first_records(kind: RecordType, text: str, user: User, limit: int) -> list[Record]:
    """The first records of a kind that a user sees and whose name, company or e-mail
    begins so.
    """
    if not text.strip():
        return []
    rows = visible_to(kind, user)
    found = list(islice(_unique(_first_hits(kind, rows, text, limit)), limit))
    prefetch_related_objects(found, *kind.related)
    return found


def _first_hits(
    kind: RecordType, rows: QuerySet[Record], text: str, limit: int
) -> Iterator[Record]:
    """Hits of one index after the other, each in its order; some come twice."""
    for column, beginning in _beginnings(kind, text):
        hits = rows.filter(begins_with(column, beginning))
        yield from hits.order_by(column, "pk")[:limit]


def _unique(records: Iterable[Record]) -> Iterator[Record]:
    seen = set()
    for record in records:
        if record.pk not in seen:
            seen.add(record.pk)
            yield record
