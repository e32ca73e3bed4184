"""An upgrade of a large installation: what each migration takes, and how much memory.

    python bench/migrations.py [--rows 1000000] [--database-url postgresql://…/empty]

Makes the tables as the first migration of each of our apps had them, fills contacts,
leads, calls, legs, reports and events with so many rows each, and migrates to today's.
Prints the seconds of every migration and the memory this process took at most, and
fails if a row is gone or a key that lists are sorted by was not written.
Without a URL it makes a SQLite file of its own.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from databases import set_up

BEGUN = datetime(2024, 1, 1, tzinfo=UTC)
SEED = 10_000  # rows that are made one by one; the rest are copies of them
CITIES = ("Berlin", "München", "Öhringen", "Łódź", "")
UUID = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}
# What a copy may not have in common with the row that it is a copy of.
OWN: dict[str, dict[str, str]] = {
    "records.Contact": {"last_name": "last_name || {step}"},
    "records.Lead": {"company": "company || {step} % 997"},
    "pbxmanager.Call": {"uid": "{uuid}"},
    "pbxmanager.Leg": {"call_id": "call_id + {step}"},
    "pbxmanager.Report": {
        "call_id": "call_id + {step}",
        "client_call_id": "client_call_id || '-' || {step}",
    },
    "pbxmanager.Event": {"report_id": "report_id + {step}"},
}


def first_migrations(loader: Any) -> list[tuple[str, str]]:
    """Where the upgrade begins: what others ship as today, ours as they began."""
    ours = ("crmplus", "pbxmanager", "softphone_connector")
    began_with = {"accounts", "records", "pbxmanager", "phonebook", "timeline"}
    from django.apps import apps

    targets = [
        key
        for key in loader.graph.leaf_nodes()
        if not apps.get_app_config(key[0]).name.startswith(ours)
    ]
    return targets + [key for key in loader.graph.root_nodes() if key[0] in began_with]


def seed(apps: Any) -> None:
    """Make the first rows of every table."""
    contact, lead, call, leg, report, event = (apps.get_model(label) for label in OWN)
    each = range(1, SEED + 1)
    records = {"phone": "030 1234567", "email": "a@example.com"}
    contact.objects.bulk_create(
        contact(id=n, last_name=f"Muster{n}", city=CITIES[n % 5], **records)
        for n in each
    )
    lead.objects.bulk_create(
        lead(id=n, last_name=f"Berg{n}", company=f"Firma {n}", **records) for n in each
    )
    party = {"number": "0301234567", "e164": "+49301234567", "party": "+49301234567"}
    call.objects.bulk_create(
        call(
            id=n,
            status="ended",
            direction="inbound",
            extension="201",
            started_at=BEGUN + timedelta(minutes=n),
            duration=60,
            **party,
        )
        for n in each
    )
    leg.objects.bulk_create(
        leg(
            id=n,
            call_id=n,
            extension="201",
            direction="inbound",
            outcome="answered",
            first_at=BEGUN + timedelta(minutes=n),
            **party,
        )
        for n in each
    )
    report.objects.bulk_create(
        report(
            id=n,
            call_id=n,
            source="pbx",
            client_call_id=f"c{n}",
            extension="201",
            first_at=BEGUN,
            last_at=BEGUN,
            party=party["party"],
        )
        for n in each
    )
    event.objects.bulk_create(
        event(
            id=n,
            report_id=n,
            source="pbx",
            kind="ended",
            extension="201",
            received_at=BEGUN,
            raw={"event": "ended"},
            **party,
        )
        for n in each
    )


def copy(model: Any, label: str, rows: int) -> None:
    """Copy the first rows of a table until it has so many."""
    from django.db import connection

    columns = [field.column for field in model._meta.local_concrete_fields]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        for step in range(SEED, rows, SEED):
            own = {"id": "id + {step}", **OWN[label]}
            values = ", ".join(
                own[column].format(step=step, uuid=UUID[connection.vendor])
                if column in own
                else f'"{column}"'
                for column in columns
            )
            names = ", ".join(f'"{column}"' for column in columns)
            cursor.execute(
                f'INSERT INTO "{table}" ({names}) SELECT {values} '  # noqa: S608
                f'FROM "{table}" WHERE id <= {SEED}'
            )
        if connection.vendor == "postgresql":
            cursor.execute(f'VACUUM ANALYZE "{table}"')


def upgrade() -> None:
    """Migrate to today's tables, and print what each migration takes."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    begun: dict[str, float] = {}

    def tell(action: str, migration: Any = None, fake: bool | None = False) -> None:
        if action == "apply_start":
            begun[str(migration)] = time.perf_counter()
        elif action == "apply_success":
            took = time.perf_counter() - begun[str(migration)]
            print(f"{migration!s:<60}{took:>8.1f} s", flush=True)

    executor = MigrationExecutor(connection, tell)
    executor.migrate(executor.loader.graph.leaf_nodes())


def faults(rows: int) -> list[str]:
    """What the upgrade lost or left undone."""
    from django.apps import apps

    found = [
        f"{label}: not {rows:,} rows"
        for label in OWN
        if apps.get_model(label)._base_manager.count() != rows
    ]
    contacts = apps.get_model("records.Contact")._base_manager
    if contacts.filter(city="Berlin").exclude(city_key="berlin").exists():
        found.append("records.Contact: cities without their key")
    return found


def run(rows: int) -> list[str]:
    """Fill, upgrade and check."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    targets = first_migrations(executor.loader)
    apps = executor.migrate(targets).apps
    begun = time.perf_counter()
    seed(apps)
    for label in OWN:
        copy(apps.get_model(label), label, rows)
    took = time.perf_counter() - begun
    print(f"{rows:,} rows each, {connection.vendor}, filled in {took:.0f} s")
    begun = time.perf_counter()
    upgrade()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"in all {time.perf_counter() - begun:.0f} s, {memory:.0f} MiB at most")
    return faults(rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--database-url", default=os.environ.get("DATABASE_URL", ""))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-migrations-") as folder:
        set_up(options.database_url, folder)
        found = run(options.rows // SEED * SEED)
    if found:
        raise SystemExit("\n".join(found))


if __name__ == "__main__":
    main()
