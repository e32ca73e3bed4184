"""Who has a number: exact matches, the company behind it, a colleague.

However many records have a number, a look-up takes one query of the index, one per
kind of record that was hit, and one for the choices where there are several.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from crmplus import hooks
from crmplus.hooks import PhoneSource
from crmplus.phonebook import numbering
from crmplus.phonebook.choices import Reference, choices
from crmplus.phonebook.models import unpack
from crmplus.phonebook.normalise import Number, NumberKind, NumberPlan, normalise
from crmplus.phonebook.plan import is_own, number_plan
from crmplus.phonebook.records import Record, load
from crmplus.phonebook.rows import TABLE
from crmplus.phonebook.slots import name_of

MAX_HITS = 50
MAX_ROWS = 200  # per number: a switchboard may stand in thousands of records
MIN_NATIONAL = 5  # digits that a head number has without its country code
EXACT, COMPANY, COLLEAGUE = "exact", "company", "colleague"
RANK = {EXACT: 0, COLLEAGUE: 1, COMPANY: 2}
BY_NUMBER = f"SELECT ref, e164, NULL FROM {TABLE} WHERE e164 IN "  # noqa: S608
BY_TEXT = f"SELECT ref, NULL, value FROM {TABLE} WHERE value IN "  # noqa: S608
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match(Record):
    """A record that has a number, or a colleague (then ``object_id`` is 0).

    ``kind`` is ``exact``, ``company`` (behind the same switchboard: a guess) or
    ``colleague``. ``field`` names the field that matched. ``chosen`` says that an
    agent chose this record among several. ``last_contact`` is in UTC, None if
    nothing is known of one.
    """

    kind: str
    field: str = ""
    field_label: str = ""
    chosen: bool = False
    last_contact: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Hit:
    reference: Reference
    field: str
    kind: str


def find(number: str | Number, user: Any = None) -> list[Match]:
    """All records that have a number, best first, at most 50.

    ``user`` leaves out what that user may not see; None sees everything.
    """
    plan = number_plan()
    read = normalise(number, plan) if isinstance(number, str) else number
    return _find([read], user, plan)[read.key]


def find_many(
    numbers: Iterable[str | Number], user: Any = None
) -> dict[str, list[Match]]:
    """What ``find`` gives for each number, by ``Number.key``, in as few queries."""
    plan = number_plan()
    return _find(
        [normalise(one, plan) if isinstance(one, str) else one for one in numbers],
        user,
        plan,
    )


def _find(
    numbers: Sequence[Number], user: Any, plan: NumberPlan
) -> dict[str, list[Match]]:
    asked = {one.key: one for one in numbers if one.key and not is_own(one, plan)}
    hits = _hits(asked)
    records = load({hit.reference for found in hits.values() for hit in found}, user)
    contacts = _last_contacts(list(records))
    several = [one.e164 for key, one in asked.items() if len(hits[key]) > 1]
    chosen = choices(several)
    colleagues = _colleagues(asked.values())
    sources = {one.key: one for one in hooks.registered(PhoneSource)}
    result: dict[str, list[Match]] = {one.key: [] for one in numbers}
    for key in asked:
        matches = [
            _match(hit, record, sources[record.source], chosen.get(key), contacts)
            for hit in hits[key]
            if (record := records.get(hit.reference))
        ]
        result[key] = sorted(matches + colleagues.get(key, []), key=_rank)[:MAX_HITS]
    return result


def _hits(asked: Mapping[str, Number]) -> dict[str, list[_Hit]]:
    """The index rows of each number, one hit per record."""
    probes = {key: _probes(number) for key, number in asked.items()}
    wanted = {e164 for some in probes.values() for e164 in some}
    texts = [key for key, number in asked.items() if not number.e164]
    by_number: dict[int | str | None, list[tuple[int, int, bool]]] = {}
    for ref, e164, value in _rows(wanted, texts):
        by_number.setdefault(value or e164, []).append(unpack(ref))
    return {
        key: list(_number_hits(number, probes[key], by_number).values())
        for key, number in asked.items()
    }


def _rows(wanted: set[int], texts: list[str]) -> list[tuple[Any, ...]]:
    asked: list[int | str] = [*wanted, *texts]
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(probe_sql(len(wanted), len(texts)), asked)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def probe_sql(numbers: int, texts: int) -> str:
    """The query for so many numbers and texts: rows of ``ref``, ``e164``, ``value``.

    Written out: the ORM takes ten times as long as the database. It asks for no more
    than the index over the numbers holds, and for no order, which could lure the
    planner off that index.
    """
    parts = []
    if numbers:
        parts.append(BY_NUMBER + _marks(numbers))
    if texts:
        parts.append(BY_TEXT + _marks(texts))
    return f"{' UNION ALL '.join(parts)} LIMIT {MAX_ROWS * (numbers + texts)}"


def _marks(count: int) -> str:
    return f"({', '.join(['%s'] * count)})"


def _probes(number: Number) -> list[int]:
    """The number itself, then its beginnings down to five national digits."""
    if not number.e164:
        return []
    digits = number.e164[1:]
    shortest = len(numbering.country_code(digits)) + MIN_NATIONAL
    return [int(digits[:end]) for end in range(len(digits), shortest - 1, -1)]


def _number_hits(
    number: Number,
    probes: list[int],
    rows: Mapping[int | str | None, list[tuple[int, int, bool]]],
) -> dict[Reference, _Hit]:
    exact = rows.get(probes[0] if probes else number.key, [])
    hits = {
        hit.reference: hit
        # From the last field to the first: the first one names the match.
        for row in sorted(exact, reverse=True)
        if not row[2] and (hit := _hit(row, EXACT))
    }
    for probe in probes[1:]:
        heads = [row for row in rows.get(probe, []) if row[2]]
        for hit in filter(None, (_hit(row, COMPANY) for row in sorted(heads))):
            hits.setdefault(hit.reference, hit)
        if heads:  # the longest beginning is the nearest switchboard
            break
    return hits


def _hit(row: tuple[int, int, bool], kind: str) -> _Hit | None:
    name = name_of(row[1])
    return _Hit((name[0], row[0]), name[1], kind) if name else None


def _match(
    hit: _Hit,
    record: Record,
    source: PhoneSource,
    chosen: Reference | None,
    contacts: Mapping[Reference, datetime],
) -> Match:
    return Match(
        **record.as_fields(),
        kind=hit.kind,
        field=hit.field,
        field_label=str(source.fields.get(hit.field, "")),
        chosen=hit.reference == chosen,
        last_contact=contacts.get(hit.reference),
    )


def _last_contacts(references: list[Reference]) -> dict[Reference, datetime]:
    latest: dict[Reference, datetime] = {}
    for hook in hooks.registered(hooks.LastContact) if references else ():
        for reference, at in hook.of(references).items():
            latest[reference] = max(at, latest.get(reference, at))
    return latest


def _colleagues(numbers: Iterable[Number]) -> dict[str, list[Match]]:
    internal = [one.key for one in numbers if one.kind is NumberKind.INTERNAL]
    found: dict[str, list[Match]] = {}
    for hook in hooks.registered(hooks.Colleagues) if internal else ():
        for number, names in hook.find(internal).items():
            found.setdefault(number, []).extend(map(_colleague, names))
    return found


def _colleague(name: str) -> Match:
    return Match(source=COLLEAGUE, object_id=0, title=name, icon="user", kind=COLLEAGUE)


def _rank(match: Match) -> tuple[Any, ...]:
    at = match.last_contact or NEVER
    ago = (datetime.max.replace(tzinfo=UTC) - at).total_seconds()
    return (
        # What an agent chose stands first, even if it was the company's.
        not match.chosen,
        RANK[match.kind],
        match.order,
        ago,
        match.title.casefold(),
        match.object_id,
    )
