"""``manage.py phonebook``: rebuild the phone index, check it, look a number up."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress

from crmplus.phonebook import upkeep
from crmplus.phonebook.find import find
from crmplus.phonebook.normalise import normalise
from crmplus.phonebook.plan import number_plan


class Command(BaseCommand):
    help = "Rebuilds or checks the phone index, or says who has a number."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("rebuild", help="write the index anew, beside the server")
        actions.add_parser("check", help="find what differs from the records")
        search = actions.add_parser("find", help="say who has a number")
        search.add_argument("number", help="in any notation")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "rebuild":
            self._rebuild()
        elif options["action"] == "check":
            self._check()
        else:
            self._find(options["number"])

    def _rebuild(self) -> None:
        began = time.perf_counter()
        with self._bar("Rebuilding") as done:
            rows = upkeep.rebuild(done)
        rate = rows / max(time.perf_counter() - began, 0.001)
        self.stdout.write(f"{rows:,} rows, {rate:,.0f} per second.")

    def _check(self) -> None:
        with self._bar("Checking") as done:
            drift = upkeep.check(done)
        if not drift:
            self.stdout.write("The phone index is right.")
            return
        for example in drift.examples:
            self.stdout.write(f"  {example}")
        raise CommandError(
            f"{drift.missing} missing, {drift.stale} stale, {drift.wrong} wrong rows. "
            "Run: manage.py phonebook rebuild"
        )

    def _find(self, text: str) -> None:
        number = normalise(text, number_plan())
        self.stdout.write(f"{number.kind}: {number.key or text}")
        for match in find(number):
            self.stdout.write(
                f"  {match.kind}: {match.title} ({match.type_label or match.source} "
                f"{match.object_id}, {match.field})"
            )

    @contextmanager
    def _bar(self, title: str) -> Iterator[upkeep.Progress]:
        console = Console(file=sys.stderr)
        totals = upkeep.totals()
        with Progress(console=console, disable=not console.is_terminal) as progress:
            tasks = {
                key: progress.add_task(f"{title} {key}", total=total)
                for key, total in totals.items()
            }
            yield lambda source, records: progress.advance(tasks[source.key], records)
