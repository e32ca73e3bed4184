"""The timeline on the page of a record: all sources, filtered, page by page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from crmplus import hooks
from crmplus.timeline.entries import Entry, Source, merge
from crmplus.timeline.models import Comment
from crmplus.timeline.services import comments, may_change

if TYPE_CHECKING:
    from crmplus.accounts.models import User


@dataclass(frozen=True)
class Kind:
    """A kind of entries to filter by; its address shows the timeline so filtered."""

    key: str
    label: str
    url: str
    chosen: bool


@dataclass(frozen=True)
class Timeline:
    """A page of a record's timeline, as ``timeline/timeline.html`` shows it."""

    entries: list[Entry]
    kinds: list[Kind]
    comment_url: str
    older_url: str
    newest_url: str
    filtered: bool


def timeline(
    user: User,
    source_key: str,
    record: Model,
    params: QueryDict,
    only: Collection[str] = (),
) -> Timeline:
    """The part of a record's timeline that ``?show=`` (a kind) and ``?until=`` ask for.

    A hook's ``key`` is the kind of its entries; hooks of one key are filtered together.
    ``only`` names the kinds that there can be, where not all can.
    """
    every = hooks.registered(hooks.TimelineSource)
    found = [hook for hook in every if not only or hook.key in only]
    labels: dict[str, str] = {}
    for hook in found:
        labels.setdefault(hook.key, str(hook.label))
    show = params.get("show", "")
    show = show if show in labels else ""
    until = parse_until(params.get("until", ""))
    sources: list[Source] = [
        partial(_entries, hook, user, source_key, record)
        for hook in found
        if hook.key == show or not show
    ]
    entries, following = merge(sources, until)
    return Timeline(
        entries=entries,
        kinds=_kinds(labels, show),
        comment_url=reverse("timeline:add", args=[source_key, record.pk]),
        older_url=_url(show, following) if following else "",
        newest_url=_url(show, None) if until else "",
        filtered=bool(show or until),
    )


def parse_until(text: str) -> datetime | None:
    """An ISO 8601 time with its zone, None for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo and 1 < at.year < 9999 else None


def comment_entry(comment: Comment, user: User, *, possible: bool = False) -> Entry:
    """A comment as an entry; its author may edit and delete it there."""
    mine = may_change(user, comment)
    return Entry(
        at=comment.created_at,
        kind="comment",
        icon="message",
        title=str(comment.author or _("Comment")),
        text=comment.text,
        possible=possible,
        edited_at=comment.edited_at,
        edit_url=reverse("timeline:edit", args=[comment.pk]) if mine else "",
        delete_url=reverse("timeline:delete", args=[comment.pk]) if mine else "",
    )


def comment_entries(
    user: User, source_key: str, record: Model, before: datetime | None, limit: int
) -> list[Entry]:
    """The record's own comments (a ``TimelineSource``)."""
    rows = comments(source_key, record.pk)
    if before:
        rows = rows.filter(created_at__lt=before)
    return [comment_entry(comment, user) for comment in rows[:limit]]


def _entries(
    hook: hooks.TimelineSource,
    user: User,
    source_key: str,
    record: Any,
    before: datetime | None,
    limit: int,
) -> Sequence[Entry]:
    return hook.entries(user, source_key, record, before, limit)


def _kinds(labels: dict[str, str], show: str) -> list[Kind]:
    everything = Kind("", _("All"), _url("", None), not show)
    return [
        everything,
        *(
            Kind(key, label, _url(key, None), key == show)
            for key, label in labels.items()
        ),
    ]


def _url(show: str, until: datetime | None) -> str:
    params = QueryDict(mutable=True)
    if show:
        params["show"] = show
    if until:
        params["until"] = until.isoformat()
    return f"?{params.urlencode()}#timeline"
