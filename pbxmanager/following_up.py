"""Keeps the missed list: what it says of a caller is a function of the calls.

``follow_up`` computes entries anew from the calls, so it may be told of a caller as
often and in whatever order: the result is the same as that of ``rebuild``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from crmplus.batches import batches
from pbxmanager.concerning import INSIDE, Key
from pbxmanager.locks import lock
from pbxmanager.missed_rules import Contact, Episode, Try, episode
from pbxmanager.models import Call, Direction, Leg, MissedCaller, MissedPart, Status
from pbxmanager.same_person import same_person
from pbxmanager.sharing import rang_for

# So many tries are counted, and looked at to find where they began.
MOST_TRIES: Final = 100
BATCH: Final = 100
# A call may ring for a while before somebody takes it.
LONGEST_RINGING: Final = timedelta(hours=1)
COMPUTED: Final = (
    "call_id",
    "first_at",
    "last_at",
    "tries",
    "is_open",
    "reached_at",
    "reached_by_id",
)


@dataclass(frozen=True)
class Followed:
    """An entry that has changed, and whose phones (user ids) rang for it."""

    row: MissedCaller
    people: frozenset[int]


def follow_up(keys: Collection[Key]) -> list[Followed]:
    """Look at some callers anew; gives the entries that have changed.

    Whoever is reached under one number is reached: so the entries of the same person's
    other numbers are looked at too.
    """
    asked = set(keys)
    for some in batches(sorted(keys), BATCH):
        asked.update(_beside(some))
    changed: list[Followed] = []
    for some in batches(sorted(asked), BATCH):
        changed += _follow_up(some)
    return changed


def _beside(keys: Iterable[Key]) -> Iterator[Key]:
    """The other numbers of the same people.

    Asked of some keys at a time: of a thousand at once SQLite answers nothing.
    """
    for some in same_person({key.party for key in keys if key.party}).values():
        yield from map(Key, some)


def _follow_up(keys: Sequence[Key]) -> list[Followed]:
    with transaction.atomic():
        lock(f"missed\n{key.party}\n{key.call}" for key in keys)
        rows = {_key_of(row): row for row in MissedCaller.objects.filter(_any(keys))}
        tries = {key: _tries(key) for key in keys}
        at_all = [key for key in keys if tries[key] or key in rows]
        alike = same_person({key.party for key in at_all if key.party})
        changed = [
            one
            for key in at_all
            if (one := _compute(key, rows.get(key), tries[key], alike))
        ]
    return changed


def _any(keys: Sequence[Key]) -> Q:
    """The entries of some callers."""
    named = Q(party__in=[key.party for key in keys if key.party])
    calls = [key.call for key in keys if key.call]
    return named | Q(party="", call__in=calls) if calls else named


def _key_of(row: MissedCaller) -> Key:
    return Key(row.party) if row.party else Key("", row.call_id)


def _tries(key: Key) -> list[Try]:
    """The newest calls of a caller that nobody took."""
    calls = _missed().filter(party=key.party)
    own = calls if key.party else calls.filter(pk=key.call)
    rows = own.order_by("-started_at", "-pk")[:MOST_TRIES]
    return [Try(at, call) for at, call in rows.values_list("started_at", "pk")]


def _contacts(parties: Collection[str], since: datetime) -> list[Contact]:
    """When somebody talked with one of some numbers, since a time (UTC)."""
    calls = Call.all_objects.filter(
        party__in=parties,
        connected_at__gte=since,
        started_at__gte=since - LONGEST_RINGING,
    )
    talks = calls.exclude(direction=Direction.INTERNAL).exclude(number_kind__in=INSIDE)
    rows = talks.order_by().values_list("connected_at", "pk")
    return [Contact(at, call) for at, call in rows if at is not None]


def _compute(
    key: Key,
    row: MissedCaller | None,
    tries: Sequence[Try],
    alike: Mapping[str, Collection[str]],
) -> Followed | None:
    """Bring one entry up to date; None where it was."""
    if not tries:
        return _remove(row) if row else None
    parties = {key.party, *alike.get(key.party, ())} if key.party else ()
    contacts = _contacts(parties, tries[-1].at) if parties else []
    found = episode(tries, contacts, row.done_at if row else None)
    return _store(row or MissedCaller(party=key.party), found) if found else None


def as_followed(row: MissedCaller) -> Followed:
    """An entry as it is, and whose phones rang for it; one query."""
    return Followed(row, _people(row.parts.all()))


def entries_of(call: int) -> list[Followed]:
    """The entries whose newest call is that one (id): one, or none."""
    return [as_followed(row) for row in MissedCaller.objects.filter(call=call)]


def _remove(row: MissedCaller) -> Followed:
    followed = as_followed(row)
    MissedCaller.objects.filter(pk=row.pk).delete()
    return followed


def _people(parts: Iterable[MissedPart]) -> frozenset[int]:
    return frozenset(one.user_id for one in parts if one.user_id is not None)


def _store(row: MissedCaller, found: Episode) -> Followed | None:
    values = {
        "call_id": found.tries[-1].call,
        "first_at": found.first_at,
        "last_at": found.last_at,
        "tries": len(found.tries),
        "is_open": found.is_open,
        "reached_at": found.reached.at if found.reached else None,
        "reached_by_id": found.reached.call if found.reached else None,
    }
    known = list(row.parts.all()) if row.pk else []
    rang = _rang(found)
    same = (
        row.pk is not None
        and all(getattr(row, name) == value for name, value in values.items())
        and {(one.user_id, one.extension) for one in known} == rang
    )
    if same:
        return None
    for name, value in values.items():
        setattr(row, name, value)
    row.touch()
    row.save(update_fields=[*COMPUTED, "version"] if row.pk else None)
    return Followed(row, _people([*known, *_renew_parts(row, rang)]))


def _rang(found: Episode) -> set[tuple[int | None, str]]:
    """Whose phones (users and extensions) rang in vain.

    For whom it popped up that has no such phone has no extension there.
    """
    calls = [one.call for one in found.tries]
    legs = Leg.objects.filter(call__in=calls).exclude(direction=Direction.OUTBOUND)
    called = set(legs.order_by().values_list("user_id", "extension"))
    others = rang_for(calls) - {user for user, _extension in called}
    return called | {(user, "") for user in others}


def _renew_parts(
    row: MissedCaller, rang: Collection[tuple[int | None, str]]
) -> list[MissedPart]:
    row.parts.all().delete()
    return MissedPart.objects.bulk_create(
        MissedPart(caller=row, user_id=user, extension=extension, is_open=row.is_open)
        for user, extension in sorted(rang, key=lambda one: (one[1], one[0] or 0))
    )


def _missed() -> QuerySet[Call]:
    calls = Call.objects.filter(direction=Direction.INBOUND, status=Status.MISSED)
    return calls.exclude(number_kind__in=INSIDE)


def look_after(since: datetime) -> list[Followed]:
    """Follow up whatever was missed or had a talk since a time (UTC).

    It finds what a server that went down could not do any more.
    """
    rows = _missed().filter(started_at__gte=since).order_by()
    keys = {
        Key(party) if party else Key("", call)
        for party, call in rows.values_list("party", "pk")
    }
    talked = Call.objects.filter(started_at__gte=since, connected_at__isnull=False)
    reached = Q(party__in=talked.exclude(party="").order_by().values("party"))
    # Joined into another call, in the bin, or answered after all.
    gone = ~Exists(_missed().filter(pk=OuterRef("call_id")))
    still_open = MissedCaller.objects.filter(reached | gone, is_open=True)
    return follow_up(keys | {_key_of(row) for row in still_open})


def rebuild() -> int:
    """Compute the whole list anew; gives how many entries it has then.

    What people added to an entry stays.
    """
    missed = _missed().order_by()
    parties = missed.exclude(party="").values_list("party", flat=True).distinct()
    keys = {Key(party) for party in parties.iterator()}
    keys |= {Key("", pk) for pk in missed.filter(party="").values_list("pk", flat=True)}
    keys |= {_key_of(row) for row in MissedCaller.objects.iterator()}
    _all(keys)
    return MissedCaller.objects.count()


def _all(keys: Iterable[Key]) -> None:
    for some in batches(sorted(keys), BATCH):
        _follow_up(some)
