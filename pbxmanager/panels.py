"""The calls of a record: as a panel on its page, and in its timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from crmplus import words
from crmplus.timeline import Entry
from crmplus.timeline.entries import PAGE_SIZE
from crmplus.timeline.models import Comment
from crmplus.timeline.pages import comment_entry
from crmplus.web import signed_in_user
from pbxmanager.belonging import belonging_to
from pbxmanager.looks import TITLES, Look, look
from pbxmanager.models import Call
from pbxmanager.parties import shown_number, source_of
from pbxmanager.saving import CALL
from pbxmanager.tables import comment_counts, with_parts
from pbxmanager.visibility import visible_calls

if TYPE_CHECKING:
    from crmplus.accounts.models import User

PANEL_SIZE = 10
SHARED = PAGE_SIZE + 1


@dataclass(frozen=True)
class RecordCall:
    """A call on the page of a record.

    ``is_possible`` marks what may be another record's just as well. ``member`` names
    the one of an organisation's people whose call it is.
    """

    call: Call
    look: Look
    is_possible: bool
    comments: int = 0
    member: str = ""

    @property
    def number(self) -> str:
        """The number that was used, for people."""
        return shown_number(self.call)


def calls_of(
    user: User,
    source_key: str,
    record: Any,
    limit: int,
    before: datetime | None = None,
) -> list[RecordCall]:
    """The calls of a record that a user may see, newest first, at most ``limit``.

    ``before`` (UTC) leaves out those that began then or later. The number of queries
    does not depend on how many there are; the panel and the timeline of a page, which
    ask with the same record, share what they find.
    """
    if before or limit > SHARED:
        return _read_calls(user, source_key, record, limit, before)
    known: dict[int, list[RecordCall]] = record.__dict__.setdefault("_calls", {})
    if user.pk not in known:
        known[user.pk] = _read_calls(user, source_key, record, SHARED, None)
    return known[user.pk][:limit]


def _read_calls(
    user: User, source_key: str, record: Any, limit: int, before: datetime | None
) -> list[RecordCall]:
    source = source_of(source_key)
    if source is None:
        return []
    belonging = belonging_to(source, record, user)
    earlier = Q(started_at__lt=before) if before else Q()
    rows = visible_calls(user).filter(belonging.possible, earlier)
    calls = list(with_parts(rows.order_by("-started_at", "-pk"))[:limit])
    comments = comment_counts(call.pk for call in calls)
    return [
        RecordCall(
            call=call,
            look=look(call),
            is_possible=not belonging.owns(call),
            comments=comments.get(call.pk, 0),
            member=belonging.member(call),
        )
        for call in calls
    ]


def title(call: Call) -> str:
    """A call in a list of other things: "Inbound call · +49 30 1234567"."""
    return f"{TITLES[call.direction]} · {shown_number(call)}"


def panel(request: HttpRequest, source_key: str, record: Any) -> dict[str, Any]:
    """The context of the panel with the newest calls of a record."""
    user = signed_in_user(request)
    calls = calls_of(user, source_key, record, PANEL_SIZE + 1)
    query = urlencode({"record": f"{source_key}:{record.pk}"})
    more = f"{reverse('pbxmanager:list')}?{query}" if len(calls) > PANEL_SIZE else ""
    return {"calls": calls[:PANEL_SIZE], "more_url": more}


def call_entries(
    user: User, source_key: str, record: Any, before: datetime | None, limit: int
) -> Sequence[Entry]:
    """The calls of a record in its timeline (a ``TimelineSource``)."""
    return [_entry(one) for one in calls_of(user, source_key, record, limit, before)]


def _entry(one: RecordCall) -> Entry:
    whom = f"{one.member} · " if one.member else ""
    talk = f" · {words.clock(one.call.duration)}" if one.call.duration else ""
    said = f" · {one.call.disposition.title}" if one.call.disposition else ""
    return Entry(
        at=one.call.started_at,
        kind="call",
        icon=one.look.icon,
        title=f"{one.look.title} · {one.look.word}",
        text=f"{whom}{one.number}{talk}{said}",
        author=str(one.call.user or one.call.extension),
        url=one.call.get_absolute_url(),
        possible=one.is_possible,
        tone=one.look.tone,
    )


def comment_entries(
    user: User, source_key: str, record: Any, before: datetime | None, limit: int
) -> Sequence[Entry]:
    """What was written about the calls that belong to a record.

    A comment is its call's; where a call is only possible it does not show.
    """
    source = source_of(source_key)
    if source is None:
        return []
    calls = visible_calls(user).filter(belonging_to(source, record, user).certain)
    rows = Comment.objects.filter(
        target_kind=CALL, target_id__in=calls.order_by().values("pk")
    ).select_related("author")
    if before:
        rows = rows.filter(created_at__lt=before)
    newest = list(rows.order_by("-created_at", "-id")[:limit])
    about = Call.objects.in_bulk([comment.target_id for comment in newest])
    return [
        replace(
            comment_entry(comment, user),
            url=about[comment.target_id].get_absolute_url(),
        )
        for comment in newest
    ]
