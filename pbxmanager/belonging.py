"""Which calls belong to a record.

A call belongs to the record that was chosen for it, else to the one that was chosen
for its number, else to the only one that has its number. Of the others that have the
number it is a possible call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from crmplus import hooks
from crmplus.phonebook.find import find_many
from pbxmanager.models import Call
from pbxmanager.parties import Reference, numbers_of, owner, reference

if TYPE_CHECKING:
    from crmplus.accounts.models import User


@dataclass(frozen=True)
class Belonging:
    """The calls of one record.

    ``numbers`` are all its numbers as calls have them in ``party``, ``owned`` those
    whose calls belong to it.
    """

    record: Reference
    numbers: frozenset[str]
    owned: frozenset[str]

    @property
    def possible(self) -> Q:
        """All its calls: certain and possible ones."""
        return self._chosen | Q(party__in=self.numbers)

    @property
    def certain(self) -> Q:
        """The calls that belong to it."""
        return self._chosen | Q(chosen_source="", party__in=self.owned)

    def owns(self, call: Call) -> bool:
        """Whether a call belongs to it."""
        if call.chosen_source:
            return (call.chosen_source, call.chosen_id) == self.record
        return call.party in self.owned

    @property
    def _chosen(self) -> Q:
        source, object_id = self.record
        return Q(chosen_source=source, chosen_id=object_id)


def belonging_to(source: hooks.PhoneSource, record: Any, user: User) -> Belonging:
    """The calls of a record, as a user may know them; costs one look-up."""
    own = (source.key, record.pk)
    found = find_many(numbers_of(source, record), user)
    return Belonging(
        record=own,
        numbers=frozenset(found),
        owned=frozenset(
            number
            for number, matches in found.items()
            if reference(owner(matches)) == own
        ),
    )
