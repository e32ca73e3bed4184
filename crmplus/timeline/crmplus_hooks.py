"""What the timeline brings: comments, and their place in the recycle bin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from crmplus.timeline import attached
from crmplus.timeline.models import Comment
from crmplus.timeline.pages import comment_entries
from crmplus.timeline.services import deleted_containing, deleted_visible

hooks.register(
    hooks.TimelineSource(
        order=10, key="comment", label=_("Comments"), entries=comment_entries
    )
)
hooks.register(
    hooks.BinType(
        order=80,
        key="comments",
        model=Comment,
        label=_("Comment"),
        icon="message",
        title=str,
        visible=deleted_visible,
        search=deleted_containing,
    )
)
hooks.register(
    hooks.Attached(
        key="timeline",
        move=attached.move,
        take_back=attached.take_back,
        forget=attached.forget,
        used=attached.used,
        label=_("Comments"),
    )
)
