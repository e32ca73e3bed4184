"""What has come from a phone since somebody began to wait for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from softphone_connector.profiles import profile

if TYPE_CHECKING:
    from crmplus.accounts.models import User
    from softphone_connector.lines import Line

# How long one waits; nothing older is looked at.
LONGEST = timedelta(minutes=10)
KEY_CODES = {
    UnknownKeyAttempt.Reason.MISSING: Code.KEY_MISSING,
    UnknownKeyAttempt.Reason.UNKNOWN: Code.KEY_UNKNOWN,
    UnknownKeyAttempt.Reason.REVOKED: Code.KEY_REVOKED,
    UnknownKeyAttempt.Reason.SIGNATURE: Code.SIGNATURE,
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
class Watch:
    """What somebody waits for: an event with one of ``keys`` (revoked ones count too).

    With an ``extension`` it must be for that one, and may then come from elsewhere as
    well: from a PBX.
    """

    keys: Sequence[SoftphoneKey]
    extension: str = ""

    @property
    def sources(self) -> list[str]:
        return [key.source for key in self.keys]

    def includes(self) -> Q:
        """Which events are of interest."""
        own = Q(source__in=self.sources)
        if not self.extension:
            return own
        return own | Q(extension=self.extension, source__startswith="key:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What came. ``event`` is the row, None where its contents are not the user's to
    see; ``remarks`` is what was odd about it, ``text`` what is wrong and what to do."""

    state: State
    event: Event | None = None
    remarks: tuple[str, ...] = ()
    text: str = ""


def line_watch(user: User, line: Line) -> Watch:
    """Waiting for a line: by its own keys, and the user's for all lines."""
    own = SoftphoneKey.objects.filter(user=user)
    found = own.filter(Q(extension=line.extension) | Q(extension=None))
    return Watch(keys=list(found), extension=line.extension.number)


def arrival(watch: Watch, since: datetime, address: str, now: datetime) -> Arrival:
    """What came since a time (UTC), the best of it.

    ``address`` is where the user's browser is: a phone is often behind the same one.
    """
    since = max(since, now - LONGEST)
    news = Event.objects.filter(watch.includes(), received_at__gte=since)
    accepted = news.filter(refused="")
    right = accepted.order_by("received_at")
    if watch.extension:
        right = right.filter(extension=watch.extension)
    first = right.first()
    if first:
        return Arrival(state=State.ARRIVED, event=first, remarks=_remarks(first))
    refused = news.exclude(refused="").order_by("-received_at").first()
    if refused:
        return _refused(refused, watch)
    other = accepted.order_by("-received_at").first()
    if other:
        return _other_line(other)
    return _without_key(watch, since, address)


def _refused(event: Event, watch: Watch) -> Arrival:
    facts: Mapping[str, Any] = event.raw.get("fault") or {}
    parameter = PARAMETERS.get(event.refused)  # type: ignore[call-overload]
    if parameter:
        facts = {"parameter": str(parameter), **facts}
    # What somebody else's phone sent is not for everybody's eyes.
    is_own = event.source in watch.sources
    return Arrival(
        state=State.REFUSED,
        event=event if is_own else None,
        remarks=_remarks(event) if is_own else (),
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


def _without_key(watch: Watch, since: datetime, address: str) -> Arrival:
    """A request without a good key from here, or with one that begins like these."""
    prefixes = [key.prefix for key in watch.keys]
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
    return Arrival(state=State.NO_KEY, text=remedy(code, {"value": _client(watch)}))


def _client(watch: Watch) -> str:
    """The client of the newest key, which signs what it sends."""
    newest = max(watch.keys, key=lambda key: key.pk, default=None)
    known = profile(newest.profile) if newest else None
    return known.name if known else ""
