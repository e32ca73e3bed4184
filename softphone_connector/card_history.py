"""What a card tells of earlier calls with the same number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import prefetch_related_objects

from crmplus.phonebook.find import EXACT, Match
from crmplus.timeline.models import Comment
from crmplus.timeline.services import comments_of
from pbxmanager.looks import Look, look
from pbxmanager.models import Call, RemoteNumber
from pbxmanager.saving import CALL
from pbxmanager.visibility import visible_calls

if TYPE_CHECKING:
    from crmplus.accounts.models import User

SHOWN: Final = 3
LOOKED_AT: Final = 20


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier call; ``comment`` is the newest on it, "" for none."""

    call: Call
    look: Look
    comment: str


@dataclass(frozen=True, slots=True)
class History:
    """The last calls, newest first, and the newest comment that stands on none of
    them."""

    calls: tuple[Earlier, ...]
    comment: Comment | None


def history(
    call: Call, remote: RemoteNumber, matches: Sequence[Match], user: User
) -> History:
    """The last three calls with the number that the user may see, and what was
    written; the queries do not grow."""
    found = _earlier(call, remote, user)
    shown, others = found[:SHOWN], found[SHOWN:]
    prefetch_related_objects(shown, "legs")
    comments = comments_of(CALL, [one.pk for one in shown]) if shown else {}
    return History(
        tuple(Earlier(one, look(one), _newest(comments.get(one.pk))) for one in shown),
        _last_comment(others, matches),
    )


def _newest(comments: list[Comment] | None) -> str:
    return comments[0].text if comments else ""


def _earlier(call: Call, remote: RemoteNumber, user: User) -> list[Call]:
    if not remote.party:
        return []
    calls = visible_calls(user).filter(
        party=remote.party, started_at__lt=call.started_at
    )
    newest = calls.exclude(pk=call.pk).select_related("user").order_by("-started_at")
    return list(newest[:LOOKED_AT])


def _last_comment(earlier: list[Call], matches: Sequence[Match]) -> Comment | None:
    """The newest comment on the calls before those, and on the best match."""
    found = Comment.objects.filter(
        target_kind=CALL, target_id__in=[call.pk for call in earlier]
    )
    if matches and matches[0].kind == EXACT:
        best = matches[0]
        found = found | Comment.objects.filter(
            target_kind=best.source, target_id=best.object_id
        )
    return found.select_related("author").order_by("-created_at", "-pk").first()
