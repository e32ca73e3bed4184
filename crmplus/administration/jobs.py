"""The cron jobs as an admin sees them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from crmplus import hooks
from crmplus.administration.cron import add_on_of, next_run, rests
from crmplus.administration.models import Activation, CronRun

SHOWN = 10
PREVIEWED = 20
# A daily job that has not run for 26 hours is overdue.
GRACE = timedelta(hours=2)


@dataclass(frozen=True)
class Line:
    """A run with what it counted, each figure with its label."""

    run: CronRun
    counts: list[tuple[str, int]]


@dataclass
class Job:
    """A job with its last runs, newest first; ``due`` is the next one.

    ``rests`` is the add-on whose being inactive keeps it from running.
    """

    hook: hooks.CronJob
    due: datetime
    now: datetime
    zone: ZoneInfo
    runs: list[CronRun]
    rests: hooks.AddOn | None

    @property
    def command(self) -> str:
        return self.hook.command

    @property
    def label(self) -> str:
        return str(self.hook.label)

    @property
    def help(self) -> str:
        return str(self.hook.help)

    @property
    def schedule(self) -> str:
        return self.hook.schedule

    @property
    def has_preview(self) -> bool:
        return self.hook.preview is not None

    @property
    def lines(self) -> list[Line]:
        """The last runs as a list shows them."""
        return lines(self.hook, self.runs)

    @property
    def last(self) -> CronRun | None:
        """The newest run, if it ever ran."""
        return self.runs[0] if self.runs else None

    @cached_property
    def overdue(self) -> bool:
        """Whether it should have begun more than two hours ago, and did not.

        One that never ran is waited for since its add-on is active.
        """
        since = self.last.started_at if self.last else _active_since(self.command)
        if since is None or self.rests:
            return False
        return next_run(self.schedule, since, self.zone) + GRACE < self.now


def jobs(now: datetime, zone: ZoneInfo, shown: int = SHOWN) -> list[Job]:
    """All jobs that apps registered, as of ``now`` (UTC); one query for each."""
    return [
        _job(hook, now, zone, list(runs_of(hook.command)[:shown]))
        for hook in hooks.registered(hooks.CronJob)
    ]


def job_of(command: str, now: datetime, zone: ZoneInfo) -> Job | None:
    """One job with its newest run; None where no app registered such a one."""
    return next(
        (
            _job(hook, now, zone, list(runs_of(command)[:1]))
            for hook in hooks.registered(hooks.CronJob)
            if hook.command == command
        ),
        None,
    )


def runs_of(command: str) -> QuerySet[CronRun]:
    """All runs of a job that are kept, newest first."""
    rows = CronRun.objects.filter(command=command).select_related("started_by")
    return rows.order_by("-id")


def lines(hook: hooks.CronJob, runs: Iterable[CronRun]) -> list[Line]:
    """Runs of a job as a list shows them."""
    return [
        Line(
            run,
            [
                (str(hook.counts.get(name, name)), count)
                for name, count in run.counts.items()
            ],
        )
        for run in runs
    ]


def _job(
    hook: hooks.CronJob, now: datetime, zone: ZoneInfo, runs: list[CronRun]
) -> Job:
    due = next_run(hook.schedule, now, zone)
    return Job(hook, due, now, zone, runs, rests(hook.command))


def _active_since(command: str) -> datetime | None:
    add_on = add_on_of(command)
    if add_on is None:
        return None
    rows = Activation.objects.filter(add_on=add_on.key, is_on=True)
    return rows.values_list("changed_at", flat=True).first()
