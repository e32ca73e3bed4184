"""What the tests of the statistics share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from unittest import mock

import pytest

from crmplus.accounts.models import Team, User
from pbxmanager.events import Cause, Direction
from pbxmanager.models import Call, Disposition, Extension
from pbxmanager.statistics import upkeep, wall
from pbxmanager.statistics.models import ShownPerson
from tests.pbxmanager.office import NOON, Office, make_office

OUT = Direction.OUTBOUND
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# When the busy office is looked at.
NOW = NOON + 20 * DAY


@pytest.fixture
def office(db: None) -> Office:
    """Anna, Ben and Karin with their phones."""
    return make_office()


@pytest.fixture
def count() -> Callable[[datetime], int]:
    """Counts what has changed, as the loop does, at a time (UTC)."""
    return upkeep.run


@pytest.fixture
def busy(office: Office) -> Iterator[Office]:
    """An office with some weeks of calls, counted; it is the 24th of March."""
    for number in range(3):
        user = User.objects.create(username=f"more{number}", last_name=f"More {number}")
        Extension.objects.create(number=str(400 + number), user=user)
    Extension.objects.create(number="100")
    team = Team.objects.create(name="=Sales")
    office.anna.team = office.ben.team = team
    office.anna.save()
    office.ben.save()
    ShownPerson.objects.create(user=office.ben)
    for index, days in enumerate((-150, -30, -3, -2, 0, 0, 1, 5, 19, 20)):
        at = NOON + days * DAY + index * timedelta(minutes=25)
        line = ("201", "202", "203", "400", "401", "402", "100")[index % 7]
        office.call(line, at=at, talk=30 + index)
        office.call(line, f"+49308880{index}", at=at + HOUR, talk=None)
        office.call(line, direction=OUT, at=at + 3 * HOUR, talk=(None, 9)[index % 2])
        cause = Cause.BUSY
        office.call("202", "+49301212", at=at + 2 * HOUR, talk=None, cause=cause)
    sold, reached = Disposition.objects.filter(key__in=("sold", "reached"))
    for index, call in enumerate(Call.objects.order_by("pk")):
        call.disposition = (sold, reached, None)[index % 3]
        call.save(update_fields=["disposition"])
    office.call("203", "+493088803", OUT, at=NOON - DAY)
    office.ringing("201", at=NOON + 20 * DAY)
    with mock.patch("django.utils.timezone.now", return_value=NOW + 2 * HOUR):
        upkeep.run(NOW + 2 * HOUR)
        yield office


@pytest.fixture(autouse=True)
def fresh_board() -> Iterator[None]:
    wall.forget()
    yield
    wall.forget()
