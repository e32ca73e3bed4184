"""Who really starts a cron job: the system's cron, Celery beat, or nobody."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django_crontab.crontab import Crontab

from crmplus.administration.models import BeatSign
from crmplus.beat import CALL_COMMAND, SIGN_SECONDS
from crmplus.conf import BASE_DIR

logger = logging.getLogger(__name__)
PATIENCE = 3.0
ALIVE = timedelta(seconds=3 * SIGN_SECONDS)


@dataclass(frozen=True)
class Schedulers:
    """``crontab`` holds the lines of this server's user, None where they can't be read.

    ``beat_at`` is when Celery beat gave its last sign of life (UTC), if it ever did.
    """

    crontab: Sequence[str] | None
    beat_at: datetime | None
    now: datetime

    @property
    def beat_is_alive(self) -> bool:
        return self.beat_at is not None and self.now - self.beat_at < ALIVE

    def cron_has(self, command: str) -> bool:
        """Whether a line of the crontab runs a job of this installation."""
        manage = str(BASE_DIR / "manage.py")
        runs = _run_of(command)
        return any(
            runs in line and manage in line and not line.lstrip().startswith("#")
            for line in self.crontab or ()
            if runs
        )


def schedulers(now: datetime) -> Schedulers:
    """What is seen now (UTC): one query, and one ``crontab -l``."""
    sign = BeatSign.objects.first()
    return Schedulers(crontab_lines(), sign.at if sign else None, now)


def crontab_lines() -> list[str] | None:
    """The crontab of the server's user; None where it can't be read."""
    program = shutil.which("crontab")
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603  (a fixed command, without a shell)
            [program, "-l"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE,
            check=False,
            env={"PATH": os.defpath, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired):
        logger.exception("The crontab could not be read.")
        return None
    if done.returncode and "no crontab" not in done.stderr:
        return None
    return done.stdout.splitlines()


def _run_of(command: str) -> str:
    """What the line of a job calls ("crontab run …"), "" for one that cron never has.

    django-crontab names a job by a digest of its line in CRONJOBS.
    """
    jobs: Sequence[Sequence[Any]] = settings.CRONJOBS
    lines = Crontab(verbosity=0)
    lines.add_jobs()
    for job, line in zip(jobs, lines.crontab_lines, strict=True):
        if job[1] == CALL_COMMAND and job[2][0] == command:
            return " ".join(line[line.index("crontab run") :].split()[:3])
    return ""
