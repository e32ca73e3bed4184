"""Calling oneself: a simulated call through the real pipeline, to see one's popup."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from crmplus.phonebook.normalise import normalise
from crmplus.phonebook.plan import number_plan
from pbxmanager.events import CallEvent, Direction, EventKind
from pbxmanager.models import Call, Report
from pbxmanager.recorder import Refused, record
from pbxmanager.signals import tell

if TYPE_CHECKING:
    from crmplus.accounts.models import User
    from softphone_connector.lines import Line

STEPS = (EventKind.RINGING, EventKind.CONNECTED, EventKind.ENDED)
CALL_ID = re.compile(r"test-[0-9a-f]{16}-[0-9]{3}")
# For use in drama: Bundesnetzagentur, "Rufnummern für Medienproduktionen", Berlin.
DRAMA = "+493023125"


class NotACallError(ValueError):
    """There is no such test call."""


def source_of(user: User) -> str:
    """What such a call's events are reported by."""
    return f"test:{user.pk}"


def new_call_id() -> str:
    """A call ID for a test; its last digits are those of the number that calls."""
    return f"test-{secrets.token_hex(8)}-{secrets.randbelow(1000):03d}"


def play(user: User, line: Line, call_id: str, step: EventKind) -> Call:
    """Report one step of a test call; gives the call. Raises NotACallError."""
    if not CALL_ID.fullmatch(call_id) or step not in STEPS:
        raise NotACallError(call_id)
    event = CallEvent(
        kind=step,
        source=source_of(user),
        scope=line.extension.number,
        call_id=call_id,
        extension=line.extension.number,
        number=normalise(DRAMA + call_id[-3:], number_plan()),
        direction=Direction.INBOUND,
        name=_("Test call"),
        received_at=timezone.now(),
        raw={"params": {}, "notes": [], "method": "test"},
    )
    try:
        recorded = record(event)
    except Refused as refused:
        raise NotACallError(call_id) from refused
    if recorded.call is None:
        raise NotACallError(call_id)
    return recorded.call


def sweep(user: User) -> int:
    """Put all test calls of a user into the recycle bin; gives how many there were.

    They would stand in the log and in the statistics as if they had been calls.
    """
    own = Report.objects.filter(source=source_of(user)).values("call")
    real = Report.objects.filter(call=OuterRef("pk")).exclude(source=source_of(user))
    found = list(Call.objects.filter(~Exists(real), pk__in=own))
    for call in found:
        call.version = call.next_version()
        call.save(update_fields=["version"])
        call.move_to_bin(by=user)
        tell(call)
    return len(found)
