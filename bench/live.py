"""How long a live message takes from ``publish`` to the client's hands.

    python bench/live.py [--tabs 1000] [--rate 200] [--seconds 5] [--rounds 2]
                         [--redis redis://127.0.0.1:6379/0]

Each round measures the yardstick (a bare asyncio server that writes the same event
into the same sockets) and then the product (uvicorn, sessions, snapshots, the guard),
so that both meet the same machine. Each tab belongs to a user of its own. Prints
milliseconds and, per open stream, the growth of the server's resident memory.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from typing import Any

from servers import ROOT, environment, quantiles, resident, serving, show, sign_in

MESSAGE = {
    "type": "call",
    "key": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "card": "/popup/0f8fad5b-d9cb-469f-a165-70867728950e/card/",
    "state": "ringing",
    "gone": False,
}
Deliver = Callable[[int, dict[str, Any]], None]


def publish_for(deliver: Deliver, tabs: int, rate: int, seconds: float) -> None:
    """Publish to one user after the other at random, evenly over the time."""
    begun = time.monotonic()
    for number in range(int(rate * seconds)):
        pause = begun + number / rate - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        message = {**MESSAGE, "version": number, "at": time.monotonic_ns()}
        deliver(random.randrange(tabs) + 1, message)


def start_publishing(deliver: Deliver, path: str) -> None:
    tabs, rate, seconds = path.rpartition("/")[2].split("-")
    threading.Thread(
        target=publish_for, args=(deliver, int(tabs), int(rate), float(seconds))
    ).start()


# The yardstick


class Bare(asyncio.Protocol):
    """An HTTP server of nothing but sockets: the user is in the path."""

    streams: dict[int, asyncio.Transport]
    loop: asyncio.AbstractEventLoop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        path = data.split(b" ", 2)[1].decode()
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
        self.transport.write(head + b"event: snapshot\ndata: {}\n\n")
        if path.startswith("/bench/"):
            start_publishing(self.deliver, path)
            self.transport.close()
        else:
            self.streams[int(path.rpartition("=")[2])] = self.transport

    def deliver(self, user: int, message: dict[str, Any]) -> None:
        frame = b"event: message\ndata: %s\n\n" % json.dumps(message).encode()
        self.loop.call_soon_threadsafe(self.streams[user].write, frame)


async def serve_bare(port: int) -> None:
    Bare.loop, Bare.streams = asyncio.get_running_loop(), {}
    server = await Bare.loop.create_server(Bare, "127.0.0.1", port, backlog=2048)
    await server.serve_forever()


# The product


def serve_product(port: int) -> None:
    import uvicorn

    from crmplus.asgi import application
    from crmplus.live.bus import publish

    def deliver(user: int, message: dict[str, Any]) -> None:
        publish([user], message)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        path = scope.get("path", "")
        if path.startswith("/bench/"):
            start_publishing(deliver, path)
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await application(scope, receive, send)

    uvicorn.run(app, port=port, access_log=False, log_level="warning", backlog=2048)


def prepare(tabs: int) -> None:
    """Make users 1 … tabs, each signed in."""
    import django

    django.setup()
    from django.core.management import call_command

    from crmplus.accounts.models import User

    call_command("migrate", verbosity=0)
    users = [User(pk=pk, username=f"u{pk}") for pk in range(1, tabs + 1)]
    sign_in(User.objects.bulk_create(users))


# The clients


class Tab(asyncio.Protocol):
    """One open stream; notes how old each message is when it arrives."""

    def __init__(self, user: int, ages: list[float], ready: Callable[[], None]) -> None:
        self.user, self.ages, self.ready = user, ages, ready
        self.text = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(
            b"GET /live/?user=%d HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Cookie: sessionid=%032d\r\n\r\n" % (self.user, self.user)
        )

    def data_received(self, data: bytes) -> None:
        now = time.monotonic_ns()
        self.text += data
        *blocks, self.text = self.text.split(b"\n\n")
        for block in blocks:
            if b"event: snapshot" in block:
                self.ready()
            elif b"event: message" in block:
                message = json.loads(block.partition(b"data: ")[2])
                self.ages.append((now - message["at"]) / 1e6)


async def measure(port: int, pid: int, options: argparse.Namespace) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    ages: list[float] = []
    open_now = asyncio.Semaphore(0)

    async def open_tabs(users: range) -> list[asyncio.Transport]:
        tabs = []
        for user in users:
            made = partial(Tab, user, ages, open_now.release)
            transport, _ = await loop.create_connection(made, "127.0.0.1", port)
            tabs.append(transport)
        for _ in users:
            await asyncio.wait_for(open_now.acquire(), 60)
        return tabs

    # What the first streams load once is no stream's own.
    for transport in await open_tabs(range(1, 21)):
        transport.close()
    before = resident(pid)
    await open_tabs(range(1, options.tabs + 1))
    per_tab = (resident(pid) - before) / options.tabs / 1024
    work = f"{options.tabs}-{options.rate}-{options.seconds}"
    address = f"http://127.0.0.1:{port}/bench/{work}"
    await asyncio.to_thread(lambda: urllib.request.urlopen(address).close())
    await asyncio.sleep(options.seconds + 1)
    return {
        **quantiles(ages),
        "max ms": max(ages),
        "lost": int(options.rate * options.seconds) - len(ages),
        "KiB per tab": per_tab,
    }


def compare(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="crmplus-bench-") as data:
        environ = environment(data, REDIS_URL=options.redis)
        command = [sys.executable, __file__, "--role", "prepare"]
        subprocess.run(
            [*command, "--tabs", str(options.tabs)], env=environ, cwd=ROOT, check=True
        )
        print(f"{options.tabs} tabs, {options.rate} messages/s, {options.seconds} s")
        for _ in range(options.rounds):
            for role in ("bare", "product"):
                with serving(__file__, role, options.port, environ) as pid:
                    figures = asyncio.run(measure(options.port, pid, options))
                show(role, figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tabs", type=int, default=1000)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--redis", default="")
    parser.add_argument("--port", type=int, default=random.randrange(20_000, 30_000))
    parser.add_argument("--role", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if options.role == "bare":
        asyncio.run(serve_bare(options.port))
    elif options.role == "product":
        serve_product(options.port)
    elif options.role == "prepare":
        prepare(options.tabs)
    else:
        compare(options)


if __name__ == "__main__":
    main()
