"""What a comment stands on: a record of a phone source, or what another app shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.urls import reverse

from crmplus import hooks
from crmplus.timeline.models import Comment

if TYPE_CHECKING:
    from crmplus.accounts.models import User


def visible_target(user: User, kind: str, pk: int) -> tuple[hooks.PhoneSource, Any]:
    """The record that a comment may be written on; Http404 if the user sees none."""
    for source in hooks.registered(hooks.PhoneSource):
        if source.key == kind:
            rows = source.model._default_manager.filter(pk=pk)
            record = (source.visible(user, rows) if source.visible else rows).first()
            if record:
                return source, record
    raise Http404


def target_page(user: User, kind: str, pk: int) -> str:
    """The page of what a comment may be written on; Http404 if the user sees none."""
    for hook in hooks.registered(hooks.LinkTarget):
        if hook.kind == kind and hook.takes_comments:
            if link := hook.load(user, [pk]).get(pk):
                return link.url
            raise Http404
    source, record = visible_target(user, kind, pk)
    return source.url(record)


def target_url(user: User, comment: Comment) -> str:
    """The page that shows a comment; the home page where this user sees none."""
    try:
        page = target_page(user, comment.target_kind, comment.target_id)
    except Http404:
        return reverse("home")
    return f"{page}#timeline"
