"""Many entries of the recycle bin at once: brought back, or deleted for good.

Both go batch by batch, each in a transaction of its own, so that nobody else waits
long. What is done is kept in the same transaction, so that whoever goes on after a
process died counts all of it and nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from crmplus.administration.audit import Subject, note_again, note_change
from crmplus.batches import batches
from crmplus.recyclebin.models import SoftDeleteModel
from crmplus.recyclebin.services import CannotRestore, bring_back, deleted_rows

if TYPE_CHECKING:
    from crmplus.accounts.models import User

AREA: Final = "recyclebin"
DELETED: Final = "deleted_for_good"
BATCH = 200
REASONS = 5
FIELDS: Final = {"entries": _("Deleted for good")}


@dataclass
class Done:
    """What was done: how many entries by type, how many refused to, the first reasons.

    ``notes`` are the IDs of what the log of changes says of it, by type.
    """

    counts: dict[str, int] = field(default_factory=dict)
    refused: int = 0
    reasons: list[str] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    def add(self, key: str, count: int) -> None:
        self.counts[key] = self.counts.get(key, 0) + count

    def refuse(self, reason: str) -> None:
        self.refused += 1
        if len(self.reasons) < REASONS:
            self.reasons.append(reason)


@dataclass(frozen=True)
class Part:
    """Entries of one type: those with these IDs, or all (None) of it; only what was in
    the bin at a moment, if one is given.
    """

    kind: hooks.BinType
    ids: tuple[int, ...] | None = None
    until: datetime | None = None


class Watch:
    """Who is told of many entries: by default nobody."""

    def keep(self, done: Done) -> None:
        """Called within the transaction of each batch."""

    def tell(self, seen: int, total: int) -> None:
        """How many entries are seen to, of how many; called between transactions."""


Act = Callable[[Part, Sequence[int], "User", Done], None]


def are_more(parts: Sequence[Part], user: User, than: int) -> bool:
    """Are there more entries than so many?"""
    left = than + 1
    for part in parts:
        left -= _rows(part, user).order_by().values("pk")[:left].count()
        if not left:
            return True
    return False


def restore_parts(
    parts: Sequence[Part], user: User, done: Done, watch: Watch | None = None
) -> None:
    """Bring entries back as far as this user sees them."""
    _each(parts, user, done, watch or Watch(), _restore)


def delete_parts(
    parts: Sequence[Part], user: User, done: Done, watch: Watch | None = None
) -> None:
    """Delete entries for good, as far as this user sees them."""
    _each(parts, user, done, watch or Watch(), _delete)


def name_of_type(key: str) -> hooks.Text:
    """The name of a type for the log of changes."""
    found = hooks.registered(hooks.BinType)
    return next((kind.label for kind in found if kind.key == key), key)


def _each(
    parts: Sequence[Part], user: User, done: Done, watch: Watch, act: Act
) -> None:
    found = [(part, _ids(part, user)) for part in parts]
    seen = done.count
    total = seen + sum(len(ids) for _part, ids in found)
    watch.tell(seen, total)
    for part, ids in found:
        for some in batches(ids, BATCH):
            with transaction.atomic():
                act(part, some, user, done)
                watch.keep(done)
            seen += len(some)
            watch.tell(seen, total)


def _rows(part: Part, user: User) -> QuerySet[SoftDeleteModel]:
    rows = deleted_rows(part.kind, user)
    if part.ids is not None:
        rows = rows.filter(pk__in=part.ids)
    return rows if part.until is None else rows.filter(deleted_at__lte=part.until)


def _ids(part: Part, user: User) -> list[int]:
    """The newest first: what became another, and that another, come back in order."""
    newest = _rows(part, user).order_by("-deleted_at", "-pk")
    return list(newest.values_list("pk", flat=True))


def _restore(part: Part, ids: Sequence[int], user: User, done: Done) -> None:
    kind = part.kind
    rows = _rows(part, user).filter(pk__in=ids).order_by("-deleted_at", "-pk")
    left = list(rows.select_for_update(of=("self",)))
    there = len(left)
    if kind.restore_many:
        left = list(kind.restore_many(left, user))
    done.add(kind.key, there - len(left))
    for entry in left:
        _restore_one(kind, entry, user, done)


def _restore_one(
    kind: hooks.BinType, entry: SoftDeleteModel, user: User, done: Done
) -> None:
    try:
        # A refused one must not undo those before it.
        with transaction.atomic():
            bring_back(kind, entry, user)
    except CannotRestore as why:
        done.refuse(f"{kind.title(entry)}: {why}")
    else:
        done.add(kind.key, 1)


def _delete(part: Part, ids: Sequence[int], user: User, done: Done) -> None:
    """Delete those of a batch that are in the bin still, and note so."""
    rows = _rows(part, user).filter(pk__in=ids)
    rows = rows.select_for_update(of=("self",)).order_by("pk").only("pk")
    locked = [entry.pk for entry in rows]
    if not locked:
        return
    kind = part.kind
    if kind.forget:
        kind.forget(locked)
    model: Any = kind.model
    model.all_objects.filter(pk__in=locked).delete()
    done.add(kind.key, len(locked))
    _note(kind.key, user, done)


def _note(key: str, user: User, done: Done) -> None:
    """Keep in the log of changes who deleted how many: one line, which grows."""
    entries = {"entries": done.counts[key]}
    if key in done.notes:
        note_again(done.notes[key], {}, entries)
        return
    noted = note_change(user, Subject(AREA, DELETED, key), {}, entries)
    if noted:
        done.notes[key] = noted.pk
