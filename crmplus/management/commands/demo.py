"""``manage.py demo``: a CRM that looks as if somebody had worked in it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from crmplus import hooks
from crmplus.conf import env


class Command(BaseCommand):
    help = "Loads the demo data; again and again without doubling anything."

    def handle(self, *args: Any, **options: Any) -> None:
        if not env.demo:
            raise CommandError(
                "Demo users have well-known passwords, so this runs only where "
                "CRMPLUS_DEMO=1 is set. bin/run sets it."
            )
        for demo in hooks.registered(hooks.DemoData):
            # One commit for each part: an interrupted load is simply done again.
            with transaction.atomic():
                made = demo.load()
            self.stdout.write(f"{demo.label}: {made}")
