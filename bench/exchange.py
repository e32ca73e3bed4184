"""Importing and exporting many contacts, beside writing and reading the bare files.

    python bench/exchange.py [--contacts 100000]
                             [--database-url postgresql://…/empty_database]

Writes a CSV file of contacts with two numbers each, checks it, imports it as the job
does, exports them to CSV and XLSX, and undoes the import. Prints rows per second and
the greatest memory of the process so far; the yardstick of each is the same work
without the CRM: reading the file, bulk_create, writing the same cells. Without a URL
it makes a SQLite file of its own.
"""

from __future__ import annotations

import argparse
import csv
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from databases import prepare

HEADS = (
    "First name",
    "Last name",
    "Position",
    "Organisation",
    "Phone",
    "Mobile",
    "E-mail",
    "Street",
    "Postcode",
    "City",
    "Country",
)


def people(count: int) -> Iterator[list[str]]:
    """The cells of so many contacts of a tenth as many organisations."""
    for n in range(count):
        yield [
            f"Anna{n % 997}",
            f"Berg{n}",
            "Head of sales",
            f"Firma {n % max(1, count // 10)} GmbH",
            f"030 {2_000_000 + n}",
            f"+49171{2_000_000 + n}",
            f"anna.berg{n}@example.com",
            f"Musterstraße {n % 200}",
            "01234",
            "Berlin",
            "Deutschland",
        ]


def measure(name: str, count: int, work: Callable[[], Any]) -> Any:
    """Do something once and print how many rows a second that makes."""
    begun = time.perf_counter()
    found = work()
    seconds = time.perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rate = count / seconds
    print(f"{name:34} {rate:10,.0f} rows/s {seconds:8.1f} s {memory:7.0f} MiB")
    return found


def write_file(path: Path, count: int) -> None:
    """The file to be imported."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADS)
        writer.writerows(people(count))


def bare_rows(count: int) -> None:
    """The yardstick of the import: the rows alone, and away with them again."""
    from crmplus.records.models import Contact

    for start in range(0, count, 500):
        Contact.objects.bulk_create(
            Contact(first_name="Anna", last_name=f"Berg{n}", phone=f"030 {n}")
            for n in range(start, min(start + 500, count))
        )
    Contact.objects.all()._raw_delete("default")


def exported(folder: Path, form: str, user: Any) -> None:
    """All contacts in a file, as the job writes it."""
    from crmplus.exchange import exporting
    from crmplus.exchange.fields import written
    from crmplus.records.types import CONTACTS

    chunks = exporting.records(CONTACTS, "", user)
    path = folder / f"export.{form}"
    for _ in exporting.write(path, form, CONTACTS, written(CONTACTS), chunks):
        pass


def bare_table(folder: Path, form: str, count: int) -> None:
    """The yardstick of the export: as many cells."""
    from crmplus.spreadsheets import writer

    with writer(folder / f"bare.{form}", form) as table:
        for cells in people(count):
            table.row([*cells, *cells[:4]])


def run(count: int, folder: Path) -> None:
    """Measure all of it, each beside its yardstick."""
    from django.core.files.base import File

    from crmplus.accounts.models import User
    from crmplus.exchange import flow
    from crmplus.jobs.models import Job
    from crmplus.jobs.running import work_off
    from crmplus.jobs.services import undo
    from crmplus.records.types import CONTACTS

    source = folder / "contacts.csv"
    user = User.objects.create(username="anna")
    measure("write the file", count, lambda: write_file(source, count))
    measure("  bare: bulk_create of the rows", count, lambda: bare_rows(count))
    with source.open("rb") as file:
        one = flow.receive(user, CONTACTS, File(file, "contacts.csv"))  # type: ignore[arg-type]
    measure("read", count, lambda: flow.read(one))
    flow.choose_columns(one, one.mapping, user)
    flow.start_check(one)
    measure("check", count, work_off)
    job = flow.start_import(one)
    measure("import, numbers indexed", count, work_off)
    print("  ", Job.objects.get(pk=job.pk).result)
    for form in ("csv", "xlsx"):
        bare = f"  bare: {form} of as many cells"
        measure(bare, count, partial(bare_table, folder, form, count))
        measure(f"export {form}", count, partial(exported, folder, form, user))
    undo(Job.objects.get(pk=job.pk))
    measure("undo", count, work_off)
    print("  ", Job.objects.get(pk=job.pk).result)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--database-url", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepare(options.database_url, folder)
        run(options.contacts, Path(folder))


if __name__ == "__main__":
    main()
