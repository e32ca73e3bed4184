"""Hooks about records: who has which number, what hangs on them, what shows there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.text import capfirst

from crmplus.hooks.base import Hook, ShownHook

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest

    from crmplus.hooks.base import Text


@dataclass(frozen=True, kw_only=True)
class PhoneSource(Hook):
    """A model and those of its fields that hold phone numbers.

    ``key`` names it in references and URLs ("contacts"). ``order`` is its rank
    among several matches of one number. ``fields`` maps a field's name to its label.
    ``region`` gives a record's ISO 3166 region, or "" for the system's. Where it reads
    one field, or none, ``region_field`` names that ("" for none): the index is then
    rebuilt without making records.
    Numbers in ``trunk_fields`` are head numbers: they also match by prefix.
    ``organisation`` names the organisation a record belongs to, "" for none.
    ``visible`` narrows a query to what a user may see.
    ``create_url`` takes ``?phone=`` (and ``?name=``) and opens a form to create such a
    record, ``create_label`` is the button's text ("New contact").
    ``search(user, text, limit)`` finds records whose name begins with a text.
    ``noted(user, record, before)`` keeps in the record's history what somebody else
    changed: the values of the fields that were, by name.
    ``members(user, record)`` gives the records that belong to one, as pairs of their
    source's key and the record: an organisation's people. What happened with them
    shows on its page, too; a hundred are enough.
    """

    lasts: ClassVar[bool] = True
    key: str
    model: type[Model]
    fields: Mapping[str, Text]
    label: Text
    label_plural: Text
    icon: str
    title: Callable[[Any], str]
    url: Callable[[Any], str]
    region: Callable[[Any], str] = field(default=lambda record: "")
    region_field: str | None = None
    organisation: Callable[[Any], str] = field(default=lambda record: "")
    trunk_fields: Sequence[str] = ()
    select_related: Sequence[str] = ()
    visible: Callable[[Any, QuerySet[Any]], QuerySet[Any]] | None = None
    create_url: str = ""
    create_label: Text = ""
    members: Callable[[Any, Any], Sequence[tuple[str, Any]]] | None = None
    search: Callable[[Any, str, int], Sequence[Any]] | None = None
    noted: Callable[[Any, Any, Mapping[str, str]], object] | None = None


@dataclass(frozen=True, kw_only=True)
class Attached(Hook):
    """Rows of an app that hang on records by reference: a phone source's key, an ID.

    ``move(old, new)`` gives what hangs on one record to another, and returns what
    ``take_back(old, new, moved)`` needs to undo just that, as plain JSON. ``forget(key,
    ids)`` deletes or lets go what hangs on records that are deleted for good.
    ``used(key, ids, since)`` gives those of some records, at most a few hundred, that
    people have worked with since a time (UTC): an import that is undone leaves them,
    and says ``label`` ("Comments"). All run in the transaction of who asks.
    """

    lasts: ClassVar[bool] = True
    key: str
    move: Callable[[tuple[str, int], tuple[str, int]], Any]
    take_back: Callable[[tuple[str, int], tuple[str, int], Any], object]
    forget: Callable[[str, Sequence[int]], object]
    used: Callable[[str, Sequence[int], datetime], Collection[int]] | None = None
    label: Text = ""


@dataclass(frozen=True)
class Link:
    """What others show of a thing that is no record: a call, a ticket."""

    title: str
    icon: str
    url: str


@dataclass(frozen=True, kw_only=True)
class LinkTarget(Hook):
    """Things that are no records, and that others refer to by a kind and an ID.

    ``kind`` stands in references ("call", "ticket"). ``load(user, ids)`` gives those
    that a user may see, by ID; ``find(user, text)`` the ID of what has a text in its
    address, None for nothing. With ``takes_comments`` people write comments on it as
    on records. ``visible(user)`` is a query of those that a user may see, deleted ones
    too: they may see deleted comments on these.
    """

    kind: str
    load: Callable[[Any, Collection[int]], Mapping[int, Link]]
    find: Callable[[Any, str], int | None]
    takes_comments: bool = False
    visible: Callable[[Any], QuerySet[Any]] | None = None


@dataclass(frozen=True, kw_only=True)
class Colleagues(Hook):
    """Who sits at internal numbers.

    ``find(numbers)`` gives the names, best first, of those numbers it knows.
    """

    find: Callable[[Collection[str]], Mapping[str, Sequence[str]]]


@dataclass(frozen=True, kw_only=True)
class LastContact(Hook):
    """Knows when there was last contact with a record.

    ``of(references)`` takes pairs of a phone source's key and a record's ID and gives
    the time (UTC) of those it knows of.
    """

    key: str
    of: Callable[[Sequence[tuple[str, int]]], Mapping[tuple[str, int], datetime]]


@dataclass(frozen=True, kw_only=True)
class RecordPanel(Hook):
    """A panel on the page of every record that has phone numbers.

    ``context(request, source_key, record)`` gives the template's context, or None
    where the panel has nothing to say.
    """

    key: str
    title: Text
    icon: str
    template: str
    context: Callable[[HttpRequest, str, Any], dict[str, Any] | None]


@dataclass(frozen=True, kw_only=True)
class TimelineSource(Hook):
    """Adds entries to the timeline of a record.

    ``entries(user, source_key, record, before, limit)`` gives at most ``limit``
    ``crmplus.timeline.Entry`` objects older than ``before`` (UTC), newest first.
    """

    key: str
    label: Text
    entries: Callable[..., Sequence[Any]]


@dataclass(frozen=True, kw_only=True)
class BinType(ShownHook):
    """A model whose deleted rows the recycle bin lists (a ``SoftDeleteModel``).

    ``visible(user, rows)`` narrows them to those a user may see and restore.
    ``search(rows, text)`` narrows them to those that a text finds. ``notes(entries)``
    gives a sentence and an address about some of them, by ID ("Merged into …").
    ``restore(entry, user)`` brings one back where that takes more than its own
    ``restore``; it may raise ``recyclebin.services.CannotRestore``.
    ``restore_many(entries, user)`` brings back at once those that need nothing of the
    kind, and gives the others. ``forget(ids)`` deletes what hangs on those that are
    deleted for good.
    """

    key: str
    model: type[Model]
    label: Text
    icon: str
    title: Callable[[Any], str]
    visible: Callable[[Any, QuerySet[Any]], QuerySet[Any]] | None = None
    search: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    notes: Callable[[Sequence[Any]], Mapping[int, tuple[str, str]]] | None = None
    restore: Callable[[Any, Any], object] | None = None
    restore_many: Callable[[Sequence[Any], Any], Sequence[Any]] | None = None
    forget: Callable[[Sequence[int]], object] | None = None

    @property
    def plural(self) -> str:
        """What its module is called in the recycle bin: "Contacts"."""
        return capfirst(str(self.model._meta.verbose_name_plural))
