"""From the phone's request to the popup: how long until the browser has it.

    python bench/popup.py [--tabs 1000] [--rate 100] [--seconds 5] [--calls 30]
                          [--chromium /usr/bin/chromium] [--redis redis://…]

First many open streams: a phone's request is sent, and the time counts until the
message about its call is in the right user's hands; beside it the time until the
phone has its answer, which is the yardstick. Then one Chromium with the home page
open: the time until the card is on the page. One server process, SQLite.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from functools import partial
from pathlib import Path

from servers import ROOT, SESSION_KEY, environment, quantiles, serving, show, sign_in

FIRST_EXTENSION = 1_000
# Notes when each card comes, by the clock that Python reads too.
WATCH = """() => {
  const keys = () => [...document.querySelectorAll('article.popup')].map(
    (card) => card.dataset.key)
  const seen = new Set(keys())
  window.cards = []
  new MutationObserver(() => {
    for (const key of keys()) {
      if (!seen.has(key)) {
        seen.add(key)
        window.cards.push(Date.now())
      }
    }
  }).observe(document.body, {childList: true, subtree: true})
}"""


def serve_product(port: int) -> None:
    import uvicorn

    from crmplus.asgi import application

    uvicorn.run(
        application, port=port, access_log=False, log_level="warning", backlog=2048
    )


def prepare(tabs: int) -> None:
    """Make users 1 … tabs, signed in, each with an extension; prints a PBX's key."""
    import django

    django.setup()
    from django.core.management import call_command

    from crmplus.accounts.models import User
    from crmplus.administration import demo
    from pbxmanager.models import Extension
    from softphone_connector import keys

    call_command("migrate", verbosity=0)
    demo.load()  # without an active add-on no event is recorded
    call_command("collectstatic", interactive=False, verbosity=0)
    users = User.objects.bulk_create(
        User(pk=pk, username=f"u{pk}") for pk in range(1, tabs + 1)
    )
    sign_in(users)
    Extension.objects.bulk_create(
        Extension(number=str(FIRST_EXTENSION + user.pk), user=user) for user in users
    )
    print(keys.create(pbx_name="Benchmark")[1])


def request(key: str, user: int, event: str = "ringing", call: str = "") -> bytes:
    number = f"%2B4930{random.randrange(10_000_000, 99_999_999)}"
    return (
        f"GET /softphone/{key}/{event}?extension={FIRST_EXTENSION + user}"
        f"&number={number}&call_id={call or random.randbytes(8).hex()}&direction=in"
        " HTTP/1.1\r\nHost: localhost\r\n\r\n"
    ).encode()


class Tab(asyncio.Protocol):
    """One open stream; notes how long after its request each call's message comes."""

    def __init__(self, user: int, ages: list[float], ready: asyncio.Semaphore) -> None:
        self.user, self.ages, self.ready = user, ages, ready
        self.text = b""
        self.sent: deque[float] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        cookie = SESSION_KEY.format(self.user)
        transport.write(
            f"GET /live/?user={self.user} HTTP/1.1\r\nHost: localhost\r\n"
            f"Cookie: sessionid={cookie}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        self.text += data
        *blocks, self.text = self.text.split(b"\n\n")
        for block in blocks:
            if b"event: snapshot" in block:
                self.ready.release()
            elif b"event: message" in block:
                message = json.loads(block.partition(b"data: ")[2])
                if message["type"] == "call" and self.sent:
                    self.ages.append((now - self.sent.popleft()) * 1_000)


class Phone(asyncio.Protocol):
    """One connection of a PBX; notes how long each answer takes."""

    def __init__(self, took: list[float]) -> None:
        self.took = took
        self.sent: deque[float] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def ring(self, key: str, tab: Tab) -> None:
        self.sent.append(time.perf_counter())
        tab.sent.append(self.sent[-1])
        self.transport.write(request(key, tab.user))

    def data_received(self, data: bytes) -> None:
        for _ in range(data.count(b"HTTP/1.1 204")):
            self.took.append((time.perf_counter() - self.sent.popleft()) * 1_000)


async def measure(port: int, key: str, options: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    ages: list[float] = []
    took: list[float] = []
    ready = asyncio.Semaphore(0)
    tabs = []
    for user in range(1, options.tabs + 1):
        made = partial(Tab, user, ages, ready)
        tabs.append((await loop.create_connection(made, "127.0.0.1", port))[1])
    for _ in tabs:
        await asyncio.wait_for(ready.acquire(), 60)
    phones = [
        (await loop.create_connection(partial(Phone, took), "127.0.0.1", port))[1]
        for _ in range(16)
    ]
    # Each user has one call at most, so that a message tells which request it is of.
    called = random.sample(tabs, min(int(options.rate * options.seconds), len(tabs)))
    begun = time.perf_counter()
    for number, tab in enumerate(called):
        due_at = begun + number / options.rate
        await asyncio.sleep(max(0, due_at - time.perf_counter()))
        phones[number % len(phones)].ring(key, tab)
    await asyncio.sleep(2)
    show("answered", quantiles(took))
    show("message", {**quantiles(ages), "lost": len(called) - len(ages)})


async def in_chromium(port: int, key: str, options: argparse.Namespace) -> None:
    from playwright.async_api import async_playwright

    address = f"http://localhost:{port}"
    took = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=options.chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        context = await browser.new_context()
        cookie = {"name": "sessionid", "value": SESSION_KEY.format(1), "url": address}
        await context.add_cookies([cookie])  # type: ignore[list-item]
        page = await context.new_page()
        await page.goto(address)
        await page.wait_for_selector("#live-state[data-state=online]", state="attached")
        await page.evaluate(WATCH)
        for number in range(options.calls):
            call = random.randbytes(8).hex()
            sent_at = time.time() * 1_000
            await ask(port, request(key, 1, call=call))
            # The page's policy lets no selector engine wait by eval.
            while await page.evaluate("window.cards.length") <= number:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            came_at = await page.evaluate(f"window.cards[{number}]")
            took.append(came_at - sent_at)
            await ask(port, request(key, 1, "ended", call))
        await browser.close()
    show("card", {"median ms": statistics.median(took), "slowest ms": max(took)})


async def ask(port: int, text: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(text)
    answer = await reader.readline()
    assert b"204" in answer, answer
    writer.close()


def run(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="crmplus-bench-") as data:
        environ = environment(data, REDIS_URL=options.redis)
        command = [sys.executable, __file__, "--role", "prepare"]
        key = subprocess.check_output(
            [*command, "--tabs", str(options.tabs)], env=environ, cwd=ROOT, text=True
        ).strip()
        print(f"{options.tabs} tabs, {options.rate} calls/s, {options.seconds} s")
        with serving(__file__, "product", options.port, environ):
            asyncio.run(measure(options.port, key, options))
            if Path(options.chromium).exists():
                asyncio.run(in_chromium(options.port, key, options))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tabs", type=int, default=1000)
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--calls", type=int, default=30)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--redis", default="")
    parser.add_argument("--port", type=int, default=random.randrange(20_000, 30_000))
    parser.add_argument("--role", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if options.role == "product":
        serve_product(options.port)
    elif options.role == "prepare":
        prepare(options.tabs)
    else:
        run(options)


if __name__ == "__main__":
    main()
