"""Who the other party of a call is: the calls' side of the phonebook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from crmplus import hooks
from crmplus.phonebook import display
from crmplus.phonebook.find import COMPANY, EXACT, Match, find_many
from crmplus.phonebook.normalise import Number, NumberKind, normalise
from crmplus.phonebook.plan import is_own, number_plan
from crmplus.phonebook.records import Record, resolve_many
from pbxmanager.models import Call

if TYPE_CHECKING:
    from crmplus.accounts.models import User

Reference = tuple[str, int]


@dataclass(frozen=True)
class Party:
    """The other party of a call, as far as a user may know it.

    ``matches`` are all that have the number, the best first; ``chosen`` is the record
    that was chosen for this very call, which may have lost the number since.
    ``name`` is what the phone called the party, ``number`` E.164, else the digits, ""
    for nobody; ``shown`` is the number for people, or what stands for it.
    """

    matches: Sequence[Match] = ()
    chosen: Record | None = None
    name: str = ""
    number: str = ""
    e164: str = ""
    shown: str = ""

    @property
    def is_nobody(self) -> bool:
        """The caller did not show a number."""
        return not self.number

    @property
    def best(self) -> Record | None:
        """What to show where there is room for one."""
        return self.chosen or next(iter(self.matches), None)

    @property
    def is_guess(self) -> bool:
        """Only the company is known, by the beginning of the number."""
        best = self.best
        return isinstance(best, Match) and best.kind == COMPANY

    @property
    def owner(self) -> Record | None:
        """The record that the call belongs to, if that is decided."""
        return self.chosen or owner(self.matches)

    @property
    def others(self) -> int:
        """How many more have that very number, beside the best."""
        rest = [one for one in self.matches if one.kind != COMPANY]
        return len([one for one in rest if reference(one) != reference(self.best)])

    @property
    def region(self) -> str:
        """The number's country, ISO 3166-1 alpha-2; "" if it has none."""
        return display.region(self.e164) if self.e164 else ""

    @property
    def title(self) -> str:
        """A name for the party, whatever is known of it; never empty."""
        return self.best.title if self.best else self.name or self.shown


def parties(calls: Iterable[Call], user: User) -> dict[int, Party]:
    """The parties of calls, by the calls' primary keys.

    The number of queries does not depend on how many calls there are.
    """
    calls = list(calls)
    found = find_many([call.as_number() for call in calls if call.party], user)
    chosen = _chosen(calls, found.values(), user)
    return {
        call.pk: Party(
            matches=found.get(call.party, ()),
            chosen=chosen.get((call.chosen_source, call.chosen_id or 0)),
            name=call.name,
            number=call.party,
            e164=call.e164,
            shown=shown_number(call),
        )
        for call in calls
    }


def party_of(call: Call, user: User) -> Party:
    """The party of one call."""
    return parties([call], user)[call.pk]


def shown_number(call: Call) -> str:
    """The number of a call for people, or a word for what stands in its place."""
    if call.party:
        return display.pretty(call.party)
    if call.number_kind == NumberKind.ANONYMOUS:
        return _("Anonymous")
    return _("Number not known")


def owner(matches: Iterable[Match]) -> Match | None:
    """The record that a number's calls belong to: the chosen, else the only one."""
    exact = [one for one in matches if one.kind == EXACT]
    chosen = [one for one in exact if one.chosen]
    if chosen:
        return chosen[0]
    return exact[0] if len(exact) == 1 else None


def reference(record: Record | None) -> Reference | None:
    """What names a record anywhere."""
    return (record.source, record.object_id) if record else None


def source_of(key: str) -> hooks.PhoneSource | None:
    """The phone source of a key, None if there is none."""
    found = hooks.registered(hooks.PhoneSource)
    return next((source for source in found if source.key == key), None)


def numbers_of(source: hooks.PhoneSource, record: Any) -> list[Number]:
    """The numbers of a record, read as the phone index reads them; not our own."""
    plan = number_plan()
    read = plan.for_record(source.region(record))
    texts = (getattr(record, field) for field in source.fields)
    numbers = [normalise(text, read) for text in texts if text]
    return [one for one in numbers if one.key and not is_own(one, plan)]


def _chosen(
    calls: Sequence[Call], found: Iterable[Sequence[Match]], user: User
) -> dict[Reference, Record]:
    """The records that were chosen for calls; those found already cost no query."""
    known: dict[Reference, Record] = {
        (match.source, match.object_id): match for some in found for match in some
    }
    wanted = {
        (call.chosen_source, call.chosen_id)
        for call in calls
        if call.chosen_source and call.chosen_id is not None
    }
    return known | resolve_many(wanted - known.keys(), user)
