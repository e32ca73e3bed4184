"""Events of one call that arrive at the same moment, on both databases."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Event, Thread
from typing import Any

import dj_database_url
import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from pytest_django import DjangoDbBlocker

from pbxmanager import models
from pbxmanager.clean_up import clean_up
from pbxmanager.events import CallEvent, Cause
from pbxmanager.housekeeping import give_up_overdue
from pbxmanager.recorder import record
from tests.pbxmanager.cast import CONNECTED, ENDED, MISSED, RINGING, at, event
from tests.support import services

pytestmark = pytest.mark.races
CALLS = 1000
PAIRS = 4
DATABASES = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.postgres),
]
if os.environ.get("TEST_DB") == "postgres":
    DATABASES = DATABASES[1:]


@pytest.fixture(params=DATABASES)
def database(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    django_db_blocker: DjangoDbBlocker,
    tmp_path: Path,
) -> Iterator[None]:
    """An empty database that threads started from here on connect to."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            options = connections.settings["default"]["OPTIONS"]
            url = f"sqlite:///{tmp_path / 'races.sqlite3'}"
        else:
            cluster = request.getfixturevalue("postgres_url")
            url = stack.enter_context(services.postgres_database(cluster))
            options = {}
        made = {"default": {**dj_database_url.parse(url), "OPTIONS": options}}
        configured = connections.configure_settings(made)["default"]
        monkeypatch.setitem(connections.settings, "default", configured)
        stack.enter_context(django_db_blocker.unblock())
        at_once(lambda: call_command("migrate", run_syncdb=True, verbosity=0))
        yield


def at_once(*jobs: Callable[[], object]) -> None:
    """Run jobs in threads with connections of their own; raises what one raised."""
    errors: list[BaseException] = []

    def run(job: Callable[[], object]) -> None:
        try:
            job()
        except BrokenBarrierError:
            pass  # Another thread has failed, and says why.
        except BaseException as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def in_step(barrier: Barrier, events: Sequence[CallEvent]) -> None:
    """Record events, each at the same moment as the other threads theirs."""
    try:
        for one in events:
            barrier.wait(timeout=60)
            record(one)
    except BaseException:
        barrier.abort()
        raise


def seen() -> dict[str, Any]:
    """What is in the database now."""
    found: dict[str, Any] = {}

    def read() -> None:
        found["vendor"] = connection.vendor
        found["calls"] = list(
            models.Call.objects.values_list("status", "extension", "wait", "duration")
        )
        found["legs"] = sorted(
            models.Leg.objects.values_list("extension", "outcome").distinct()
        )
        found["counts"] = (
            models.Report.objects.count(),
            models.Leg.objects.count(),
            models.Event.objects.count(),
        )

    at_once(read)
    return found


def numbered(place: int) -> dict[str, Any]:
    return {"number": f"+4917110{place:05}", "call_id": str(place)}


def test_eight_events_of_one_call_at_once(
    database: None, request: pytest.FixtureRequest
) -> None:
    """Phone and PBX tell of a call that 201 answers and 202 does not, all at once."""

    def of_call(place: int) -> list[CallEvent]:
        fields = numbered(place)
        pbx = {**fields, "by": "pbx"}
        return [
            event(RINGING, 0, **fields),
            event(CONNECTED, 5, **fields),
            event(ENDED, 65, **fields),
            event(RINGING, 0, **pbx),
            event(RINGING, 0, ext="202", **pbx),
            event(CONNECTED, 5, **pbx),
            event(ENDED, 5, ext="202", cause=Cause.ANSWERED_ELSEWHERE, **pbx),
            event(ENDED, 65, **pbx),
        ]

    calls = [of_call(place) for place in range(CALLS)]
    barrier = Barrier(8)
    at_once(*(partial(in_step, barrier, mine) for mine in zip(*calls, strict=True)))

    found = seen()
    assert found["calls"] == [("ended", "201", 5, 60)] * CALLS
    assert found["legs"] == [("201", "answered"), ("202", "answered_elsewhere")]
    assert found["counts"] == (2 * CALLS, 2 * CALLS, 8 * CALLS)
    assert found["vendor"] in request.node.name


def test_the_winner_and_the_loser_of_a_ring_group_at_once(
    database: None, request: pytest.FixtureRequest
) -> None:
    """Two phones with call IDs of their own; both ring, then one answers."""

    def of_phones(places: range) -> tuple[list[CallEvent], list[CallEvent]]:
        anna, ben = [], []
        for place in places:
            mine = numbered(place)
            theirs = {"ext": "202", "by": "ben", **mine}
            anna += [event(RINGING, 0, **mine), event(MISSED, 5.2, **mine)]
            ben += [event(RINGING, 0.3, **theirs), event(CONNECTED, 5, **theirs)]
        return anna, ben

    jobs: list[Callable[[], object]] = []
    for pair in range(PAIRS):
        barrier = Barrier(2)
        phones = of_phones(range(pair, CALLS, PAIRS))
        jobs += [partial(in_step, barrier, events) for events in phones]
    at_once(*jobs)

    found = seen()
    assert found["calls"] == [("connected", "202", 5, None)] * CALLS
    assert found["legs"] == [("201", "answered_elsewhere"), ("202", "")]
    assert found["counts"] == (2 * CALLS, 2 * CALLS, 4 * CALLS)
    assert found["vendor"] in request.node.name


@pytest.mark.parametrize("database", DATABASES[-1:], indirect=True)
def test_the_clean_up_waits_for_nobody(database: None) -> None:
    """What a live event is writing at this moment is left for the next night."""
    night = at(17 * 3600)
    held, done = Event(), Event()

    def prepare() -> None:
        for place in range(3):
            record(event(RINGING, 0, **numbered(place)))
        give_up_overdue(night)

    def live_event() -> None:
        with transaction.atomic():
            record(event(ENDED, 60, **numbered(1)))
            held.set()
            assert done.wait(30)

    def job() -> None:
        assert held.wait(30)
        try:
            assert clean_up(night) == 2
        finally:
            done.set()

    at_once(prepare)
    at_once(live_event, job)

    def check() -> None:
        kept = models.Call.objects.get()
        assert (kept.status, kept.duration) == ("missed", 0)

    at_once(check)
