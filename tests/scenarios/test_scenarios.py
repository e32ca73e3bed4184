"""Every event table gives the log that is written below it, in any order told."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from crmplus.accounts.models import User
from crmplus.conf import BASE_DIR
from pbxmanager import models
from pbxmanager.events import CallEvent
from pbxmanager.housekeeping import give_up_overdue
from pbxmanager.identity import NEW_GENERATION
from pbxmanager.recorder import Refused, record
from tests.scenarios.tables import (
    Line,
    Overdue,
    Scenario,
    View,
    all_tables,
    rows,
    words,
)

pytestmark = pytest.mark.django_db


def order_counts(events: list[Line]) -> bool:
    """Whether events mean something else in another order.

    So it is without call IDs or stated times, and where call IDs are used again.
    """
    reported = [event for event in events if isinstance(event, CallEvent)]
    told = all(one.call_id and one.stated_at for one in reported)
    times = [one.at for one in reported]
    again = any(one.ids_restart for one in reported)
    again = again or max(times) - min(times) >= NEW_GENERATION
    return len(reported) < len(events) or again or not told


VIEWS = [(scenario, view) for scenario in all_tables() for view in scenario.views]


def ids(value: Scenario | View) -> str:
    return value.name if isinstance(value, Scenario) else value.told_by


def play(events: list[Line]) -> None:
    for event in events:
        if isinstance(event, Overdue):
            give_up_overdue(event.at)
        else:
            with suppress(Refused):
                record(event)


def log() -> list[str]:
    """The log as the tables write it."""
    calls = list(models.Call.objects.order_by("started_at", "id"))
    lines = []
    for call in calls:
        parts = [
            "call",
            call.direction,
            call.status,
            call.extension or "-",
            call.party or "-",
            f"wait {'-' if call.wait is None else call.wait}",
            f"duration {'-' if call.duration is None else call.duration}",
        ]
        if call.continues:
            parts.append(f"continues {calls.index(call.continues) + 1}")
        lines.append(" ".join(parts))
        lines += [
            words(f"leg {leg.extension or '-'} {leg.outcome or 'running'}")
            for leg in call.legs.order_by("extension")
        ]
    return lines


@pytest.fixture(autouse=True)
def lines() -> None:
    anna = User.objects.create(pk=1, username="anna")
    models.Extension.objects.create(number="201", user=anna)
    models.Extension.objects.create(number="202")
    models.Extension.objects.create(number="301", user=anna)


@pytest.mark.parametrize(("scenario", "view"), VIEWS, ids=ids)
def test_events_give_the_log_of_the_table(scenario: Scenario, view: View) -> None:
    play(scenario.told_by(view.told_by))

    assert log() == view.log


@pytest.mark.parametrize(
    ("scenario", "view"),
    [
        (scenario, view)
        for scenario, view in VIEWS
        if not order_counts(scenario.told_by(view.told_by))
    ],
    ids=ids,
)
def test_order_and_repetition_do_not_matter(scenario: Scenario, view: View) -> None:
    events = scenario.told_by(view.told_by)
    shuffled = [*events, *events]
    random.Random(scenario.name).shuffle(shuffled)
    play(shuffled)

    assert log() == view.log


def test_the_documentation_tells_what_every_table_becomes() -> None:
    """``python -m tests.scenarios.tables`` prints the rows."""
    documented = (BASE_DIR / "docs" / "call-rules.md").read_text(encoding="utf-8")
    _, table = documented.split("| What happens | Told by | What the log says |")

    assert table.splitlines()[2:] == list(rows())
