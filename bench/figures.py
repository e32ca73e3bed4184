"""Figures of two years of calls: how fast they are counted and pages answer.

    python bench/figures.py [--days 57] [--calls 10000] [--users 100] [--runs 20]
                            [--database-url postgresql://…] [--data FOLDER]

Calls are written as rows, those that nobody took with their legs, and then counted
like those of an upgraded installation. Earlier days, two years back, get the counts
of these ones: pages read counts, and only today's calls. Each page is asked for as
an administrator, through the whole of Django; the yardstick is the same page for a
year without calls. "CPU" is this process's part, which on SQLite is all of it: on a
busy machine it tells more than the clock.
``--data`` keeps the data for another run.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from databases import prepare

if TYPE_CHECKING:
    from crmplus.accounts.models import User

TEAMS = 8
PARTIES = 40_000
AT_ONCE = 5_000
# How many of a hundred inbound and outbound calls come to what.
INBOUND = (("ended", 80), ("missed", 14), ("busy", 5), ("lost", 1))
OUTBOUND = (("ended", 70), ("not_reached", 25), ("busy", 5))
PAGES = {
    "nothing": "?since=2001-01-01&until=2001-12-31",
    "today": "?period=today",
    "month": "?period=month",
    "last month": "?period=last-month",
    "30 days": "?period=30-days",
    "year": "?since={year_ago}&until={today}&compare=year",
    "year, team": "?since={year_ago}&until={today}&compare=year&team={team}",
    "year, user": "?since={year_ago}&until={today}&compare=year&user={user}",
    "year, extension": "?since={year_ago}&until={today}&compare=year&extension=1001",
    "year, inbound": "?since={year_ago}&until={today}&compare=year&direction=inbound",
    "year, missed": "?since={year_ago}&until={today}&compare=year&result=missed",
}


def open_pages() -> None:
    """What a page needs: static files, and an active add-on."""
    from django.core.management import call_command

    from crmplus.administration import demo

    demo.load()
    call_command("collectstatic", interactive=False, verbosity=0)


def people(count: int) -> list[User]:
    """Users with an extension each, in some teams; figures of all are shown."""
    from crmplus.accounts.models import Team, User
    from pbxmanager.models import Extension
    from pbxmanager.statistics.models import ShownPerson

    teams = Team.objects.bulk_create(
        Team(name=f"Team {number}") for number in range(TEAMS)
    )
    User.objects.create(username="boss", role="admin")
    users = User.objects.bulk_create(
        User(username=f"u{number}", last_name=f"U {number}", team=teams[number % TEAMS])
        for number in range(count)
    )
    Extension.objects.bulk_create(
        Extension(number=str(1_000 + index), user=user)
        for index, user in enumerate(users)
    )
    ShownPerson.objects.bulk_create(ShownPerson(user=user) for user in users)
    return users


def chosen(chance: random.Random, among: tuple[tuple[str, int], ...]) -> str:
    return chance.choices([one for one, _ in among], [share for _, share in among])[0]


def calls_of(day: datetime, count: int, users: list[User]) -> Iterator[dict[str, Any]]:
    """What the calls of a day that begins then (UTC) are."""
    chance = random.Random(day.toordinal())
    for _ in range(count):
        inbound = chance.random() < 0.6
        came_to = chosen(chance, INBOUND if inbound else OUTBOUND)
        at = day + timedelta(hours=chance.triangular(7, 19, 10.5))
        wait = int(chance.triangular(1, 60, 8))
        talks = came_to == "ended"
        talk = int(chance.lognormvariate(4.8, 0.9)) if talks else 0
        user = chance.randrange(len(users))
        number = f"+4930{chance.randrange(PARTIES):07d}"
        in_vain = "missed" if inbound else "not_reached"
        yield {
            "leg": came_to if came_to in ("missed", "busy") else "",
            "number": number,
            "number_kind": "e164",
            "e164": number,
            "party": number,
            "direction": "inbound" if inbound else "outbound",
            "status": in_vain if came_to == "busy" else came_to,
            "extension": str(1_000 + user),
            "user_id": users[user].pk,
            "started_at": at,
            "connected_at": at + timedelta(seconds=wait) if talks else None,
            "ended_at": at + timedelta(seconds=wait + talk),
            "wait": None if came_to == "lost" else wait,
            "duration": None if came_to == "lost" else talk,
        }


def fill(days: int, count: int, users: list[User]) -> int:
    """Write the calls of the last days; weekends, but for today, have a tenth."""
    from django.db import transaction

    from pbxmanager.calendar import installation_zone, midnight
    from pbxmanager.models import Call, Leg

    zone = installation_zone()
    today, made = datetime.now(zone).date(), 0
    for back in range(days - 1, -1, -1):
        day = today - timedelta(days=back)
        many = count if day.weekday() < 5 or not back else count // 10
        told = list(calls_of(midnight(day, zone), many, users))
        outcomes = [one.pop("leg") for one in told]
        with transaction.atomic():
            calls = Call.objects.bulk_create(
                [Call(**one) for one in told], batch_size=AT_ONCE
            )
            Leg.objects.bulk_create(
                [
                    Leg(
                        call=call,
                        extension=call.extension,
                        user_id=call.user_id,
                        direction=call.direction,
                        first_at=call.started_at,
                        outcome=outcome,
                    )
                    for call, outcome in zip(calls, outcomes, strict=True)
                    if outcome
                ],
                batch_size=AT_ONCE,
            )
        made += many
    return made


def count_all(calls: int) -> None:
    """Count all days, and say how fast."""
    from pbxmanager.statistics.models import Count
    from pbxmanager.statistics.upkeep import run

    begun, cpu = time.perf_counter(), time.process_time()
    days = run(thorough=True)
    took = time.perf_counter() - begun
    cpu = time.process_time() - cpu
    print(
        f"counted  {days} days in {took:.1f} s: {calls / took:,.0f} calls/s "
        f"({calls / cpu:,.0f} by CPU), "
        f"{Count.objects.count():,} rows",
        flush=True,
    )


def copy_back(days: int) -> None:
    """Give earlier days, two years back, the counts of the days that were counted."""
    from django.db import connection

    from pbxmanager.calendar import installation_zone, month_of
    from pbxmanager.statistics.models import Count, Grain
    from pbxmanager.statistics.storing import store_month

    table = Count._meta.db_table
    names = [field.column for field in Count._meta.fields if not field.primary_key]
    plain = ", ".join(f'"{name}"' for name in names if name != "start")
    today = datetime.now(installation_zone()).date()
    whole = (days - 1) // 7 * 7
    for step in range(whole, 732, whole):
        moved = f"date(start, '-{step} days')"
        if connection.vendor == "postgresql":
            moved = f"start - {step}"
        with connection.cursor() as cursor:
            cursor.execute(
                f'INSERT INTO {table} ("start", {plain}) '  # noqa: S608
                f"SELECT {moved}, {plain} FROM {table} "
                "WHERE grain = %s AND start >= %s AND start < %s",
                [int(Grain.DAY), today - timedelta(days=whole), today],
            )
    months = {month_of(today - timedelta(days=back)) for back in range(732)}
    for month in sorted(months):
        store_month(month, today)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"copied   {Count.objects.count():,} rows in all", flush=True)


def late_event(runs: int) -> None:
    """How long a turn of the loop takes when one late event came for yesterday."""
    from pbxmanager.calendar import installation_zone
    from pbxmanager.statistics.noticing import note_stale
    from pbxmanager.statistics.upkeep import run

    took, worked = [], []
    yesterday = datetime.now(installation_zone()).date() - timedelta(days=1)
    for _ in range(runs):
        note_stale([yesterday])
        begun, cpu = time.perf_counter(), time.process_time()
        run()
        took.append((time.perf_counter() - begun) * 1_000)
        worked.append((time.process_time() - cpu) * 1_000)
    figures = {
        "median ms": statistics.median(took),
        "CPU ms": statistics.median(worked),
    }
    print("a day again", figures, flush=True)


def ask(runs: int) -> None:
    """Ask for each page some times, and say how long it takes."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from crmplus.accounts.models import Team, User
    from pbxmanager.calendar import installation_zone

    client = Client()
    client.force_login(User.objects.get(username="boss"))
    today = datetime.now(installation_zone()).date()
    values = {
        "today": today,
        "year_ago": today - timedelta(days=364),
        "team": Team.objects.order_by("pk").values_list("pk", flat=True)[0],
        "user": User.objects.get(username="u1").pk,
    }
    for name, query in PAGES.items():
        url = f"/statistics/{query.format(**values)}"
        took, worked = [], []
        for _ in range(runs + 2):
            begun, cpu = time.perf_counter(), time.process_time()
            answer = client.get(url)
            took.append((time.perf_counter() - begun) * 1_000)
            worked.append((time.process_time() - cpu) * 1_000)
            assert answer.status_code == 200, answer
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        cuts = statistics.quantiles(took[2:], n=20)
        print(
            f"{name:15}  p50 {cuts[9]:6.0f} ms  p95 {cuts[18]:6.0f} ms  "
            f"CPU {statistics.median(worked):4.0f} ms  {len(captured)} queries",
            flush=True,
        )


def run(options: argparse.Namespace, folder: str) -> None:
    is_new = not (Path(folder) / "filled").exists()
    prepare(options.database_url, folder, CRMPLUS_DEMO="1", ALLOWED_HOSTS="testserver")
    open_pages()
    if is_new:
        begun = time.perf_counter()
        calls = fill(options.days, options.calls, people(options.users))
        print(f"{calls:,} calls written in {time.perf_counter() - begun:.0f} s")
        count_all(calls)
        copy_back(options.days)
        (Path(folder) / "filled").touch()
    late_event(5)
    ask(options.runs)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=57)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--database-url", default="")
    parser.add_argument("--data", default="")
    options = parser.parse_args()
    if options.data:
        Path(options.data).mkdir(parents=True, exist_ok=True)
        run(options, options.data)
    else:
        with tempfile.TemporaryDirectory(prefix="crmplus-bench-") as folder:
            run(options, folder)


if __name__ == "__main__":
    main()
