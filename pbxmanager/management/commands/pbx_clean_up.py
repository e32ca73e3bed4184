"""``manage.py pbx_clean_up``: the nightly PBX Clean Up."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crmplus import words
from crmplus.administration.cron import NothingToDo, run_cron_job
from crmplus.administration.models import CronRun
from pbxmanager.clean_up import clean_up, unfinished
from pbxmanager.models import Call

COMMAND = "pbx_clean_up"
WIDTH = 120


class Command(BaseCommand):
    """Moves what is unfinished to the recycle bin, and records the run."""

    help = (
        "Moves calls without a duration to the recycle bin that are dialled only, or "
        "whose end was never reported, that are 6 hours old and to which nobody added "
        "anything. Cron calls it every day at 02:00; started twice it runs once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be said beside the name."""
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="Only list what would be moved; change and record nothing.",
        )
        parser.add_argument(
            "--trigger",
            choices=CronRun.Trigger.values,
            default=CronRun.Trigger.HAND,
            help="Who starts it, for the list of runs.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run; an error is recorded with the run, and goes on up."""
        if options["dry_run"]:
            self._show()
            return
        try:
            with run_cron_job(COMMAND, options["trigger"]) as counts:
                counts["moved"] = 0
                counts["moved"] = moved = clean_up()
        except NothingToDo:
            # django-crontab would log it as a failure, and cron mail that every night.
            if options["trigger"] == CronRun.Trigger.CRON:
                return
            raise
        text = ngettext(
            "%(count)d call was moved to the recycle bin.",
            "%(count)d calls were moved to the recycle bin.",
            moved,
        )
        self.stdout.write(text % {"count": moved})

    def _show(self) -> None:
        """List what a run would move now."""
        table = Table(_("Started"), _("Extension"), _("Number"), _("Status"))
        count = 0
        for call in unfinished(timezone.now()).iterator():
            count += 1
            table.add_row(*_columns(call))
        if count:
            shown = StringIO()
            Console(file=shown, width=WIDTH).print(table)
            self.stdout.write(shown.getvalue())
        text = ngettext(
            "%(count)d call would be moved to the recycle bin.",
            "%(count)d calls would be moved to the recycle bin.",
            count,
        )
        self.stdout.write(text % {"count": count})


def _columns(call: Call) -> Iterator[Text]:
    texts = (
        words.exact(call.started_at),
        call.extension,
        call.e164 or call.number,
        str(call.get_status_display()),
    )
    # What a phone sent must not be read as Rich's markup.
    return map(Text, texts)
