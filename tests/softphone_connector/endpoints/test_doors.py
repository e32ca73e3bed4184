"""Both doors, Django's view and the lean ASGI application, give the same answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple
from unittest.mock import AsyncMock, Mock
from urllib.parse import unquote, urlencode

import pytest
from django.db import connections
from django.http import HttpRequest, UnreadablePostError
from django.test import Client, RequestFactory

from crmplus import hooks
from pbxmanager.models import Call, Event
from softphone_connector.endpoints import asgi, views
from softphone_connector.endpoints.answers import Answer
from softphone_connector.endpoints.asgi import EventDoor, Pace
from softphone_connector.endpoints.requests import BODY_LIMIT, EventRequest
from tests.softphone_connector.cast import Cast, cast

FORM = "application/x-www-form-urlencoded"
RINGING = {"extension": "201", "number": "+493023125123", "call_id": "1"}


class Sent(NamedTuple):
    """A request as a table row: what varies."""

    path: str
    query: str = urlencode(RINGING)
    method: str = "GET"
    body: bytes = b""
    headers: dict[str, str] = {}  # noqa: RUF012  (never changed)


class Got(NamedTuple):
    status: int
    body: bytes
    headers: dict[str, str]


OURS = {
    "allow",
    "cache-control",
    "content-language",
    "content-type",
    "location",
    "referrer-policy",
    "retry-after",
    "set-cookie",
    "www-authenticate",
    "x-content-type-options",
}


def ours(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name in OURS}


def by_django(sent: Sent) -> Got:
    response = Client().generic(
        sent.method,
        f"/softphone/{sent.path}",
        sent.body,
        content_type=sent.headers.get("content-type", ""),
        headers=sent.headers,
        QUERY_STRING=sent.query,
    )
    headers = {name.lower(): value for name, value in response.headers.items()}
    assert not response.cookies
    if response.status_code < 400:
        # The host says its language even where there is no text.
        headers.pop("content-language", None)
    return Got(response.status_code, response.content, ours(headers))


def scope(sent: Sent) -> dict[str, Any]:
    headers = [(name.encode(), value.encode()) for name, value in sent.headers.items()]
    return {
        "type": "http",
        "method": sent.method,
        "path": unquote(f"/softphone/{sent.path}"),
        "query_string": sent.query.encode(),
        "headers": headers,
        "client": ("10.0.0.7", 50_000),
    }


async def call(door: EventDoor, sent: Sent, chunk: int = 1_000) -> list[Any]:
    """Call the ASGI application with the body in pieces; gives what it sent."""
    parts = [sent.body[i : i + chunk] for i in range(0, len(sent.body), chunk)] or [b""]
    messages = [
        {"type": "http.request", "body": part, "more_body": number < len(parts)}
        for number, part in enumerate(parts, 1)
    ]
    answered: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        answered.append(message)

    await door(scope(sent), receive, send)
    return answered


@pytest.fixture
def door() -> Iterator[EventDoor]:
    """The lean door with its own threads; their connections are closed afterwards."""
    door = EventDoor(pace=Pace(threads=1, together=32))
    yield door
    door.threads.submit(connections.close_all).result()
    door.threads.shutdown()


def by_asgi(door: EventDoor, sent: Sent) -> Got:
    start, body = asyncio.run(call(door, sent))
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    length = headers.get("content-length")
    assert length == (None if start["status"] == 204 else str(len(body["body"])))
    return Got(start["status"], body["body"], ours(headers))


TABLE = [
    Sent("{key}/ringing"),
    Sent("{key}/ringing/"),
    Sent("{key}/hold"),
    Sent("{key}/nothing"),
    Sent("{key}"),
    Sent("{key}/", urlencode({**RINGING, "event": "ringing"})),
    Sent("ringing", headers={"authorization": "Bearer {key}"}),
    Sent("ringing"),
    Sent(""),
    Sent("sk_wrong/ringing"),
    Sent("{key}/ringing", "extension=999"),
    Sent("{key}/ringing", "number=$remote"),
    Sent("{key}/ringing", "number=%CallerNumber%&name=M%FCller"),
    Sent("{key}/ringing", "number=1;direction=x"),
    Sent("{key}/ringing", "direction=x", headers={"accept": "application/json"}),
    Sent("{key}/ringing", method="HEAD"),
    Sent("{key}/ringing", method="DELETE"),
    Sent("{key}/ringing", headers={"sec-purpose": "prefetch"}),
    Sent("{key}/ringing", "x=" + "y" * 9_000),
    Sent("{key}/ringing", "", "POST", b"number=5", {"content-type": FORM}),
    Sent("{key}/ringing", "", "POST", b"{", {"content-type": "application/json"}),
    Sent("{key}/ringing", "", "POST", b"x" * (BODY_LIMIT + 1), {"content-type": FORM}),
    Sent("{key}/ringing", "", "POST", b"x=" + b"y" * 5_000, {"content-type": FORM}),
    Sent("{key}/%00", method="GET"),
]


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sent", TABLE, ids=lambda sent: f"{sent.method} {sent.path}")
def test_both_doors_give_the_same_answer(door: EventDoor, sent: Sent) -> None:
    key = cast().key
    filled = sent._replace(
        path=sent.path.replace("{key}", key),
        headers={
            name: value.replace("{key}", key) for name, value in sent.headers.items()
        },
    )
    assert by_django(filled) == by_asgi(door, filled)
    kept = Event.objects.order_by("pk").values_list("kind", "refused", "extension")
    assert kept.count() in {0, 2}
    assert len(set(kept)) <= 1


@pytest.mark.django_db(transaction=True)
def test_both_doors_send_a_browser_to_the_same_popup(door: EventDoor) -> None:
    headers = {"sec-fetch-mode": "navigate", "accept": "text/html"}
    sent = Sent(f"{cast().key}/ringing", headers=headers)
    got = by_django(sent)
    assert got == by_asgi(door, sent)
    assert got.headers["location"] == f"/popup/{Call.objects.get().uid}/"


@pytest.mark.django_db(transaction=True)
def test_the_lean_door_is_open_at_the_asgi_server() -> None:
    prefixes = {path.prefix: path.app for path in hooks.registered(hooks.AsgiPath)}
    assert isinstance(prefixes["/softphone/"], EventDoor)


def test_the_view_also_answers_without_a_slash(people: Cast) -> None:
    sent = {**RINGING, "event": "ringing"}
    headers = {"authorization": f"Bearer {people.key}"}
    assert Client().get("/softphone", sent, headers=headers).status_code == 204


def test_the_view_needs_no_csrf_token(people: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(f"/softphone/{people.key}/ringing", RINGING)
    assert answer.status_code == 204


def test_the_view_survives_a_client_that_goes_away() -> None:
    class Gone(HttpRequest):
        def read(self, *arguments: object) -> bytes:
            raise UnreadablePostError

    gone = Gone()
    gone.method = "POST"
    assert views.event(gone, "sk_x/ringing").status_code == 503


def test_the_clients_address_comes_through_both_doors(monkeypatch) -> None:
    headers = {"x-forwarded-for": "6.6.6.6, 1.2.3.4"}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR="10.0.0.7")
    forwarded = scope(Sent("", headers=headers))
    for trusted, address in ((0, "10.0.0.7"), (1, "1.2.3.4")):
        for module in (views, asgi):
            monkeypatch.setattr(module, "env", Mock(trusted_proxies=trusted))
        assert views.read(request, "").remote == address
        assert asgi.read(forwarded, b"").remote == address


def test_repeated_headers_are_one_list() -> None:
    pairs = [(b"x-forwarded-for", b"1.1.1.1"), (b"x-forwarded-for", b"2.2.2.2")]
    assert asgi.read_headers(pairs) == {"x-forwarded-for": "1.1.1.1, 2.2.2.2"}


def test_a_root_path_is_not_part_of_the_address() -> None:
    sent = {**scope(Sent("sk_x/ringing")), "path": "/crm/softphone/sk_x/ringing"}
    assert asgi.read({**sent, "root_path": "/crm"}, b"").path == "sk_x/ringing"


def test_a_request_without_a_client_address_is_read() -> None:
    assert asgi.read({**scope(Sent("")), "client": None}, b"").remote == ""


class Slow:
    """A job that waits until it may go on; notes what it was given together."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.started = threading.Event()
        self.done: list[list[str]] = []

    def __call__(self, requests: Sequence[EventRequest]) -> list[Answer]:
        self.started.set()
        self.may_go_on.wait(10)
        self.done.append([request.path for request in requests])
        return [Answer(204) for _ in requests]


