"""Whose calls pop up for whom else: groups for their members, bosses for deputies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from crmplus.statements import compiled
from pbxmanager.kept import Kept
from pbxmanager.models import Call, Direction, Leg, Status
from pbxmanager.workplace import rules
from pbxmanager.workplace.models import (
    CallShare,
    Deputy,
    GroupNumber,
    Membership,
    Reason,
)

POPS_UP = (Reason.GROUP, Reason.DEPUTY)


@dataclass(frozen=True, slots=True)
class Routes:
    """Which numbers are groups' (ids), and who (ids) has deputies."""

    groups: Mapping[str, frozenset[int]] = field(default_factory=dict)
    bosses: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.groups or self.bosses)

    def groups_of(self, legs: Collection[Part]) -> set[int]:
        """The groups (ids) at whose numbers some legs are."""
        return {group for leg in legs for group in self.groups.get(leg.extension, ())}

    def bosses_of(self, legs: Collection[Part]) -> set[int]:
        """The users (ids) with deputies who are called."""
        called = {leg.user for leg in legs if leg.direction != Direction.OUTBOUND}
        return {user for user in called if user in self.bosses}


class Part(NamedTuple):
    """A leg, as far as it matters here."""

    extension: str
    user: int | None
    direction: str
    connected_at: datetime | None


class Candidate(NamedTuple):
    """Somebody who may get a call of a group's or of a boss's (ids)."""

    user: int
    shift: rules.Shift
    is_signed_in: bool
    group: int | None = None
    needs_sign_in: bool = True
    boss: int | None = None

    def gets(self, now: datetime) -> bool:
        """Whether it pops up for them."""
        if self.boss is not None:
            return rules.gets_bosses_call(
                self.shift, now, is_signed_in=self.is_signed_in
            )
        return rules.gets_group_call(
            self.shift,
            now,
            needs_sign_in=self.needs_sign_in,
            is_signed_in=self.is_signed_in,
        )


def _read() -> Routes:
    groups: dict[str, set[int]] = defaultdict(set)
    rows = GroupNumber.objects.filter(group__deleted_at=None).order_by()
    for number, group in rows.values_list("number", "group_id"):
        groups[number].add(group)
    return Routes(
        {number: frozenset(those) for number, those in groups.items()},
        frozenset(Deputy.objects.values_list("boss_id", flat=True)),
    )


# Most have neither groups nor deputies: their calls ask the database nothing more.
routes: Kept[Routes] = Kept(_read)
any_shares: Kept[bool] = Kept(CallShare.objects.exists)


def forget(**signal: Any) -> None:
    """Read both anew, now and once what is being changed is committed."""
    for kept in (routes, any_shares):
        kept.forget()
        if connection.in_atomic_block:
            transaction.on_commit(kept.forget)


@compiled
def _legs(call: int) -> QuerySet[Leg, tuple[Any, ...]]:
    rows = Leg.objects.filter(call=call)
    return rows.values_list("extension", "user_id", "direction", "connected_at")


def parts_of(call: Call) -> list[Part]:
    """The legs of a call; one query."""
    return [Part(*row) for row in _legs(call=call.pk)]


def grant(call: Call, now: datetime) -> set[int]:
    """Give a call that rings to all for whom it pops up; who (ids) got it just now.

    One query where it is neither a group's nor somebody's who has deputies.
    """
    known = routes()
    legs = parts_of(call)
    groups, bosses = known.groups_of(legs), known.bosses_of(legs)
    if not groups and not bosses:
        return set()
    had = {leg.user for leg in legs} | {call.clicked_by_id}
    had.update(CallShare.objects.filter(call=call).values_list("user_id", flat=True))
    new: dict[int, Candidate] = {}
    for one in _candidates(groups, bosses):
        if one.user not in had and one.gets(now):
            new.setdefault(one.user, one)
    if new:
        _give(call, new)
    return set(new)


