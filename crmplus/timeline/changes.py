"""The history of a thing: what it was and became, by whom, when.

A thing is named as for comments: by the key of its phone source ("contacts") or
another word its owner chose ("ticket"), and its primary key. Values are what people
read: texts, "" for nothing. The name of an owner is kept as it was called then.

    note("contacts", 7, by=user, fields={"phone": ("030 1", "030 2")})
    note("contacts", 7, by=user, deed=Deed.CREATED)
    note_many([Noted("contacts", 7, {"owner": ("", "Anna")}), …], by=user)

Whoever shows things of a kind registers a ``hooks.TimelineSource`` of the key
"change" that gives ``change_entries(...)`` with its own words for its fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crmplus.timeline.entries import Detail, Entry
from crmplus.timeline.models import ABOUT_LENGTH, Change, Deed

if TYPE_CHECKING:
    from crmplus.accounts.models import User

BATCH = 500
VALUE_LENGTH = 1_000
Fields = Mapping[str, tuple[Any, Any]]
# The name of a field, and how one of its values is written, in the active language.
Label = Callable[[str], str]
Value = Callable[[str, str], str]
ICONS = {
    Deed.CREATED: "sparkles",
    Deed.CHANGED: "pencil",
    Deed.IMPORTED: "file-import",
    Deed.MERGED: "arrows-join",
    Deed.SPLIT: "arrows-split",
    Deed.CONVERTED: "transform",
    Deed.DELETED: "trash",
    Deed.RESTORED: "arrow-back-up",
}


@dataclass(frozen=True)
class Noted:
    """One thing of many that were changed together; ``fields`` as for ``note``."""

    kind: str
    pk: int
    fields: Fields = field(default_factory=dict)


def note(
    kind: str,
    pk: int,
    *,
    by: User | None,
    fields: Fields | None = None,
    deed: Deed = Deed.CHANGED,
    about: str = "",
) -> Change | None:
    """Keep what somebody did to a thing; None where a change changes nothing.

    ``fields`` gives each field's old and new value, ``about`` the name of another
    thing that had a part in it (what was merged). ``by`` is None for a job.
    """
    made = _change(Noted(kind, pk, fields or {}), by, deed, about, timezone.now())
    if made is not None:
        made.save(force_insert=True)
    return made


def note_many(
    noted: Iterable[Noted],
    *,
    by: User | None,
    deed: Deed = Deed.CHANGED,
    about: str = "",
) -> int:
    """As ``note``, for many things: one INSERT for each 500; gives how many rows."""
    at = timezone.now()
    rows = (_change(one, by, deed, about, at) for one in noted)
    kept = (row for row in rows if row is not None)
    count = 0
    while batch := list(islice(kept, BATCH)):
        Change.objects.bulk_create(batch)
        count += len(batch)
    return count


def changes(kind: str, pk: int) -> QuerySet[Change]:
    """What was done to a thing, the newest first."""
    rows = Change.objects.filter(target_kind=kind, target_id=pk)
    return rows.select_related("author").order_by("-at", "-id")


def change_entries(
    kind: str,
    pk: int,
    before: datetime | None,
    limit: int,
    label: Label = str,
    value: Value = lambda name, text: text,
) -> list[Entry]:
    """The history of a thing for its timeline (see ``hooks.TimelineSource``)."""
    rows = changes(kind, pk)
    if before:
        rows = rows.filter(at__lt=before)
    return [_entry(change, label, value) for change in rows[:limit]]


def _change(
    noted: Noted, by: User | None, deed: Deed, about: str, at: datetime
) -> Change | None:
    fields = _plain(noted.fields)
    if deed == Deed.CHANGED and not fields:
        return None
    return Change(
        target_kind=noted.kind,
        target_id=noted.pk,
        author=by,
        at=at,
        deed=deed,
        about=about.replace("\x00", "")[:ABOUT_LENGTH],
        fields=fields,
    )


def _plain(fields: Fields) -> dict[str, list[str]]:
    """What differs, as texts."""
    texts = {name: [_text(old), _text(new)] for name, (old, new) in fields.items()}
    return {name: both for name, both in texts.items() if both[0] != both[1]}


def _text(value: Any) -> str:
    # PostgreSQL can store no NUL, not in JSON either.
    text = "" if value is None else str(value)
    return text.replace("\x00", "")[:VALUE_LENGTH]


def _entry(change: Change, label: Label, value: Value) -> Entry:
    return Entry(
        at=change.at,
        kind="change",
        icon=ICONS[Deed(change.deed)],
        title=str(change.author) if change.author else _("CRM+"),
        author=_words(change),
        details=_details(change, label, value),
    )


def _details(change: Change, label: Label, value: Value) -> Sequence[Detail]:
    return [
        Detail(label(name), value(name, old), value(name, new))
        for name, (old, new) in change.fields.items()
    ]


def _words(change: Change) -> str:
    """What was done, to stand behind the name of who did it."""
    words = {
        Deed.CREATED: pgettext("timeline", "created this entry"),
        Deed.CHANGED: pgettext("timeline", "changed"),
        Deed.IMPORTED: pgettext("timeline", "imported this entry"),
        Deed.MERGED: pgettext("timeline", "merged “%(name)s” into this entry"),
        Deed.SPLIT: pgettext("timeline", "undid the merge with “%(name)s”"),
        Deed.CONVERTED: pgettext("timeline", "made this entry from “%(name)s”"),
        Deed.DELETED: pgettext("timeline", "moved this entry to the recycle bin"),
        Deed.RESTORED: pgettext("timeline", "restored this entry"),
    }
    return words[Deed(change.deed)] % {"name": change.about}
