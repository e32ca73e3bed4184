"""Writing and reading comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from crmplus import hooks
from crmplus.timeline.models import TEXT_LENGTH, Comment

if TYPE_CHECKING:
    from crmplus.accounts.models import User


MOST_SEARCHED = 10_000


def clean_text(text: str) -> str:
    """A comment's text as it is stored: trimmed, without NUL, at most TEXT_LENGTH.

    PostgreSQL can't store NUL. Raises ValueError if nothing is left.
    """
    cleaned = text.replace("\x00", "").replace("\r\n", "\n").strip()[:TEXT_LENGTH]
    if not cleaned:
        raise ValueError("A comment needs a text.")
    return cleaned


def add_comment(
    target_kind: str, target_id: int, author: User | None, text: str
) -> Comment:
    """Write a comment; ValueError if the text is empty."""
    return Comment.objects.create(
        target_kind=target_kind,
        target_id=target_id,
        author=author,
        text=clean_text(text),
    )


def edit_comment(comment: Comment, text: str) -> None:
    """Change a comment's text; ValueError if it is empty."""
    cleaned = clean_text(text)
    if cleaned != comment.text:
        comment.text = cleaned
        comment.edited_at = timezone.now()
        comment.save(update_fields=["text", "edited_at"])


def may_change(user: User, comment: Comment) -> bool:
    """Whether this user may edit or delete the comment: its author alone may."""
    return comment.author_id is not None and comment.author_id == user.pk


def deleted_visible(user: User, rows: QuerySet[Comment]) -> QuerySet[Comment]:
    """Those deleted comments that a user may see in the recycle bin: what they wrote
    or deleted, and what stands on something that they may see.
    """
    found = Q(author=user) | Q(deleted_by=user)
    for kind, seen in _seen_targets(user):
        found |= Q(Exists(seen.filter(pk=OuterRef("target_id"))), target_kind=kind)
    return rows.filter(found)


def _seen_targets(user: User) -> Iterator[tuple[str, QuerySet[Any]]]:
    """What comments stand on: kinds, each with those that a user may see."""
    for source in hooks.registered(hooks.PhoneSource):
        rows = source.model._base_manager.all()
        yield source.key, source.visible(user, rows) if source.visible else rows
    for target in hooks.registered(hooks.LinkTarget):
        if target.visible:
            yield target.kind, target.visible(user)


def deleted_containing(rows: QuerySet[Comment], text: str) -> QuerySet[Comment]:
    """Those of the newest 10,000 deleted comments that contain a text."""
    newest = rows.order_by("-deleted_at", "-pk").values("pk")[:MOST_SEARCHED]
    return rows.filter(pk__in=newest, text__icontains=text)


def comments(target_kind: str, target_id: int) -> QuerySet[Comment]:
    """A target's comments, newest first."""
    return (
        Comment.objects.filter(target_kind=target_kind, target_id=target_id)
        .select_related("author")
        .order_by("-created_at", "-id")
    )


def comments_of(
    target_kind: str, target_ids: Iterable[int]
) -> dict[int, list[Comment]]:
    """The comments of many targets of one kind in one query, each newest first."""
    found: dict[int, list[Comment]] = {}
    rows = Comment.objects.filter(
        target_kind=target_kind, target_id__in=list(target_ids)
    )
    for comment in rows.select_related("author").order_by("-created_at", "-id"):
        found.setdefault(comment.target_id, []).append(comment)
    return found


def move_comments(target_kind: str, from_id: int, to_id: int) -> None:
    """Give one target's comments, also the deleted ones, to another of its kind."""
    Comment.all_objects.filter(target_kind=target_kind, target_id=from_id).update(
        target_id=to_id
    )
