"""The comment one types into a popup: one per person and call, saved while typing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmplus.timeline.models import Comment
from crmplus.timeline.services import add_comment, clean_text, edit_comment
from pbxmanager.holding import held
from pbxmanager.models import Call
from pbxmanager.saving import CALL
from pbxmanager.signals import touch

if TYPE_CHECKING:
    from crmplus.accounts.models import User


def note_of(call: Call, user: User) -> Comment | None:
    """What a user has written about a call."""
    return (
        Comment.objects.filter(target_kind=CALL, target_id=call.pk, author=user)
        .order_by("-created_at", "-pk")
        .first()
    )


def save_note(call: Call, user: User, text: str) -> None:
    """Save what a user has typed so far; an empty text takes the comment away."""
    # Two tabs may save at once; the second has to find what the first wrote.
    with held(call) as locked:
        note = note_of(locked, user)
        if _write(note, locked, user, text):
            touch(locked)


def _write(note: Comment | None, call: Call, user: User, text: str) -> bool:
    """Whether anything had to be written."""
    try:
        cleaned = clean_text(text)
    except ValueError:
        if note:
            note.move_to_bin(by=user)
        return note is not None
    if note is None:
        add_comment(CALL, call.pk, user, cleaned)
    elif note.text != cleaned:
        edit_comment(note, cleaned)
    else:
        return False
    return True
