"""What has come from a phone since somebody began to wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from pbxmanager.endpoint_spec import Role
from pbxmanager.models import Event
from pbxmanager.recorder import Refusal
from softphone_connector.endpoints.faults import Code
from softphone_connector.endpoints.remedies import remark, remedy
from softphone_connector.models import SoftphoneKey, UnknownKeyAttempt

if TYPE_CHECKING:
    from crmplus.accounts.models import User
    from softphone_connector.lines import Line

# A clock of another server process may be behind by so much.
LONGEST = timedelta(minutes=10)
KEY_CODES = {
    UnknownKeyAttempt.Reason.MISSING: Code.KEY_MISSING,
    UnknownKeyAttempt.Reason.UNKNOWN: Code.KEY_UNKNOWN,
    UnknownKeyAttempt.Reason.REVOKED: Code.KEY_REVOKED,
}
PARAMETERS = {Refusal.NO_NUMBER: Role.NUMBER, Refusal.NO_CALL: Role.CALL_ID}


class State(StrEnum):
    """What came: nothing yet, the right thing, or something else."""

    WAITING = "waiting"
    ARRIVED = "arrived"
    OTHER_LINE = "other_line"
    REFUSED = "refused"
    NO_KEY = "no_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What came. ``event`` is the row, ``remarks`` what was odd about it, ``text``
    what is wrong and what to do."""

    state: State
    event: Event | None = None
    remarks: tuple[str, ...] = ()
    text: str = ""


def arrival(
    user: User, line: Line, since: datetime, address: str, now: datetime
) -> Arrival:
    """What came for a user's line since a time (UTC), the best of it.

    ``address`` is where the user's browser is: a phone is often behind the same one.
    """
    since = max(since, now - LONGEST)
    sources = [key.source for key in _keys(user, line)]
    number = line.extension.number
    news = Event.objects.filter(
        Q(source__in=sources) | Q(extension=number, source__startswith="key:"),
        received_at__gte=since,
    )
    accepted = news.filter(refused="")
    right = accepted.filter(extension=number).order_by("received_at").first()
    if right:
        return Arrival(state=State.ARRIVED, event=right, remarks=_remarks(right))
    refused = news.exclude(refused="").order_by("-received_at").first()
    if refused:
        return _refused(refused)
    other = accepted.order_by("-received_at").first()
    if other:
        return _other_line(other)
    return _without_key(user, since, address)


def _keys(user: User, line: Line) -> list[SoftphoneKey]:
    """Those that report for the line: its own, and the user's for all lines."""
    own = SoftphoneKey.objects.filter(user=user)
    return list(own.filter(Q(extension=line.extension) | Q(extension=None)))


def _refused(event: Event) -> Arrival:
    facts: Mapping[str, Any] = event.raw.get("fault") or {}
    parameter = PARAMETERS.get(event.refused)  # type: ignore[call-overload]
    if parameter:
        facts = {"parameter": str(parameter), **facts}
    return Arrival(
        state=State.REFUSED,
        event=event,
        remarks=_remarks(event),
        text=remedy(event.refused, facts),
    )


def _other_line(event: Event) -> Arrival:
    if event.extension:
        text = _(
            "An event came, but for extension %(extension)s. Enter this line's "
            "extension in the client, or look at that line instead."
        ) % {"extension": event.extension}
    else:
        text = _(
            "An event came without an extension, and the key is for all your lines. "
            "Make a key for this line, or let the client state the extension."
        )
    remarks = _remarks(event)
    return Arrival(state=State.OTHER_LINE, event=event, remarks=remarks, text=text)


def _remarks(event: Event) -> tuple[str, ...]:
    return tuple(remark(note) for note in event.raw.get("notes") or ())


def _without_key(user: User, since: datetime, address: str) -> Arrival:
    """A request without a good key from here, or with one that was the user's."""
    prefixes = SoftphoneKey.objects.filter(user=user).values("prefix")
    tried = (
        UnknownKeyAttempt.objects.filter(
            Q(remote=address) | Q(prefix__in=prefixes), at__gte=since
        )
        .order_by("-id")
        .first()
    )
    if tried is None:
        return Arrival(state=State.WAITING)
    code = KEY_CODES[UnknownKeyAttempt.Reason(tried.reason)]
    return Arrival(state=State.NO_KEY, text=remedy(code, {}))
