"""Which records people have worked with, although no field of theirs changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from crmplus import hooks
from crmplus.batches import batches
from crmplus.records.models import Contact
from crmplus.records.types import CONTACTS, ORGANISATIONS, RecordType

SOME = 500


def used_since(
    kind: RecordType, ids: Sequence[int], since: datetime
) -> dict[int, list[str]]:
    """Those records that people have worked with since a time (UTC).

    Each with the words for what was done: what hangs on it (see ``hooks.Attached``),
    and the people of an organisation.
    """
    found: dict[int, list[str]] = {}
    for some in batches(ids, SOME):
        for label, pks in _uses(kind, some, since):
            for pk in pks:
                found.setdefault(pk, []).append(label)
    return found


def _uses(
    kind: RecordType, ids: Sequence[int], since: datetime
) -> Iterator[tuple[str, Collection[int]]]:
    for hook in hooks.registered(hooks.Attached):
        if hook.used:
            yield str(hook.label), hook.used(kind.key, ids, since)
    if kind is ORGANISATIONS:
        people = Contact.objects.filter(organisation__in=ids)
        pks = people.values_list("organisation", flat=True).distinct()
        yield str(CONTACTS.label_plural), set(pks)
