"""``manage.py call_statistics``: counts calls anew for the statistics."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress

from crmplus.leadership import leader
from pbxmanager.calendar import day_of, days, installation_zone
from pbxmanager.statistics.models import StaleDay
from pbxmanager.statistics.noticing import all_days, note_stale
from pbxmanager.statistics.upkeep import CHORE, run


class Command(BaseCommand):
    """Counts what changed, some days or everything."""

    help = (
        "Counts calls anew for the statistics: those that changed, the last --days, "
        "or --all. The server does it every minute; this is for imports and repairs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be said beside the name."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--days", type=int, default=0, help="Count the last so many days anew."
        )
        which.add_argument(
            "--all", action="store_true", help="Count all days that have calls anew."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Count; raises CommandError where the server is counting just now."""
        lead = leader(CHORE)
        if not lead.mine():
            raise CommandError(_("The statistics are being counted. Try again later."))
        try:
            note_stale(self._days(options))
            counted = self._count()
        finally:
            lead.release()
        text = ngettext(
            "%(count)d day was counted.", "%(count)d days were counted.", counted
        )
        self.stdout.write(text % {"count": counted})

    def _days(self, options: dict[str, Any]) -> list[date]:
        zone = installation_zone()
        if options["all"]:
            return list(all_days(zone))
        today = day_of(timezone.now(), zone)
        first = today - timedelta(days=max(0, options["days"]))
        return [day for day in days(first, today) if day != today]

    def _count(self) -> int:
        with Progress(
            *Progress.get_default_columns(),
            MofNCompleteColumn(),
            console=Console(stderr=True),
            transient=True,
        ) as progress:
            task = progress.add_task(_("Days"), total=StaleDay.objects.count())
            return run(thorough=True, progress=lambda day: progress.advance(task))
