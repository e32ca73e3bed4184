"""``manage.py missed_list``: compute the missed list anew from the calls."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from pbxmanager.following_up import rebuild


class Command(BaseCommand):
    """Computes the whole missed list; what people added to it stays."""

    help = (
        "Computes the missed list anew from all calls: after an upgrade from a version "
        "without it, or after calls were brought in by other means. It may run while "
        "people work, and again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, and say how many callers are in the list."""
        count = rebuild()
        text = ngettext(
            "%(count)d caller is in the missed list.",
            "%(count)d callers are in the missed list.",
            count,
        )
        self.stdout.write(text % {"count": count})
