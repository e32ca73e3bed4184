"""The global search among many records, as it answers while somebody types.

    python bench/search.py [--records 1000000] [--rounds 20] [--data FOLDER]
                           [--database-url postgresql://…/empty_database]

Fills contacts as bench/lists.py does and makes the phone index. Then it asks for what
somebody may have typed so far, through the view and its template, and prints the
milliseconds, p50 and p95: with SQLite of the processor's time, with PostgreSQL of the
clock. The goal is 100 ms. With --data the database is kept in that folder, and may be
that of bench/lists.py.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from typing import Any

from databases import prepare
from lists import clock, fill

GOAL = 100.0
TYPED = (
    "m",
    "mu",
    "muster12",
    "anna mus",
    "firma 0123",
    "nobody at all",
    "030 2",
    "0049 30 20012",
    "+493020012345",
    "20012345",
)


def ask(client: Any, text: str) -> float:
    """How many milliseconds an answer takes."""
    now = clock()
    begun = now()
    answer = client.get("/search/suggest/", {"q": text})
    took = (now() - begun) * 1_000
    if answer.status_code != 200:
        raise RuntimeError(f"{text!r}: {answer.status_code}")
    return took


def report(records: int, rounds: int) -> int:
    """Print the figures; gives how many are above the goal."""
    from django.db import connection
    from django.test import Client

    from crmplus.accounts.models import Scope, User
    from crmplus.phonebook.models import PhoneIndex
    from crmplus.phonebook.upkeep import rebuild

    if not User.objects.exists():
        fill(records)
    if not PhoneIndex.objects.exists():
        rebuild()
    print(f"{records:,} contacts, {connection.vendor}; ms, {rounds} rounds")
    users = list(User.objects.order_by("pk"))
    above = 0
    for label, user, scope in (
        ("sees all", users[0], Scope.ALL),
        ("sees own", users[1], Scope.OWN),
    ):
        User.objects.filter(pk=user.pk).update(sees_records=scope)
        client = Client(SERVER_NAME="localhost")
        client.force_login(user)
        for text in TYPED:
            ask(client, text)
            took = sorted(ask(client, text) for _ in range(rounds))
            p95 = took[int(len(took) * 0.95) - 1]
            slow = "  above the goal" if p95 > GOAL else ""
            middle = statistics.median(took)
            print(f"{label:<10}{text:<18}{middle:>8.1f}{p95:>8.1f}{slow}", flush=True)
            above += bool(slow)
    return above


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--database-url", default=os.environ.get("DATABASE_URL", ""))
    parser.add_argument("--data", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-search-") as folder:
        prepare(options.database_url, options.data or folder)
        above = report(options.records, options.rounds)
    print(f"{above} of them above the goal of {GOAL:.0f} ms")


if __name__ == "__main__":
    main()