@pytest.fixture
def slow() -> Iterator[tuple[Slow, EventDoor]]:
    job = Slow()
    door = EventDoor(job, Pace(threads=1, together=2), max_waiting=4)
    yield job, door
    job.may_go_on.set()
    door.threads.shutdown()


async def queued(door: EventDoor, count: int) -> None:
    """Let the event loop go on until so many requests wait for a thread."""
    while len(door._queue) < count:  # noqa: ASYNC110  (nothing else to wait for)
        await asyncio.sleep(0)


def test_what_came_while_one_was_written_is_written_together(slow) -> None:
    job, door = slow

    async def scenario() -> list[Any]:
        first = asyncio.create_task(call(door, Sent("first")))
        await asyncio.to_thread(job.started.wait, 10)
        others = [asyncio.create_task(call(door, Sent(name))) for name in "abc"]
        await queued(door, len(others))
        job.may_go_on.set()
        return await asyncio.gather(first, *others)

    answered = asyncio.run(scenario())
    assert [messages[0]["status"] for messages in answered] == [204] * 4
    assert job.done == [["first"], ["a", "b"], ["c"]]


def test_an_event_is_recorded_although_its_client_went_away(slow) -> None:
    job, door = slow

    async def scenario() -> None:
        first = asyncio.create_task(call(door, Sent("first")))
        second = asyncio.create_task(call(door, Sent("second")))
        await asyncio.to_thread(job.started.wait, 10)
        await queued(door, 1)
        for task in (first, second):
            task.cancel()
        await asyncio.wait([first, second])
        assert first.cancelled()
        assert second.cancelled()
        job.may_go_on.set()
        await call(door, Sent("third"))

    asyncio.run(scenario())
    assert list(chain(*job.done)) == ["first", "second", "third"]


