"""Records whose number begins with what somebody has typed so far."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from crmplus.phonebook.choices import Reference
from crmplus.phonebook.models import unpack
from crmplus.phonebook.normalise import NumberPlan
from crmplus.phonebook.patterns import home_of
from crmplus.phonebook.plan import number_plan
from crmplus.phonebook.records import Record, load
from crmplus.phonebook.rows import TABLE
from crmplus.phonebook.slots import name_of

SHORTEST: Final = 4  # digits with the country code: fewer name half a country
LONGEST: Final = 15  # ITU-T E.164, 6.1
DIGITS = re.compile(r"[0-9]+")
WRITTEN = re.compile(r"\+?[0-9 ()/.\-\u2010-\u2015]+\Z")
# As the index of numbers holds no names, hidden records are found too and left out.
SPARE: Final = 4


@dataclass(frozen=True, slots=True)
class Typed:
    """A record, and the number of it that begins so (E.164)."""

    record: Record
    e164: str


def find_typed(text: str, user: Any, limit: int) -> list[Typed]:
    """At most ``limit`` records that have a number beginning as typed.

    What is typed may be in any notation that begins like the number: +49 30,
    0049 30, 030, or without the area code where the installation has one of its own.
    """
    ranges = list(_ranges(beginnings(text, number_plan())))
    if not ranges:
        return []
    hits = _hits(ranges, limit * SPARE)
    records = load({reference for reference, _number in hits}, user)
    shown: dict[Reference, Typed] = {}
    for reference, e164 in hits:
        if record := records.get(reference):
            shown.setdefault(reference, Typed(record, f"+{e164}"))
    return list(shown.values())[:limit]


def beginnings(text: str, plan: NumberPlan) -> set[str]:
    """How E.164 numbers may begin (digits without plus) that are typed so."""
    written = text.strip()
    if not WRITTEN.match(written):
        return set()
    digits = "".join(DIGITS.findall(written))
    found = {digits} if written.startswith("+") else _dialled(digits, plan)
    return {one for one in found if SHORTEST <= len(one) <= LONGEST}


def _dialled(digits: str, plan: NumberPlan) -> set[str]:
    home = home_of(plan.region)
    if home is None:
        return {digits}
    if abroad := home.international_prefix.match(digits):
        return {digits[abroad.end() :]}
    if home.trunk and digits.startswith(home.trunk):
        return {home.code + digits[len(home.trunk) :]}
    found = {digits} if plan.bare_international or not home.trunk else set()
    if not home.trunk:
        found.add(home.code + digits)
    if plan.area_code:
        area = plan.area_code.lstrip("+").removeprefix(home.trunk)
        code = "" if plan.area_code.startswith("+") else home.code
        found.add(code + area + digits)
    return found


def _ranges(found: set[str]) -> Iterator[tuple[int, int]]:
    """The numbers of each length that begin so, as ranges of the index."""
    for one in sorted(found):
        for more in range(LONGEST - len(one) + 1):
            low = int(one) * 10**more
            yield low, low + 10**more - 1


def _hits(ranges: Sequence[tuple[int, int]], limit: int) -> list[tuple[Reference, int]]:
    """The records behind the first numbers of each range."""
    # Of each range by itself, in the order of its index: together they would be sorted.
    probe = f"SELECT * FROM (SELECT ref, e164 FROM {TABLE} "  # noqa: S608
    probe += "WHERE e164 BETWEEN %s AND %s ORDER BY e164 LIMIT %s) AS part"
    asked = [value for low, high in ranges for value in (low, high, limit)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([probe] * len(ranges)), asked)
        rows = cursor.fetchall()
    unpacked = ((unpack(ref), e164) for ref, e164 in rows)
    return [
        ((name[0], object_id), e164)
        for (object_id, slot, trunk), e164 in unpacked
        if not trunk and (name := name_of(slot))
    ]