def _give(call: Call, new: Mapping[int, Candidate]) -> None:
    shares = [
        CallShare(
            call=call,
            user_id=user,
            reason=Reason.GROUP if one.boss is None else Reason.DEPUTY,
            group_id=one.group,
            boss_id=one.boss,
        )
        for user, one in new.items()
    ]
    # Two events of one call at once, in two servers: the first one counts.
    CallShare.objects.bulk_create(shares, ignore_conflicts=True)
    any_shares.forget()


SHIFT = ("status", "since", "until")


def _shift(status: str | None, since: Any, until: Any) -> rules.Shift:
    return rules.Shift(rules.Status(status), since, until) if status else rules.Shift()


def _candidates(groups: set[int], bosses: set[int]) -> Iterator[Candidate]:
    """Deputies first: "for Karin Heiden" says more than the name of a group."""
    if bosses:
        rows = Deputy.objects.filter(
            boss__in=bosses, is_signed_in=True, assistant__is_active=True
        )
        states = [f"assistant__workplace__{name}" for name in SHIFT]
        for user, boss, *state in rows.order_by("pk").values_list(
            "assistant_id", "boss_id", *states
        ):
            yield Candidate(user, _shift(*state), is_signed_in=True, boss=boss)
    if groups:
        members = Membership.objects.filter(group__in=groups, user__is_active=True)
        states = [f"user__workplace__{name}" for name in SHIFT]
        for user, group, signed_in, needs, *state in members.order_by("pk").values_list(
            "user_id", "group_id", "is_signed_in", "group__needs_sign_in", *states
        ):
            yield Candidate(user, _shift(*state), signed_in, group, needs)


def waiting_for(user: int) -> list[Call]:
    """The calls that ring just now for groups or bosses of a user (id)."""
    if not routes():
        return []
    numbers = GroupNumber.objects.filter(
        group__memberships__user=user, group__deleted_at=None
    )
    bosses = Deputy.objects.filter(assistant=user, is_signed_in=True)
    called = Q(user__in=bosses.values("boss")) & ~Q(direction=Direction.OUTBOUND)
    legs = Leg.objects.filter(
        Q(extension__in=numbers.order_by().values("number")) | called,
        call=OuterRef("pk"),
        over_at=None,
    )
    # Only calls that run have a time at which they are given up, and an index on it.
    running = Call.objects.filter(overdue_at__isnull=False, status=Status.RINGING)
    return list(running.filter(Exists(legs)).order_by("pk"))


@compiled
def _people(call: int) -> QuerySet[CallShare, tuple[int]]:
    rows = CallShare.objects.filter(call=call, reason__in=POPS_UP)
    return rows.values_list("user_id")


def people(call: Call) -> set[int]:
    """For whom (ids) a call pops up that rang at no phone of theirs."""
    return {user for (user,) in _people(call=call.pk)} if any_shares() else set()


def rang_for(calls: Collection[int]) -> set[int]:
    """For whom (ids) any of some calls (ids) popped up; one query at most."""
    if not any_shares():
        return set()
    rows = CallShare.objects.filter(call__in=calls, reason__in=POPS_UP)
    return set(rows.order_by().values_list("user_id", flat=True))


def move(old: int, new: int) -> None:
    """Let a call (id) have the parts in another one that is joined into it.

    Who has a part in both keeps the one they have.
    """
    if any_shares():
        known = CallShare.objects.filter(call=new).values("user")
        CallShare.objects.filter(call=old).exclude(user__in=known).update(call=new)


def parts(users: Collection[int]) -> QuerySet[CallShare] | None:
    """The parts that some users (ids) have in calls without a phone of theirs."""
    return CallShare.objects.filter(user__in=users) if any_shares() else None


def popped_up_for(user: int) -> Q | None:
    """Of those the ones that pop up for them."""
    if not any_shares():
        return None
    shares = CallShare.objects.filter(
        call=OuterRef("pk"), user=user, reason__in=POPS_UP
    )
    return Q(Exists(shares))


def share_of(call: Call, user: int) -> CallShare | None:
    """Why a call pops up for a user (id) at whose phones it did not ring."""
    if not any_shares():
        return None
    rows = CallShare.objects.filter(call=call, user=user, reason__in=POPS_UP)
    return rows.select_related("boss", "group").first()
