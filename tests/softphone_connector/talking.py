"""Calls that phones report to the pipeline, and records that have numbers."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crmplus.accounts.models import User
from crmplus.phonebook.normalise import normalise
from crmplus.phonebook.plan import number_plan
from pbxmanager.events import CallEvent, Direction, EventKind
from pbxmanager.models import Call
from pbxmanager.recorder import record

JULIA = "+491712345678"
STRANGER = "+4930555444"
_numbers = itertools.count()


def tell(
    kind: str,
    extension: str,
    number: str = STRANGER,
    *,
    at: datetime | None = None,
    direction: str = "inbound",
    **given: Any,
) -> Call:
    """An event of a phone; gives its call."""
    given = {"source": "key:1", "call_id": f"c{next(_numbers)}"} | given
    recorded = record(
        CallEvent(
            kind=EventKind(kind),
            extension=extension,
            number=normalise(number, number_plan()),
            direction=Direction(direction),
            received_at=at or timezone.now(),
            stated_at=at,
            **given,
        )
    )
    assert recorded.call
    return Call.objects.get(pk=recorded.call.pk)


def talk(
    extension: str, number: str = STRANGER, *, ago: float = 0, **given: Any
) -> Call:
    """A call of a minute that ended so many seconds ago."""
    end = timezone.now() - timedelta(seconds=ago)
    given["call_id"] = f"talk{next(_numbers)}"
    for kind, before in (("ringing", 65), ("connected", 60), ("ended", 0)):
        at = end - timedelta(seconds=before)
        call = tell(kind, extension, number, at=at, **given)
    return call


def queries(work: Any) -> int:
    """How many queries a function makes."""
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def click(user: User, extension: str, number: str = STRANGER, **given: Any) -> Call:
    """A click in the CRM that no phone has reported yet."""
    source = f"click:{user.pk}"
    return tell(
        "dialled",
        extension,
        number,
        source=source,
        call_id="",
        direction="outbound",
        **given,
    )
