"""How many call events a second the endpoint takes, beside a stock Django view.

    python bench/endpoint.py [--database-url postgresql://…/empty_database]
                             [--connections 16] [--seconds 5] [--rounds 3] [--rate 200]

The yardstick ("hello") is an async Django view without any middleware under uvicorn;
the product is the whole job: key, raw event, call, rules, publishing, commit. Both
run with one worker, and are measured in turn: hello, product, hello, product. Then
the product alone at a steady rate, for the time until an event is answered.
Without --database-url it is SQLite with synchronous=FULL, on the disk of the
temporary folder (TMPDIR): in /dev/shm a commit would cost nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from functools import partial
from typing import Any

from servers import ROOT, environment, quantiles, serving, show

EXTENSIONS = 100
EVENTS = ("ringing", "connected", "ended")


# The servers


def serve_hello(port: int) -> None:
    """Django as it comes: one async view, no middleware, no database."""
    import uvicorn
    from django.conf import settings
    from django.core.asgi import get_asgi_application
    from django.http import HttpRequest, HttpResponse
    from django.urls import re_path

    async def hello(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=204)

    settings.configure(
        ROOT_URLCONF=(re_path("", hello),),
        ALLOWED_HOSTS=["*"],
        SECRET_KEY="hello",  # noqa: S106
    )
    run(uvicorn, get_asgi_application(), port)


def serve_product(port: int) -> None:
    import uvicorn

    from crmplus.asgi import application

    run(uvicorn, application, port)


def run(uvicorn: Any, app: Any, port: int) -> None:
    uvicorn.run(app, port=port, access_log=False, log_level="warning")


def prepare() -> None:
    """Migrate, make users with extensions; prints a key of a PBX."""
    import django

    django.setup()
    from django.core.management import call_command

    from crmplus.accounts.models import User
    from crmplus.administration import demo
    from pbxmanager.models import Extension
    from softphone_connector import keys

    call_command("migrate", verbosity=0)
    demo.load()  # without an active add-on no event is recorded
    users = User.objects.bulk_create(
        User(username=f"user-{number}") for number in range(EXTENSIONS)
    )
    Extension.objects.bulk_create(
        Extension(number=str(200 + number), user=user)
        for number, user in enumerate(users)
    )
    print(keys.create(pbx_name="Benchmark")[1])


# The client


def requests(key: str, seed: int) -> Iterator[bytes]:
    """The requests of one connection: calls from ringing to end, without a pause."""
    chance = random.Random(seed)
    while True:
        call = chance.randbytes(8).hex()
        extension = 200 + chance.randrange(EXTENSIONS)
        number = f"%2B4930{chance.randrange(10_000_000, 99_999_999)}"
        for event in EVENTS:
            yield (
                f"GET /softphone/{key}/{event}?extension={extension}&number={number}"
                f"&call_id={call}&direction=in HTTP/1.1\r\nHost: localhost\r\n\r\n"
            ).encode()


class Client(asyncio.Protocol):
    """One connection that asks again as soon as it has its answer."""

    def __init__(self, waiting: Iterator[bytes], took: list[float]) -> None:
        self.waiting, self.took = waiting, took
        self.stopped = False
        self.failed = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        self.sent_at = time.perf_counter()
        self.transport.write(next(self.waiting))

    def data_received(self, data: bytes) -> None:
        self.took.append((time.perf_counter() - self.sent_at) * 1_000)
        self.failed += not data.startswith(b"HTTP/1.1 204")
        self.next()

    def next(self) -> None:
        if not self.stopped:
            self.ask()


class SteadyClient(Client):
    """One connection that asks when an event is due, and waits while none is."""

    def __init__(
        self, waiting: Iterator[bytes], took: list[float], due: deque[float]
    ) -> None:
        super().__init__(waiting, took)
        self.due = due
        self.is_idle = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def next(self) -> None:
        """Ask what is due, if anything; what waited for us counts as waiting."""
        self.is_idle = not self.due
        if self.due:
            due_at = self.due.popleft()
            self.ask()
            self.sent_at = due_at


async def load(port: int, key: str, options: argparse.Namespace) -> dict[str, float]:
    """As many requests as the connections bring through."""
    loop = asyncio.get_running_loop()
    took: list[float] = []
    clients = []
    for _ in range(options.connections):
        waiting = requests(key, random.randrange(2**32))
        _transport, client = await loop.create_connection(
            partial(Client, waiting, took), "127.0.0.1", port
        )
        clients.append(client)
    await asyncio.sleep(options.seconds / 5)
    took.clear()
    begun = time.perf_counter()
    await asyncio.sleep(options.seconds)
    figures = {"per s": len(took) / (time.perf_counter() - begun), **quantiles(took)}
    for client in clients:
        client.stopped = True
    await asyncio.sleep(0.5)
    return {**figures, "failed": sum(client.failed for client in clients)}


async def steady(port: int, key: str, options: argparse.Namespace) -> dict[str, float]:
    """Events due at a steady rate, whether the earlier ones were answered or not."""
    loop = asyncio.get_running_loop()
    took: list[float] = []
    due: deque[float] = deque()
    clients = []
    for _ in range(options.connections):
        waiting = requests(key, random.randrange(2**32))
        _transport, client = await loop.create_connection(
            partial(SteadyClient, waiting, took, due), "127.0.0.1", port
        )
        clients.append(client)
    begun = time.perf_counter()
    for number in range(int(options.rate * options.seconds)):
        due_at = begun + number / options.rate
        await asyncio.sleep(max(0, due_at - time.perf_counter()))
        due.append(due_at)
        idle = next((client for client in clients if client.is_idle), None)
        if idle:
            idle.next()
    await asyncio.sleep(1)
    failed = sum(client.failed for client in clients)
    return {"due per s": options.rate, **quantiles(took), "failed": failed}


# The comparison


def compare(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="crmplus-bench-") as data:
        environ = environment(data, DATABASE_URL=options.database_url)
        command = [sys.executable, __file__, "--role", "prepare"]
        key = subprocess.check_output(command, env=environ, cwd=ROOT, text=True).strip()
        port = options.port
        rates: dict[str, list[float]] = {"hello": [], "product": []}
        with (
            serving(__file__, "hello", port, environ),
            serving(__file__, "product", port + 1, environ),
        ):
            for _ in range(options.rounds):
                for name, at in (("hello", port), ("product", port + 1)):
                    figures = asyncio.run(load(at, key, options))
                    rates[name].append(figures["per s"])
                    show(name, figures)
            hello, product = (statistics.median(each) for each in rates.values())
            print(f"product is {product / hello:.2f} x hello (goal: 1.5)")
            show("steady", asyncio.run(steady(port + 1, key, options)))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database-url", default="")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--port", type=int, default=random.randrange(20_000, 30_000))
    parser.add_argument("--role", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    roles = {"hello": serve_hello, "product": serve_product}
    if options.role in roles:
        roles[options.role](options.port)
    elif options.role == "prepare":
        prepare()
    else:
        compare(options)


if __name__ == "__main__":
    main()
