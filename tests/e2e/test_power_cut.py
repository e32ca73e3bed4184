"""kill -9 under load: what was answered is in the log, and nothing is there twice."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.phones import EVENTS, Phones
from tests.support.server import Server, copy_template

pytestmark = pytest.mark.slow

StartServer = Callable[..., Server]
CUTS = 10
SEED = 20260302
# What the log holds: (call ID, event) of each report, and the call of each call ID.
READ_LOG = """
import json
from pbxmanager.models import Call, Event
told = Event.objects.filter(report__call__deleted_at=None, refused="")
calls = Call.objects.values_list("reports__client_call_id", "pk", "status")
print(json.dumps({
    "events": list(told.values_list("report__client_call_id", "kind").distinct()),
    "calls": list(calls),
}))
"""


class EarlyServer(Server):
    """The product, but for the fault that it answers before it commits."""

    application = "tests.e2e.early:application"


def cut(server: Server, times: int, seed: int) -> Phones:
    """Kill and start a server under load, at random moments; gives what was told."""
    moments = random.Random(seed)
    key = server.manage("softphone_key", "create", "--pbx", "PBX").strip()
    with Phones(server.port, key).calling() as phones:
        for _ in range(times):
            time.sleep(moments.uniform(0.3, 2.5))
            phones.up.clear()
            server.kill()
            server.start()
            phones.up.set()
    return phones


def read_log(server: Server) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = json.loads(
        server.manage("shell", "--verbosity=0", "-c", READ_LOG)
    )
    return found


def lost(phones: Phones, log: dict[str, list[Any]]) -> set[tuple[str, str]]:
    """What was answered with 2xx and is not in the log."""
    return set(phones.told) - {(call_id, event) for call_id, event in log["events"]}


def check(server: Server, phones: Phones) -> None:
    log = read_log(server)
    assert not lost(phones, log)
    calls = {call_id for call_id, _event in phones.told}
    assert Counter(call_id for call_id, _pk, _status in log["calls"]) == Counter(calls)
    assert len({pk for _call_id, pk, _status in log["calls"]}) == len(calls)
    assert {status for _call_id, _pk, status in log["calls"]} == {"ended"}
    assert len(phones.told) == len(calls) * len(EVENTS)
    assert phones.sent_again, "no kill met an event on its way"


def test_on_sqlite_all_that_was_answered_is_in_the_log_once(
    server: StartServer,
) -> None:
    running = server()
    check(running, cut(running, CUTS, SEED))


@pytest.mark.postgres
def test_on_postgres_all_that_was_answered_is_in_the_log_once(
    server: StartServer, postgres_database: str
) -> None:
    running = server(DATABASE_URL=postgres_database)
    check(running, cut(running, CUTS, SEED))


@pytest.fixture
def early(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Server]:
    data = copy_template(migrated_sqlite, tmp_path / "data")
    running = EarlyServer(data, {}).start()
    yield running
    running.stop()


def test_an_answer_before_the_commit_is_found_out(early: Server) -> None:
    phones = cut(early, 2, SEED)
    assert lost(phones, read_log(early))
