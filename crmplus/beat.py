"""Celery beat runs what the system's cron would: the same list, the same commands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from celery.schedules import crontab

CALL_COMMAND = "django.core.management.call_command"
SIGN_SECONDS = 300.0


def beat_schedule(jobs: Iterable[Sequence[Any]]) -> dict[str, dict[str, Any]]:
    """Celery's schedule for ``CRONJOBS``, and a sign of life every five minutes.

    Takes lines (time, ``call_command``, [command], …); other functions are cron's
    alone.
    """
    commands = [
        (line, arguments[0][0])
        for line, function, *arguments in jobs
        if function == CALL_COMMAND
    ]
    schedule = {
        command: {
            "task": "crmplus.administration.tasks.run",
            "schedule": crontab.from_string(line),
            "args": [command],
        }
        for line, command in commands
    }
    sign = {
        "task": "crmplus.administration.tasks.give_sign",
        "schedule": SIGN_SECONDS,
    }
    return {**schedule, "sign-of-life": sign}
