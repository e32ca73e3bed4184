"""``manage.py doctor``: the health page, printed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation

from crmplus.administration.health import SEVERITY, examine
from crmplus.administration.health_text import lines
from crmplus.hooks import Level


class Command(BaseCommand):
    """Runs also where the settings are wrong or the database is away: it says so."""

    help = (
        "Says what works and what does not, and what to do about it. The exit code is "
        "1 if something is in error."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """From which level on it fails."""
        parser.add_argument(
            "--fail-on",
            choices=[Level.WARNING.value, Level.ERROR.value],
            default=Level.ERROR.value,
            help="From which level on the exit code is 1 (default: error).",
        )

    def handle(self, *args: Any, fail_on: str, **options: Any) -> None:
        """Print all findings in the language of the installation."""
        with translation.override(settings.LANGUAGE_CODE):
            found = examine()
            self.stdout.write("\n".join(lines(found)))
        if SEVERITY[found.level] >= SEVERITY[Level(fail_on)]:
            raise SystemExit(1)
