"""Finding calls by a number in any notation, or by a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import QuerySet

from crmplus import hooks
from crmplus.phonebook.normalise import NumberKind, normalise
from crmplus.phonebook.plan import number_plan
from pbxmanager.models import Call
from pbxmanager.parties import numbers_of
from pbxmanager.visibility import visible_for_lists

if TYPE_CHECKING:
    from crmplus.accounts.models import User

NUMBERS: Final = frozenset(
    {NumberKind.E164, NumberKind.INTERNAL, NumberKind.FEATURE, NumberKind.AMBIGUOUS}
)
SHORTEST_NUMBER = 3
SHORTEST_NAME = 2
RECORDS_PER_TYPE = 25
# A name that only a phone told stands in no index; it is looked for where it is
# likely to be, so that the search costs the same with a million calls.
NEWEST = 5_000
MANY = 200


def search(calls: QuerySet[Call], text: str, user: User) -> QuerySet[Call]:
    """Those of the calls whose other party a text names: by number or by name."""
    return calls.filter(party__in=numbers_searched(text, user))


def numbers_searched(text: str, user: User) -> set[str]:
    """The numbers (as in ``party``) that a text names: it is one, or a name."""
    number = normalise(text, number_plan())
    if number.kind in NUMBERS or _is_digits(text):
        return {number.key}
    return numbers_named(text.strip(), user)


def numbers_named(name: str, user: User) -> set[str]:
    """Numbers (as in ``party``) of whom a name may mean.

    These are the numbers of records that are found by that name, and those that a
    phone called so in one of the newest calls.
    """
    if len(name) < SHORTEST_NAME:
        return set()
    return _of_records(name, user) | _as_told(name, user)


def _is_digits(text: str) -> bool:
    digits = sum(character.isdigit() for character in text)
    return digits >= SHORTEST_NUMBER and not any(map(str.isalpha, text))


def _of_records(name: str, user: User) -> set[str]:
    return {
        number.key
        for source in hooks.registered(hooks.PhoneSource)
        if source.search
        for record in source.search(user, name, RECORDS_PER_TYPE)
        for number in numbers_of(source, record)
    }


def _as_told(name: str, user: User) -> set[str]:
    newest = (
        visible_for_lists(user).order_by("-started_at", "-pk").values("pk")[:NEWEST]
    )
    told = Call.objects.filter(pk__in=newest, name__icontains=name).exclude(party="")
    return set(told.order_by().values_list("party", flat=True).distinct()[:MANY])
