"""What an open page of the event inspector costs the phones.

    python bench/inspector.py [--database-url postgresql://…/empty_database]
                              [--rate 200] [--seconds 20] [--rounds 2] [--pages 1]

Events come at a steady rate; the time counts until each is answered. In turn nobody
looks, and ``pages`` open pages ask for what has come as their script does: every
5 s while more comes than anybody reads, else every 2 s, from where they were two
answers ago. Nobody, pages, nobody, pages: the figures
stand side by side, with the time that an answer to a page takes and how many bytes it
has. One server process. Without --database-url it is SQLite with synchronous=FULL, on
the disk of the temporary folder (TMPDIR).
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress

import endpoint
from servers import ROOT, SESSION_KEY, environment, quantiles, serving, show, sign_in

EVERY, IN_A_FLOOD = 2.0, 5.0
SEEN = re.compile(rb'data-seen="(\d+)"')
IDS = re.compile(rb'data-ids="([^"]*)"')
SHOWN = 8  # of ``softphone_connector.inspector.news``


def prepare() -> None:
    """Like the endpoint's, with an administrator who is signed in; prints the key."""
    endpoint.prepare()
    from crmplus.accounts.models import User

    admin = User.objects.create(username="admin", role="admin")
    sign_in([admin])
    print(SESSION_KEY.format(admin.pk))


class Page:
    """An open page: what it asks, and how long the answers take."""

    def __init__(self, port: int, session: str) -> None:
        self.port, self.session = port, session
        self.before = self.last = 0
        self.took: list[float] = []
        self.sizes: list[int] = []
        self.failed = 0

    async def follow(self) -> None:
        """Ask again and again, until cancelled."""
        await asyncio.sleep(random.uniform(0, EVERY))
        while True:
            begun = time.perf_counter()
            status, body = await self.ask()
            self.took.append((time.perf_counter() - begun) * 1_000)
            self.sizes.append(len(body))
            self.failed += status not in (200, 204)
            self.before = self.last
            if seen := SEEN.search(body):
                self.last = int(seen[1])
            ids = IDS.search(body)
            flood = ids is not None and len(ids[1].split()) > SHOWN
            await asyncio.sleep(IN_A_FLOOD if flood else EVERY)

    async def ask(self) -> tuple[int, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(
            f"GET /settings/events/news/?seen={self.before} HTTP/1.1\r\n"
            f"Host: localhost\r\nCookie: sessionid={self.session}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        answer = await reader.read()
        writer.close()
        head, _blank, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), body


async def measure(
    port: int, key: str, session: str, pages: int, options: argparse.Namespace
) -> tuple[dict[str, float], list[Page]]:
    """Events at a steady rate, with so many open pages."""
    looking = [Page(port, session) for _ in range(pages)]
    tasks = [asyncio.create_task(page.follow()) for page in looking]
    figures = await endpoint.steady(port, key, options)
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    return figures, looking


def show_pages(pages: list[Page]) -> None:
    took = [one for page in pages for one in page.took]
    sizes = [size for page in pages for size in page.sizes]
    failed = sum(page.failed for page in pages)
    figures = {"answers": len(took), **quantiles(took), "failed": failed}
    show("  a page", {**figures, "kB": statistics.median(sizes) / 1_000})


def compare(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="crmplus-bench-") as data:
        environ = environment(data, DATABASE_URL=options.database_url)
        command = [sys.executable, __file__, "--role", "prepare"]
        told = subprocess.check_output(command, env=environ, cwd=ROOT, text=True)
        key, session = told.split()[-2:]
        seen: dict[str, list[Mapping[str, float]]] = {"nobody": [], "pages": []}
        with serving(__file__, "product", options.port, environ):
            # The first events of a process pay for what it reads only once.
            warm = argparse.Namespace(**{**vars(options), "seconds": 3})
            asyncio.run(measure(options.port, key, session, 1, warm))
            for _ in range(options.rounds):
                for name, pages in (("nobody", 0), ("pages", options.pages)):
                    measured = measure(options.port, key, session, pages, options)
                    figures, looking = asyncio.run(measured)
                    seen[name].append(figures)
                    show(name, figures)
                    if looking:
                        show_pages(looking)
        for figure in ("p50 ms", "p99 ms"):
            without, watched = (
                statistics.median(one[figure] for one in rounds)
                for rounds in seen.values()
            )
            print(f"{figure}: nobody {without:.2f}, {options.pages} open {watched:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database-url", default="")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--pages", type=int, default=1)
    parser.add_argument("--port", type=int, default=random.randrange(20_000, 30_000))
    parser.add_argument("--role", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.role == "product":
        endpoint.serve_product(options.port)
    elif options.role == "prepare":
        prepare()
    else:
        compare(options)


if __name__ == "__main__":
    main()
