"""Who else has a part in a call, and who is known by which number: apps of the PBX
Manager say it through hooks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import QuerySet

from crmplus import hooks
from pbxmanager.models import Call


@dataclass(frozen=True, kw_only=True)
class CallSharing(hooks.Hook):
    """Parts in calls that rang at no phone of the user.

    ``parts(users)`` gives rows, each with its ``call``, of the parts that some users
    (ids) have, None where nobody has one. ``people(call)`` gives the users (ids) who
    have one, ``rang_for(calls)`` those for whom any of some calls (ids) popped up.
    ``in_whose_name(calls)`` names, by the ids of calls, those for whom somebody else
    dialled. ``move(old, new)`` lets a call (id) have the parts in another one that is
    joined into it.
    """

    lasts: ClassVar[bool] = True
    parts: Callable[[Collection[int]], QuerySet[Any] | None]
    people: Callable[[Call], set[int]]
    rang_for: Callable[[Collection[int]], set[int]]
    move: Callable[[int, int], object]
    in_whose_name: Callable[[Collection[int]], Mapping[int, str]]


def shares_of(users: Collection[int]) -> list[QuerySet[Any]]:
    """The parts that some users (ids) have in calls beside their own, by app."""
    parts = (hook.parts(users) for hook in hooks.registered(CallSharing))
    return [rows for rows in parts if rows is not None]


def sharers(call: Call) -> set[int]:
    """The users (ids) who have a part in a call that rang at no phone of theirs."""
    return {
        user for hook in hooks.registered(CallSharing) for user in hook.people(call)
    }


def rang_for(calls: Collection[int]) -> set[int]:
    """The users (ids) for whom any of some calls (ids) popped up that rang at no phone
    of theirs."""
    return {
        user for hook in hooks.registered(CallSharing) for user in hook.rang_for(calls)
    }


def move(old: int, new: int) -> None:
    """Let a call (id) have the parts in another one that is joined into it."""
    for hook in hooks.registered(CallSharing):
        hook.move(old, new)


def dialled_for(calls: Collection[int]) -> dict[int, str]:
    """In whose name calls (ids) were dialled, if in somebody else's: "Tom Berg for
    Karin Heiden"."""
    return {
        call: name
        for hook in hooks.registered(CallSharing)
        for call, name in hook.in_whose_name(calls).items()
    }


@dataclass(frozen=True, kw_only=True)
class KnownNumbers(hooks.Hook):
    """The internal numbers by which colleagues know people.

    ``of(users)`` gives them by the ids of users; who has none is left out.
    """

    lasts: ClassVar[bool] = True
    of: Callable[[Collection[int]], Mapping[int, str]]


def known_numbers(users: Collection[int]) -> dict[int, str]:
    """The one internal number of each of some users (ids), whatever phone rang."""
    return {
        user: number
        for hook in hooks.registered(KnownNumbers)
        for user, number in hook.of(users).items()
    }
