"""The people, phones and customers of the page tests, and calls told by phones."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crmplus.accounts.models import Role, User
from crmplus.phonebook.normalise import NumberPlan, normalise
from pbxmanager.events import CallEvent, Cause, Direction, EventKind
from pbxmanager.models import Call, Extension
from pbxmanager.recorder import record

NOON = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)  # 12:00 in Berlin, a Wednesday
PLAN = NumberPlan(region="DE")
JULIA = "+491712345678"
STRANGER = "+4930555444"


@dataclass
class Office:
    """Anna (201) and Ben (202) are agents, Karin (203) is their supervisor."""

    anna: User
    ben: User
    karin: User
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def browser(self, user: User) -> Client:
        """A browser in which somebody is signed in."""
        client = Client()
        client.force_login(user)
        return client

    def event(self, kind: EventKind, extension: str, number: str, **given: Any) -> Call:
        """An event of a phone at a time (``at``, else noon)."""
        at = given.pop("at", NOON)
        recorded = record(
            CallEvent(
                kind=kind,
                source=given.pop("source", "key:1"),
                extension=extension,
                number=normalise(number, PLAN),
                received_at=at,
                stated_at=at,
                **given,
            )
        )
        assert recorded.call
        return Call.all_objects.get(pk=recorded.call.pk)

    def call(
        self,
        extension: str,
        number: str = STRANGER,
        direction: Direction = Direction.INBOUND,
        *,
        at: datetime = NOON,
        talk: int | None = 60,
        cause: Cause = Cause.UNKNOWN,
        name: str = "",
        **given: Any,
    ) -> Call:
        """A call that is over: 5 s of ringing, then ``talk`` seconds, None for none."""
        given |= {"direction": direction, "call_id": f"c{next(self.numbers)}"}
        self.event(EventKind.RINGING, extension, number, at=at, name=name, **given)
        at += timedelta(seconds=5)
        if talk is not None:
            self.event(EventKind.CONNECTED, extension, number, at=at, **given)
            at += timedelta(seconds=talk)
        return self.event(
            EventKind.ENDED, extension, number, at=at, cause=cause, **given
        )

    def ringing(self, extension: str, number: str = STRANGER, **given: Any) -> Call:
        """A call that rings."""
        call_id = f"c{next(self.numbers)}"
        given = {"call_id": call_id, "direction": Direction.INBOUND} | given
        return self.event(EventKind.RINGING, extension, number, **given)

    def clicked(self, user: User, extension: str, number: str = STRANGER) -> Call:
        """A click in the CRM that no phone has reported yet."""
        return self.event(
            EventKind.DIALLED,
            extension,
            number,
            source=f"click:{user.pk}",
            direction=Direction.OUTBOUND,
        )


def make_office() -> Office:
    """Users with their extensions."""
    user = User.objects.create_user
    office = Office(
        anna=user("anna", first_name="Anna", last_name="Schmidt"),
        ben=user("ben", first_name="Ben", last_name="Wagner"),
        karin=user(
            "karin", first_name="Karin", last_name="Heiden", role=Role.SUPERVISOR
        ),
    )
    owners = {"201": office.anna, "202": office.ben, "203": office.karin}
    for number, owner in owners.items():
        Extension.objects.create(number=number, user=owner)
    return office


def queries(work: Callable[[], object]) -> int:
    """How many queries a function makes."""
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def words_of(html: str) -> str:
    """The words of a page, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
