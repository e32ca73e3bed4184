"""Which records of a kind have a number in common."""

from __future__ import annotations

from collections import defaultdict

from crmplus.phonebook.index import source_of
from crmplus.phonebook.models import PhoneIndex, unpack
from crmplus.phonebook.rows import refs_of
from crmplus.phonebook.slots import slots_of

ROWS = 50  # per number: a switchboard may stand in thousands of records


def sharing(source_key: str, object_id: int, most: int) -> set[int]:
    """The other records of its kind that have a number of a record.

    A number that more than ``most`` others have is left out: it is no person's own.
    Costs two queries of the index, and one more for each further number.
    """
    source = source_of(source_key)
    own = {ref for ref in refs_of(source, [object_id]) if not ref & 1}
    rows = PhoneIndex.objects.filter(ref__in=own, e164__isnull=False)
    slots = set(slots_of(source).values())
    shared: dict[int, set[int]] = defaultdict(set)
    for number in set(rows.values_list("e164", flat=True)):
        found = PhoneIndex.objects.filter(e164=number).values_list("ref", flat=True)
        for ref in found[:ROWS]:
            other, slot, trunk = unpack(ref)
            if not trunk and slot in slots and other != object_id:
                shared[number or 0].add(other)
    few = (others for others in shared.values() if len(others) <= most)
    return {other for others in few for other in others}