def test_too_many_at_once_are_told_to_come_again(slow) -> None:
    job, door = slow

    async def scenario() -> Any:
        waiting = [asyncio.create_task(call(door, Sent(str(n)))) for n in range(4)]
        await asyncio.to_thread(job.started.wait, 10)
        refused = await call(door, Sent("too many"))
        job.may_go_on.set()
        await asyncio.gather(*waiting)
        after = await call(door, Sent("later"))
        return refused[0], after[0]

    refused, after = asyncio.run(scenario())
    assert (refused["status"], after["status"]) == (503, 204)
    assert (b"retry-after", b"5") in refused["headers"]
    assert list(chain(*job.done)) == ["0", "1", "2", "3", "later"]


def test_no_client_waits_for_ever_after_a_bug() -> None:
    def job(requests: object) -> list[Answer]:
        raise RuntimeError("a bug")

    door = EventDoor(job, Pace(threads=1, together=2))
    with pytest.raises(RuntimeError, match="a bug"):
        asyncio.run(call(door, Sent("x")))
    door.threads.shutdown()


def test_a_client_that_goes_away_while_it_sends_reports_nothing(slow) -> None:
    job, door = slow
    job.may_go_on.set()

    messages = [
        {"type": "http.request", "body": b"number=", "more_body": True},
        {"type": "http.disconnect"},
    ]
    receive, send = AsyncMock(side_effect=messages), AsyncMock()
    asyncio.run(door(scope(Sent("x", method="POST")), receive, send))
    assert not send.called
    assert job.done == []


@pytest.mark.parametrize(
    ("vendor", "pace"), [("sqlite", Pace(1, 32)), ("postgresql", Pace(8, 1))]
)
def test_each_database_has_its_pace(monkeypatch, vendor: str, pace: Pace) -> None:
    monkeypatch.setattr(asgi, "connection", Mock(vendor=vendor))
    door = EventDoor()
    assert door._pace == pace
    assert door.threads._max_workers == pace.threads
    door.threads.shutdown()
