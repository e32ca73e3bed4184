"""The cron jobs as an admin sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from crmplus import hooks
from crmplus.administration.cron import next_run
from crmplus.administration.models import CronRun

SHOWN = 10


@dataclass(frozen=True)
class Job:
    """A job with its last runs, newest first; ``due`` is the next one."""

    command: str
    label: str
    help: str
    schedule: str
    due: datetime
    runs: list[CronRun]


def jobs(now: datetime, zone: ZoneInfo) -> list[Job]:
    """All jobs that apps registered; one query for each."""
    return [
        Job(
            command=hook.command,
            label=str(hook.label),
            help=str(hook.help),
            schedule=hook.schedule,
            due=next_run(hook.schedule, now, zone),
            runs=list(
                CronRun.objects.filter(command=hook.command).order_by("-id")[:SHOWN]
            ),
        )
        for hook in hooks.registered(hooks.CronJob)
    ]
