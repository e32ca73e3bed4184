"""What benches share that work on a database of their own, in their own process."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def set_up(database_url: str, folder: str, **more: str) -> None:
    """Set Django up on the database under test.

    Without a URL it is a SQLite file in the folder, which is made where it is missing;
    ``more`` goes into the environment.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "CRMPLUS_DATA": folder,
        "SECRET_KEY": "only-for-benchmarks-" * 3,
        "DJANGO_SETTINGS_MODULE": "crmplus.settings",
        **more,
    }
    if database_url:
        os.environ["DATABASE_URL"] = database_url
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()


def prepare(database_url: str, folder: str, **more: str) -> None:
    """Set Django up on the database under test, with the product's tables."""
    set_up(database_url, folder, **more)
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True)
