"""The event endpoints of a running server, as a phone meets them."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from tests.support.server import Server

RINGING = "extension=201&number=%2B493023125123&call_id={call_id}"
UNKNOWN = "sk_" + "unknown" * 6 + "x"


class Phone:
    """A phone on one kept-alive connection."""

    def __init__(self, server: Server, key: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, 30)
        self.key = key

    def report(
        self, event: str, query: str, method: str = "GET", body: bytes = b""
    ) -> int:
        address = f"/softphone/{self.key}/{event}?{query}"
        self.connection.request(method, address, body)
        answer = self.connection.getresponse()
        answer.read()
        assert answer.getheader("Set-Cookie") is None
        return answer.status

    def close(self) -> None:
        self.connection.close()


@pytest.fixture
def running(server: Callable[..., Server]) -> Server:
    return server()


@pytest.fixture
def phone(running: Server) -> Iterator[Phone]:
    key = running.manage("softphone_key", "create", "--pbx", "PBX").strip()
    with closing(Phone(running, key)) as phone:
        yield phone


@pytest.mark.slow
def test_keys_never_reach_the_log(running: Server, phone: Phone) -> None:
    assert phone.report("ringing", RINGING.format(call_id=1)) == 204
    assert phone.report("nothing", "") == 404
    with closing(Phone(running, UNKNOWN)) as stranger:
        assert stranger.report("ringing", f"name={phone.key}") == 401
    running.stop()
    log = running.log()
    assert f"/softphone/{phone.key[:7]}…/ringing" in log
    for key in (phone.key, UNKNOWN):
        assert key not in log
        assert key[:9] not in log


@pytest.mark.slow
def test_limits_hold_on_a_connection_that_goes_on(phone: Phone) -> None:
    ringing = RINGING.format(call_id=1)
    assert phone.report("ringing", f"{ringing}&x={'y' * 8_200}") == 414
    assert phone.report("ringing", "", "POST", b"x" * 70_000) == 413
    assert phone.report("ringing", ringing, "HEAD") == 204
    assert phone.report("ringing", ringing, "DELETE") == 405
    assert phone.report("ringing", ringing) == 204


@pytest.mark.slow
def test_many_phones_at_once_are_all_recorded(running: Server, phone: Phone) -> None:
    def calls(number: int) -> list[int]:
        queries = [RINGING.format(call_id=f"{number}-{call}") for call in range(10)]
        with closing(Phone(running, phone.key)) as one:
            return [one.report("ringing", query) for query in queries]

    with ThreadPoolExecutor(16) as pool:
        answered = [status for found in pool.map(calls, range(16)) for status in found]
    assert answered == [204] * 160
    counted = running.manage(
        "shell",
        "-c",
        "from pbxmanager.models import Event; print(Event.objects.count())",
    )
    assert counted.split()[-1] == "160"


@pytest.mark.postgres
def test_a_restarted_database_costs_no_event(
    server: Callable[..., Server], postgres_database: str
) -> None:
    running = server(DATABASE_URL=postgres_database)
    key = running.manage("softphone_key", "create", "--pbx", "PBX").strip()
    with (
        closing(Phone(running, key)) as phone,
        psycopg.connect(postgres_database, autocommit=True) as admin,
    ):
        assert phone.report("ringing", RINGING.format(call_id=1)) == 204
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert phone.report("ended", RINGING.format(call_id=1)) == 204
        row = admin.execute("SELECT status FROM pbxmanager_call").fetchall()
    assert row == [("missed",)]
