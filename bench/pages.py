"""Every kind of page that an agent sees daily, with many records and calls.

    python bench/pages.py [--records 1000000] [--rounds 20] [--data FOLDER]
                          [--database-url postgresql://…/empty_database] [--only WORD]

Fills contacts as bench/lists.py does and as many calls, with 500 people in 20 teams,
an organisation of 500 people and 5,000 calls, tickets, comments, missed callers and a
bin of every fiftieth. Then it asks for each page through the whole of Django, as an
agent who sees their own, one who sees their team's, and an admin, and prints the
milliseconds of the clock, p50 and p95, those of this process ("CPU"), the queries and
the size, and at the end the same of all requests together. On SQLite the CPU is all of
the work: on a busy machine it tells more than the clock. The goal is a p95 of 100 ms.
Without a URL it makes a SQLite file of its own; with --data it is kept in that folder,
and a second run fills nothing.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from around import FIRM, execute, fill_around
from databases import prepare
from figures import open_pages
from lists import fill

if TYPE_CHECKING:
    from django.test import Client

    from crmplus.accounts.models import User

GOAL = 100.0
WHO = {"own": "user1", "team": "user2", "admin": "boss"}
HEAD = ("page", "who", "p50", "p95", "CPU p50", "p95", "queries", "kB")
PAGES = {
    "start": "/",
    "contacts": "/contacts/",
    "contacts, filtered": "/contacts/?country=DE&sort=-changed",
    "organisations": "/organisations/",
    "contact": "/contacts/{contact}/",
    "organisation, usual": "/organisations/{usual}/",
    "organisation, 500": "/organisations/{firm}/",
    "its timeline, on": "/organisations/{firm}/?until={until}",
    "its calls": "/pbx-manager/?record=organisations:{firm}",
    "call log": "/pbx-manager/",
    "call log, missed": "/pbx-manager/?status=missed",
    "call": "/pbx-manager/{call}/",
    "missed": "/missed-calls/",
    "my calls": "/pbx-manager/?mine=1",
    "search, name": "/search/?q=muster12",
    "search, number": "/search/?q=030+2000123",
    "suggest": "/search/suggest/?q=anna+mus",
    "tickets": "/tickets/",
    "ticket": "/tickets/{ticket}/",
    "my day": "/activities/",
    "bin": "/recycle-bin/",
    "bin, one module": "/recycle-bin/?type=contacts",
    "bin, search": "/recycle-bin/?q=muster1",
    "colleagues": "/colleagues/",
    "colleague": "/colleagues/{colleague}/",
    "month": "/statistics/?period=30-days",
}


def addresses(user: User) -> dict[str, str]:
    """The pages, with what this user may see in their addresses."""
    from crmplus.accounts.models import User
    from crmplus.accounts.visibility import visible_records
    from crmplus.records.models import Contact, Organisation
    from crmplus.tickets.asking import visible_tickets
    from pbxmanager.visibility import visible_calls

    contacts: Any = visible_records(user, Contact.objects.filter(owner=user))
    if user.is_admin:
        contacts = Contact.objects.all()
    organisations = Organisation.objects.order_by("pk")
    values = {
        "contact": contacts.exclude(organisation=None).order_by("pk")[:1].get().pk,
        "firm": organisations.get(name=FIRM).pk,
        "usual": organisations[:1].get().pk,
        "call": visible_calls(user).order_by("-started_at")[10:11].get().uid,
        "ticket": visible_tickets(user).order_by("pk")[:1].get().pk,
        "colleague": User.objects.get(username="user7").pk,
        "until": f"{datetime.now(UTC) - timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}",
    }
    return {name: url.format(**values) for name, url in PAGES.items()}


def ask(client: Client, url: str, rounds: int) -> tuple[list[float], list[float], Any]:
    """The milliseconds of the clock and of this process, and the last answer."""
    took, worked = [], []
    answer = client.get(url)  # what is read only once
    for _ in range(rounds):
        begun, cpu = time.perf_counter(), time.process_time()
        answer = client.get(url)
        took.append((time.perf_counter() - begun) * 1_000)
        worked.append((time.process_time() - cpu) * 1_000)
    return took, worked, answer


def line(
    client: Client, name: str, who: str, url: str, rounds: int
) -> tuple[list[float], bool]:
    """Measure and print a page; gives its milliseconds, those of the CPU on SQLite, and
    whether their p95 is above the goal."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    took, worked, answer = ask(client, url, rounds)
    if answer.status_code != 200:
        print(f"{name:<22}{who:<7}{answer.status_code} {url}", flush=True)
        return [], False
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    cells = [statistics.median(took), high(took), statistics.median(worked)]
    cells.append(high(worked))
    texts = "".join(f"{cell:>9.1f}" for cell in cells)
    size = len(answer.content) / 1_000
    counted = worked if connection.vendor == "sqlite" else took
    slow = high(counted) > GOAL
    print(
        f"{name:<22}{who:<7}{texts}{len(captured):>9}{size:>8.0f}"
        f"{'  above the goal' if slow else ''}",
        flush=True,
    )
    return counted, slow


def high(values: list[float]) -> float:
    """The p95."""
    return statistics.quantiles(values, n=20, method="inclusive")[18]


def report(records: int, rounds: int, only: str) -> int:
    """Print the figures; gives how many pages are above the goal."""
    from django.db import connection
    from django.test import Client

    from crmplus.accounts.models import User
    from crmplus.door import tune_interpreter

    begun = time.perf_counter()
    if not User.objects.exists():
        fill(records)
    if not User.objects.filter(username="boss").exists():
        fill_around(records)
    if connection.vendor == "sqlite":
        execute("PRAGMA wal_checkpoint(TRUNCATE)")
    print(
        f"{records:,} contacts and calls, {connection.vendor}, filled in "
        f"{time.perf_counter() - begun:.0f} s; ms of a page, {rounds} rounds"
    )
    print("{:<22}{:<7}{:>9}{:>9}{:>9}{:>9}{:>9}{:>8}".format(*HEAD))
    above = 0
    every: list[float] = []
    tune_interpreter()  # as the server does when it starts
    for who, username in WHO.items():
        user = User.objects.get(username=username)
        client = Client()
        client.force_login(user)
        for name, url in addresses(user).items():
            if only in name:
                counted, slow = line(client, name, who, url, rounds)
                above, every = above + slow, every + counted
    print(f"{'all together':<29}{statistics.median(every):>9.1f}{high(every):>9.1f}")
    return above


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--database-url", default=os.environ.get("DATABASE_URL", ""))
    parser.add_argument("--data", default="")
    parser.add_argument("--only", default="", help="pages whose name has this word")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as folder:
        prepare(
            options.database_url,
            options.data or folder,
            CRMPLUS_DEMO="1",
            ALLOWED_HOSTS="testserver",
        )
        open_pages()
        above = report(options.records, options.rounds, options.only)
    print(f"{above} of them above the goal of {GOAL:.0f} ms")


if __name__ == "__main__":
    main()
