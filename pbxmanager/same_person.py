"""The other numbers of whom a number belongs to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db.models import Q

from crmplus.phonebook.find import find_many
from crmplus.phonebook.models import SLOT_BITS, PhoneIndex, unpack
from crmplus.phonebook.slots import name_of
from pbxmanager.parties import Reference, owner, reference

MOST: int = 20  # numbers that one record has, beyond which it is no person


def same_person(parties: Collection[str]) -> Mapping[str, frozenset[str]]:
    """For each number (as in ``Call.party``) the others of the same record.

    Only numbers that belong to that record alone, or for which it was chosen: who
    calls a head number is anybody. Numbers of nobody known are left out. The number
    of queries does not depend on how many there are.
    """
    owners = _owners(parties)
    if not owners:
        return {}
    numbers = _numbers(set(owners.values()))
    owned = _owners({number for some in numbers.values() for number in some})
    return {
        party: frozenset(
            number
            for number in numbers[record]
            if number != party and owned.get(number) == record
        )
        for party, record in owners.items()
    }


def _owners(parties: Collection[str]) -> dict[str, Reference]:
    found = find_many(sorted(parties)) if parties else {}
    return {
        party: record
        for party, matches in found.items()
        if (record := reference(owner(matches)))
    }


def _numbers(records: Iterable[Reference]) -> Mapping[Reference, list[str]]:
    """The numbers of records that the index knows, without head numbers."""
    wanted = set(records)
    found: dict[Reference, list[str]] = defaultdict(list)
    beside = Q()
    for _source, pk in wanted:
        beside |= Q(ref__gte=pk << SLOT_BITS, ref__lt=pk + 1 << SLOT_BITS)
    rows = PhoneIndex.objects.filter(beside).values_list("ref", "e164", "value")
    for ref, e164, value in rows:
        pk, slot, is_trunk = unpack(ref)
        name = name_of(slot)
        if name and not is_trunk and (name[0], pk) in wanted:
            found[name[0], pk].append(f"+{e164}" if e164 else value or "")
    return {record: numbers[:MOST] for record, numbers in found.items()} | {
        record: [] for record in wanted - found.keys()
    }
