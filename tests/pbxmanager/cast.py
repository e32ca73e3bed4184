"""Who calls whom in these tests, and what their phones report.

Anna has the extensions 201 and 301, Ben 202, Carl 203. Their keys are "key:anna" and
so on, the PBX's is "key:pbx". Times are seconds since ``START``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from crmplus.accounts.models import User
from crmplus.phonebook.normalise import NumberPlan, normalise
from pbxmanager import models
from pbxmanager.events import CallEvent, Direction, EventKind
from pbxmanager.told import Told

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PLAN = NumberPlan(region="DE")
CUSTOMER = "+491711234567"
OTHER_CUSTOMER = "+493023125123"
PEOPLE = {"anna": ("201", "301"), "ben": ("202",), "carl": ("203",)}

RINGING, CONNECTED = EventKind.RINGING, EventKind.CONNECTED
ENDED, MISSED = EventKind.ENDED, EventKind.MISSED
IN, OUT = Direction.INBOUND, Direction.OUTBOUND


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def event(
    kind: EventKind,
    seconds: float,
    *,
    ext: str = "201",
    number: str | None = CUSTOMER,
    by: str = "anna",
    stated: bool = True,
    **given: Any,
) -> CallEvent:
    """What a source reports; ``number=None`` where it sends none."""
    fields: dict[str, Any] = {
        "source": f"key:{by}",
        "scope": "" if by == "pbx" else ext,
        "call_id": f"{by}-1",
        "direction": IN,
        "received_at": at(seconds),
        "stated_at": at(seconds) if stated else None,
    }
    return CallEvent(
        kind=kind,
        extension=ext,
        number=normalise(number or "", PLAN),
        number_stated=number is not None,
        **{**fields, **given},
    )


def click(seconds: float, *, user: int, ext: str = "201", **given: Any) -> CallEvent:
    """A click on a number in the CRM."""
    fields = {"source": f"click:{user}", "scope": "", "call_id": "", "direction": OUT}
    return event(EventKind.DIALLED, seconds, ext=ext, **{**fields, **given})


def told(*events: CallEvent) -> list[Told]:
    """Events, each with the report it belongs to."""
    return [Told((one.source, one.scope, one.call_id), one) for one in events]


def people() -> dict[str, User]:
    """Anna, Ben and Carl, with their extensions."""
    users = {name: User.objects.create(username=name) for name in PEOPLE}
    for name, extensions in PEOPLE.items():
        for number in extensions:
            models.Extension.objects.create(number=number, user=users[name])
    return users
