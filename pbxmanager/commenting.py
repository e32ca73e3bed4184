"""What people write about a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from crmplus.timeline.models import Comment
from crmplus.timeline.services import add_comment
from pbxmanager.models import Call
from pbxmanager.saving import CALL
from pbxmanager.signals import touch

if TYPE_CHECKING:
    from crmplus.accounts.models import User


def comment_on(call: Call, author: User, text: str) -> Comment:
    """Write a comment on a call and tell that it changed; ValueError if it is empty."""
    with transaction.atomic():
        comment = add_comment(CALL, call.pk, author, text)
        touch(call)
    return comment
