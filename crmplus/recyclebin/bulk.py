"""Many entries of the recycle bin at once: brought back, or deleted for good.

Both go batch by batch, each in a transaction of its own, up to a limit, so that no
request takes minutes and nobody else waits long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from crmplus.administration.audit import Subject, note_change
from crmplus.batches import SIZE, batches
from crmplus.recyclebin.models import SoftDeleteModel
from crmplus.recyclebin.services import CannotRestore, bring_back, deleted_rows

if TYPE_CHECKING:
    from crmplus.accounts.models import User

AREA: Final = "recyclebin"
DELETED: Final = "deleted_for_good"
MOST_RESTORED = 1_000
MOST_DELETED = 20_000
FIELDS: Final = {"entries": _("Deleted for good")}


@dataclass
class Done:
    """How many entries it was done to, why not to some, and whether some are left."""

    count: int = 0
    refused: list[str] = field(default_factory=list)
    more: bool = False


@dataclass(frozen=True)
class Part:
    """Entries of one type: those with these IDs, or all (None) of it."""

    kind: hooks.BinType
    ids: tuple[int, ...] | None = None


def restore_parts(parts: Sequence[Part], user: User) -> Done:
    """Bring entries back as far as this user sees them, at most a thousand."""
    done = Done()
    for part in parts:
        found = _ids(part, user, MOST_RESTORED - done.count)
        refused = len(done.refused)
        for some in batches(found, 100):
            _restore(part.kind, some, user, done)
        refused = len(done.refused) - refused
        done.more |= _left(part, user, refused + 1) > refused
    return done


def delete_parts(parts: Sequence[Part], user: User) -> Done:
    """Delete entries for good, as far as this user sees them, at most 20,000."""
    done = Done()
    for part in parts:
        count = 0
        found = _ids(part, user, MOST_DELETED - done.count)
        for some in batches(found, SIZE):
            count += _delete(part.kind, some, user)
        done.count += count
        done.more |= bool(_left(part, user, 1))
        if count:
            subject = Subject(AREA, DELETED, part.kind.key)
            note_change(user, subject, {}, {"entries": count})
    return done


def name_of_type(key: str) -> hooks.Text:
    """The name of a type for the log of changes."""
    found = hooks.registered(hooks.BinType)
    return next((kind.label for kind in found if kind.key == key), key)


def _ids(part: Part, user: User, most: int) -> list[int]:
    rows = deleted_rows(part.kind, user)
    if part.ids is not None:
        rows = rows.filter(pk__in=part.ids[:MOST_RESTORED])
    newest = rows.order_by("-deleted_at", "-pk")
    return list(newest.values_list("pk", flat=True)[: max(most, 0)])


def _left(part: Part, user: User, most: int) -> int:
    """How many of the part are in the bin still; it looks no further than ``most``."""
    return len(_ids(part, user, most))


def _restore(kind: hooks.BinType, ids: Sequence[int], user: User, done: Done) -> None:
    with transaction.atomic():
        for entry in deleted_rows(kind, user).filter(pk__in=ids):
            try:
                # A refused one must not undo those before it.
                with transaction.atomic():
                    bring_back(kind, entry, user)
                done.count += 1
            except CannotRestore as why:
                done.refused.append(f"{kind.title(entry)}: {why}")


@transaction.atomic
def _delete(kind: hooks.BinType, ids: Sequence[int], user: User) -> int:
    """Delete those of a batch that are in the bin still; gives how many."""
    rows = deleted_rows(kind, user).filter(pk__in=ids)
    rows = rows.select_for_update(of=("self",)).order_by("pk").only("pk")
    locked = [entry.pk for entry in rows]
    if kind.forget:
        kind.forget(locked)
    model = kind.model
    assert issubclass(model, SoftDeleteModel)  # noqa: S101
    model.all_objects.filter(pk__in=locked).delete()
    return len(locked)
