"""The presence of people, from what their phones, their pages and they say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone

from pbxmanager.models import Direction, Leg, Status
from pbxmanager.workplace import rules
from pbxmanager.workplace.models import SignOfLife, Workplace
from pbxmanager.workplace.quiet import undisturbed
from pbxmanager.workplace.rules import Facts, Presence, State

M = TypeVar("M", bound=Model)
# A page asks every two minutes for as long as it is open.
WATCHES = timedelta(minutes=5)
MANY = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """What colleagues see of a user (id).

    ``pause`` is the name of the break, "" for none; ``is_late`` says that it lasts
    longer than it should.
    """

    user: int
    presence: Presence
    pause: str = ""
    is_late: bool = False


def presences(users: Collection[int] | None, now: datetime) -> Mapping[int, Shown]:
    """The presence of some users (ids); None: of all of whom anything is known.

    Four queries, however many there are.
    """
    asked = few(users)
    places = {row.pk: row for row in _of(Workplace.objects.all(), asked)}
    signs = {row.pk: row for row in _of(SignOfLife.objects.all(), asked)}
    quiet = undisturbed(asked)
    ringing, talking = _on_the_phone(asked)
    everybody = (
        users if users is not None else {*places, *signs, *quiet, *ringing, *talking}
    )
    found = {}
    for user in everybody:
        place, sign = places.get(user), signs.get(user)
        facts = Facts(
            shift=place.shift if place else rules.Shift(),
            ringing=ringing.get(user),
            talking=talking.get(user),
            disturb=user in quiet,
            seen=sign.seen_at if sign else None,
            active=sign.active_at if sign else None,
        )
        found[user] = _shown(user, rules.presence(facts, now), place, now)
    return found


def few(users: Collection[int] | None) -> Collection[int] | None:
    """Some users (ids) to ask the database for; None, for all, where naming each of
    them would take longer than reading some more.
    """
    return None if users is None or len(users) > MANY else users


def _shown(
    user: int, presence: Presence, place: Workplace | None, now: datetime
) -> Shown:
    if presence.state is not State.PAUSE or place is None:
        return Shown(user, presence)
    late = place.until is not None and place.until <= now
    return Shown(user, presence, place.pause.name if place.pause else "", late)


def _of(rows: QuerySet[M], users: Collection[int] | None) -> QuerySet[M]:
    if rows.model is Workplace:
        rows = rows.select_related("pause")
    return rows if users is None else rows.filter(pk__in=users)


def _on_the_phone(
    users: Collection[int] | None,
) -> tuple[dict[int, datetime], dict[int, datetime]]:
    """Since when phones of users (ids) ring, and since when they are talked on.

    Only calls that run have a time at which they are given up, and an index on it.
    """
    legs = Leg.objects.filter(
        call__overdue_at__gt=timezone.now(),
        call__deleted_at=None,
        over_at=None,
        user__isnull=False,
    )
    if users is not None:
        legs = legs.filter(user__in=users)
    ringing: dict[int, datetime] = {}
    talking: dict[int, datetime] = {}
    rows = legs.values_list(
        "user_id", "direction", "first_at", "rang_at", "connected_at", "call__status"
    )
    for user, direction, first, rang, connected, status in rows:
        if connected or direction == Direction.OUTBOUND:
            _earliest(talking, user, connected or rang or first)
        elif status == Status.RINGING:
            _earliest(ringing, user, rang or first)
    return ringing, talking


def _earliest(found: dict[int, datetime], user: int, at: datetime) -> None:
    found[user] = min(at, found.get(user, at))


def give_sign(user: int, now: datetime, *, idle: timedelta, watches: bool) -> bool:
    """Note that a page of a user (id) is open, was last used so long ago, and shows
    colleagues. Gives whether colleagues see a difference."""
    row = SignOfLife.objects.filter(user=user).first() or SignOfLife(user_id=user)
    before = _is_here(row, now)
    row.seen_at = now
    # Of two browsers the one that is used counts.
    row.active_at = max(now - idle, row.active_at or now - idle)
    if watches:
        row.watches_until = now + WATCHES
    SignOfLife.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["user"],
        update_fields=["seen_at", "active_at", "watches_until"],
    )
    return before != _is_here(row, now)


def leave(user: int, now: datetime) -> None:
    """Note that a user (id) has signed out: none of their pages is open any more."""
    SignOfLife.objects.filter(user=user).update(
        seen_at=now - rules.SIGN_LASTS, watches_until=None
    )


def _is_here(row: SignOfLife, now: datetime) -> bool:
    return rules.is_here(Facts(seen=row.seen_at, active=row.active_at), now)


def just_gone(now: datetime, within: timedelta) -> Iterable[Any]:
    """The users (ids) who became away by themselves a short while ago."""
    for name, lasts in (("seen_at", rules.SIGN_LASTS), ("active_at", rules.IDLE_AFTER)):
        edge = now - lasts
        rows = SignOfLife.objects.filter(
            **{f"{name}__lte": edge, f"{name}__gt": edge - within}
        )
        yield from rows.values_list("user_id", flat=True)
