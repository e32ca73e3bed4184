"""The stream of a real server, over real sockets."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crmplus.live.site import Site
from tests.support import services

pytestmark = pytest.mark.slow
GRACE_SECONDS = 3
PROCESSES = Path("/proc")


class Stream:
    """One open stream, read event by event."""

    def __init__(self, site: Site, name: str = "anna") -> None:
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", site.server.port, timeout=15
        )
        cookie = {"Cookie": f"sessionid={name * 8}"}
        self._connection.request("GET", "/live/", headers=cookie)
        self.answer = self._connection.getresponse()

    def event(self) -> tuple[str, Any]:
        fields: dict[str, str] = {}
        while True:
            line = self.answer.readline().decode()
            if not line:
                raise EOFError
            if line.strip():
                name, _, value = line.strip().partition(": ")
                fields[name] = value
            elif "data" in fields:
                return fields["event"], json.loads(fields["data"])
            else:
                fields = {}

    def ends(self) -> float:
        """Seconds until the server ends the stream."""
        begun = time.monotonic()
        while self.answer.readline():
            pass
        return time.monotonic() - begun

    def close(self) -> None:
        self.answer.close()
        self._connection.close()


@pytest.fixture
def listen() -> Iterator[Callable[..., Stream]]:
    """Opens streams: ``listen(site, "ben")``; each has had its snapshot."""
    opened: list[Stream] = []

    def open_stream(site: Site, name: str = "anna") -> Stream:
        stream = Stream(site, name)
        opened.append(stream)
        assert stream.event() == ("snapshot", {"ping": 15, "messages": []})
        return stream

    yield open_stream
    for stream in opened:
        stream.close()


def test_a_message_reaches_the_stream_of_its_user_only(
    site: Callable[..., Site], listen: Callable[..., Stream]
) -> None:
    own = site()
    anna, ben = listen(own, "anna"), listen(own, "ben")
    own.publish(1, key="c1", version=1)
    own.publish(2, key="c2", version=1)
    assert anna.event() == ("message", {"type": "call", "key": "c1", "version": 1})
    assert ben.event() == ("message", {"type": "call", "key": "c2", "version": 1})
    anna.close()
    ben.close()
    services.wait_until(lambda: own.streams() == 0, "Closed streams were not forgotten")


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM django_session WHERE session_key LIKE 'anna%'",
        "UPDATE accounts_user SET password = 'other' WHERE id = 1",
        "UPDATE accounts_user SET role = 'admin' WHERE id = 1",
        "UPDATE accounts_user SET is_active = 0 WHERE id = 1",
    ],
    ids=["signed out", "another password", "another role", "deactivated"],
)
def test_a_stream_ends_within_five_seconds_of(
    site: Callable[..., Site], listen: Callable[..., Stream], sql: str
) -> None:
    own = site()
    anna, ben = listen(own, "anna"), listen(own, "ben")
    own.execute(sql)
    assert anna.ends() < 5
    own.publish(2, key="c1", version=1)
    assert ben.event()[0] == "message"


def test_open_streams_do_not_keep_the_server_from_ending(
    site: Callable[..., Site], listen: Callable[..., Stream]
) -> None:
    own = site()
    streams = [listen(own) for _ in range(20)]
    begun = time.monotonic()
    own.server.stop()
    # Less than it would wait for answers that don't end.
    assert time.monotonic() - begun < GRACE_SECONDS
    assert all(stream.ends() < 1 for stream in streams)
    assert "Traceback" not in own.server.log()


@pytest.mark.redis
def test_what_one_process_publishes_reaches_the_streams_of_another(
    site: Callable[..., Site], listen: Callable[..., Stream], redis_url: str
) -> None:
    here = site(REDIS_URL=redis_url)
    there = site(beside=here)
    stream = listen(there)
    here.publish(1, key="c1", version=1)
    assert stream.event() == ("message", {"type": "call", "key": "c1", "version": 1})


@pytest.mark.skipif(not PROCESSES.exists(), reason="needs Linux's /proc")
def test_open_streams_hold_no_database_and_no_thread(
    site: Callable[..., Site], listen: Callable[..., Stream]
) -> None:
    own = site()
    process = PROCESSES / str(own.server.process.pid)

    def databases() -> int:
        links = [file for file in (process / "fd").iterdir() if file.is_symlink()]
        return sum("sqlite3" in str(link.readlink()) for link in links)

    def threads() -> int:
        return len(list((process / "task").iterdir()))

    for _ in range(10):
        listen(own)
    before = threads()
    for _ in range(10):
        listen(own)
    assert threads() == before
    services.wait_until(lambda: databases() == 0, "The database was not closed")
