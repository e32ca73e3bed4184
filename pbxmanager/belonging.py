"""Which calls belong to a record.

A call belongs to the record that was chosen for it, else to the one that was chosen
for its number, else to the only one that has its number. Of the others that have the
number it is a possible call. The calls of an organisation's people are its own, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from crmplus import hooks
from crmplus.phonebook.find import find_many
from crmplus.phonebook.members import with_members
from pbxmanager.models import Call
from pbxmanager.parties import Reference, numbers_of, owner, reference

if TYPE_CHECKING:
    from crmplus.accounts.models import User


@dataclass(frozen=True)
class Belonging:
    """The calls of one record and of those that belong to it.

    ``names`` has the titles of these, "" for the record itself. ``numbers`` are all
    their numbers as calls have them in ``party``, ``owned`` those whose calls belong
    to one of them, with that one.
    """

    names: Mapping[Reference, str]
    numbers: frozenset[str]
    owned: Mapping[str, Reference]

    @property
    def possible(self) -> Q:
        """All calls: certain and possible ones."""
        return self._chosen | Q(party__in=self.numbers)

    @property
    def certain(self) -> Q:
        """The calls that belong to the record."""
        return self._chosen | Q(chosen_source="", party__in=list(self.owned))

    def owns(self, call: Call) -> bool:
        """Whether a call belongs to the record."""
        return self._owner(call) is not None

    def member(self, call: Call) -> str:
        """The name of the member that a call was with, "" for the record itself."""
        found = self._owner(call)
        return self.names[found] if found else ""

    def _owner(self, call: Call) -> Reference | None:
        if call.chosen_source and call.chosen_id is not None:
            chosen = (call.chosen_source, call.chosen_id)
            return chosen if chosen in self.names else None
        return self.owned.get(call.party)

    @property
    def _chosen(self) -> Q:
        by_source: dict[str, list[int]] = defaultdict(list)
        for source, object_id in self.names:
            by_source[source].append(object_id)
        found = Q()
        for source, ids in by_source.items():
            found |= Q(chosen_source=source, chosen_id__in=ids)
        return found


def belonging_to(source: hooks.PhoneSource, record: Any, user: User) -> Belonging:
    """The calls of a record, as a user may know them.

    It costs one look-up of all its people's numbers; the panel and the timeline of a
    page ask for it with the same record, and share it.
    """
    known: dict[int, Belonging] = record.__dict__.setdefault("_belonging", {})
    if user.pk not in known:
        known[user.pk] = _belonging_to(source, record, user)
    return known[user.pk]


def _belonging_to(source: hooks.PhoneSource, record: Any, user: User) -> Belonging:
    everybody = with_members(source, record, user)
    own = (source.key, record.pk)
    names = {(one.key, who.pk): one.title(who) for one, who in everybody} | {own: ""}
    numbers = [number for one, who in everybody for number in numbers_of(one, who)]
    found = find_many(numbers, user)
    owners = {number: reference(owner(matches)) for number, matches in found.items()}
    return Belonging(
        names=names,
        numbers=frozenset(found),
        owned={
            number: whose
            for number, whose in owners.items()
            if whose is not None and whose in names
        },
    )
