"""A page of a list of records among many: each order, each filter, first and deep.

    python bench/lists.py [--records 1000000] [--rounds 20] [--data FOLDER]
                          [--database-url postgresql://…/empty_database]

Fills contacts of 40 owners (the first has a third of them, the last 50), in cities and
countries of very unequal size, half of them at an organisation. Then it reads the
first page and one from the middle in every order, with every filter and what a user
sees who sees but their own, and prints the milliseconds of all queries of that page
with making its rows, p50 and p95: with SQLite of the processor's time, with PostgreSQL
of the clock. The goal is 50 ms. Without a URL it makes a SQLite file of its own; with
--data it is kept in that folder, and a second run fills nothing.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from databases import prepare

GOAL = 50.0
OWNERS, ORGANISATIONS = 40, 50_000
CITIES = ("Berlin", "München", "Hamburg", "Öhringen", "Zürich", "Łódź", "Wien", "")
COUNTRIES = ("", "DE", "DE", "DE", "DE", "DE", "AT", "CH", "PL")
LAST = ("Muster", "Berg", "Nowak", "Weber", "Lang", "Özdemir", "Meier", "Klein")
FIRST = ("Anna", "Ben", "Cleo", "Dora", "Emil", "Frida", "Gerd", "Hanna", "Ida", "Jan")
BEGUN = datetime(2020, 1, 1, tzinfo=UTC)
SORTS = ("name", "organisation", "city", "created", "changed")
LATER = {
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', %s, "
    "((id * %s) %% %s * %s) || ' seconds')",
    "postgresql": "%s::timestamptz + ((id * %s) %% %s * %s) * interval '1 second'",
}
HEAD = ("filter", "sort", "first p50", "p95", "deep p50", "p95")
FILTERS = {
    "": "",
    "a third": "owner={large}",
    "one in 40": "owner={middle}",
    "50 rows": "owner={small}",
    "country": "country=DE",
    "rare country": "country=LI",
    "city": "city=ber",
    "a week": "created_from=2023-05-01&created_to=2023-05-07",
    "owner, country": "owner={large}&country=PL",
    "organisation": "organisation={organisation}",
    "one letter": "q=m",
    "name": "q=muster12",
}


def batched(count: int, size: int) -> Iterator[range]:
    """The numbers up to count, so many at a time."""
    for start in range(0, count, size):
        yield range(start, min(start + size, count))


def fill(count: int) -> None:
    """Make the users, the organisations and so many contacts."""
    from crmplus.accounts.models import Scope, User
    from crmplus.records.models import Contact, Organisation

    User.objects.bulk_create(
        User(username=f"user{n}", last_name=f"U{n}", sees_records=Scope.ALL)
        for n in range(OWNERS)
    )
    owners = list(User.objects.order_by("pk").values_list("pk", flat=True))
    firms = max(1, ORGANISATIONS * count // 1_000_000)
    for batch in batched(firms, 5_000):
        Organisation.objects.bulk_create(
            Organisation(name=f"Firma {n * 7919 % firms:06}") for n in batch
        )
    organisations = list(Organisation.objects.all())
    rng = random.Random(1)
    for batch in batched(count, 5_000):
        Contact.objects.bulk_create(
            [contact(n, count, owners, organisations, rng) for n in batch]
        )
    spread(count)


def contact(
    n: int, count: int, owners: list[int], firms: list[Any], rng: random.Random
) -> Any:
    """One contact; the last owner has 50 of them, the first a third."""
    from crmplus.records.models import Contact

    if n % max(1, count // 50) == 0:
        owner: int | None = owners[-1]
    elif n % 3 == 0:
        owner = owners[0]
    else:
        owner = rng.choice([None, *owners[1:-1]])
    return Contact(
        first_name=rng.choice(FIRST),
        last_name=f"{rng.choice(LAST)}{rng.randrange(count)}",
        city=rng.choice(CITIES),
        country="LI" if n % max(1, count // 20) == 1 else rng.choice(COUNTRIES),
        phone=f"030 2{n:07}",
        owner_id=owner,
        organisation=rng.choice(firms) if rng.random() < 0.5 else None,
    )


def spread(count: int) -> None:
    """Times from 2020 on, changed in another order than created."""
    from django.db import connection

    step = timedelta(days=2_000) / count
    later = LATER[connection.vendor]
    with connection.cursor() as cursor:
        for column, mix in (("created_at", 1), ("changed_at", 7_919)):
            cursor.execute(
                f"UPDATE records_contact SET {column} = {later}",  # noqa: S608
                [f"{BEGUN:%Y-%m-%d %H:%M:%S}", mix, count, step.total_seconds()],
            )
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE records_contact")


def read(user: Any, query: str) -> tuple[float, Any]:
    """The page of a query: the milliseconds of its SQL and of making its rows."""
    from django.http import QueryDict

    from crmplus import keyset
    from crmplus.records.filters import ListForm
    from crmplus.records.types import CONTACTS

    params = QueryDict(query)
    form = ListForm(CONTACTS, params, user)
    now = clock()
    begun = now()
    rows = form.rows().prefetch_related("owner", *CONTACTS.related)
    page = keyset.page(rows, form.order, params)
    return (now() - begun) * 1_000, page


def clock() -> Callable[[], float]:
    """SQLite works in this process: what other programs take need not count."""
    from django.db import connection

    return time.process_time if connection.vendor == "sqlite" else time.perf_counter


def deep(user: Any, query: str, sort: str) -> str:
    """The query of a page from the middle of the list, or of the second page."""
    from django.http import QueryDict

    from crmplus import keyset
    from crmplus.records.filters import ListForm
    from crmplus.records.types import CONTACTS

    form = ListForm(CONTACTS, QueryDict(query), user)
    ids = form.all_rows().order_by().values_list("pk", flat=True)[:200_000]
    found = list(ids)
    if len(found) < 60:
        return ""
    row = CONTACTS.model.objects.get(pk=found[len(found) // 2])
    # As the link of a page is made: its last two rows tell whether many are equal.
    place = f"{query}&after={keyset.place_of(row, form.order, row)}"
    return str(read(user, place)[1].next_url[1:])


def measure(user: Any, query: str, rounds: int) -> list[float]:
    read(user, query)  # what is read only once
    return sorted(read(user, query)[0] for _ in range(rounds))


def report(records: int, rounds: int) -> int:
    """Print the figures; gives how many are above the goal."""
    from django.db import connection

    from crmplus.accounts.models import Scope, User
    from crmplus.records.models import Contact

    begun = time.perf_counter()
    if not User.objects.exists():
        fill(records)
    print(
        f"{records:,} contacts, {connection.vendor}, filled in "
        f"{time.perf_counter() - begun:.0f} s; ms of a page, {rounds} rounds"
    )
    users = list(User.objects.order_by("pk"))
    seller = users[1]
    seller.sees_records = Scope.OWN
    few = users[-1]
    few.sees_records = Scope.OWN
    firm = Contact.objects.exclude(organisation=None).first()
    names = {
        "large": users[0].pk,
        "middle": users[5].pk,
        "small": users[-1].pk,
        "organisation": firm.organisation_id if firm else 0,
    }
    above = 0
    jobs = [
        (users[0], label, query.format(**names)) for label, query in FILTERS.items()
    ]
    jobs += [(seller, "sees own", ""), (few, "sees own 50", "")]
    print("{:<16}{:<16}{:>10}{:>8}{:>10}{:>8}".format(*HEAD))
    for user, label, query in jobs:
        for sort in (f"{sign}{key}" for key in SORTS for sign in ("", "-")):
            above += line(user, label, f"{query}&sort={sort}", sort, rounds)
    return above


def line(user: Any, label: str, query: str, sort: str, rounds: int) -> int:
    """Measure and print one filter in one order."""
    figures = [measure(user, query, rounds)]
    if further := deep(user, query, sort):
        figures.append(measure(user, further, rounds))
    cells = [
        (statistics.median(took), took[int(len(took) * 0.95) - 1]) for took in figures
    ]
    texts = "".join(f"{p50:>10.1f}{p95:>8.1f}" for p50, p95 in cells)
    slow = any(p95 > GOAL for _, p95 in cells)
    print(
        f"{label:<16}{sort:<16}{texts}{'  above the goal' if slow else ''}", flush=True
    )
    return int(slow)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--database-url", default=os.environ.get("DATABASE_URL", ""))
    parser.add_argument("--data", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-lists-") as folder:
        prepare(options.database_url, options.data or folder)
        above = report(options.records, options.rounds)
    print(f"{above} of them above the goal of {GOAL:.0f} ms")


if __name__ == "__main__":
    print(f"{Path(__file__).stem}: a page of a list of records")
    main()
