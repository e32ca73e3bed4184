"""What people write about a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmplus.timeline.models import Comment
from crmplus.timeline.services import add_comment
from pbxmanager.holding import held
from pbxmanager.models import Call
from pbxmanager.saving import CALL
from pbxmanager.signals import touch

if TYPE_CHECKING:
    from crmplus.accounts.models import User


def comment_on(call: Call, author: User, text: str) -> Comment:
    """Write a comment on a call and tell that it changed; ValueError if it is empty."""
    with held(call) as now:
        comment = add_comment(CALL, now.pk, author, text)
        touch(now)
    return comment
