"""What the global search suggests while one types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from crmplus import hooks
from crmplus.phonebook.display import pretty
from crmplus.phonebook.find import Match
from crmplus.phonebook.typed import find_typed
from crmplus.records.search import matches

if TYPE_CHECKING:
    from crmplus.accounts.models import User

MOST: Final = 8
OF_A_KIND: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A record to go to; ``more`` is what made it one beside its name, a number."""

    title: str
    organisation: str
    kind: str
    icon: str
    url: str
    more: str = ""


def suggestions(text: str, user: User) -> list[Suggestion]:
    """At most eight records that the user may see and that a text begins, best first.

    Of numbers those that have the whole number, then those whose number begins so. Of
    names the best of each kind come before the second best of any.
    """
    text = text.strip()
    if not text:
        return []
    found: dict[str, Suggestion] = {}
    for one in (*_by_number(text, user), *_by_name(text, user)):
        if one.url:
            found.setdefault(one.url, one)
    return list(found.values())[:MOST]


def _by_number(text: str, user: User) -> Iterator[Suggestion]:
    for match in matches(text, user):
        yield _matching(match)
    for typed in find_typed(text, user, MOST):
        record = typed.record
        yield Suggestion(
            title=record.title,
            organisation=record.organisation,
            kind=record.type_label,
            icon=record.icon,
            url=record.url,
            more=pretty(typed.e164),
        )


def _matching(match: Match) -> Suggestion:
    return Suggestion(
        title=match.title,
        organisation=match.organisation,
        kind=match.type_label,
        icon=match.icon,
        url=match.url,
        more=match.field_label,
    )


def _by_name(text: str, user: User) -> Iterator[Suggestion]:
    sources = [one for one in hooks.registered(hooks.PhoneSource) if one.search]
    kinds = [_named(source, text, user) for source in sources]
    for rank in zip_longest(*kinds):
        yield from filter(None, rank)


def _named(source: hooks.PhoneSource, text: str, user: User) -> Iterator[Suggestion]:
    assert source.search is not None  # noqa: S101
    for record in source.search(user, text, OF_A_KIND):
        yield _suggestion(source, record)


def _suggestion(source: hooks.PhoneSource, record: Any) -> Suggestion:
    return Suggestion(
        title=source.title(record),
        organisation=source.organisation(record),
        kind=str(source.label),
        icon=source.icon,
        url=source.url(record),
    )
