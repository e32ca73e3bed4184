"""Cron jobs: each run is recorded, and none runs twice at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from celery.schedules import crontab
from django.core.management import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from crmplus.administration.models import CronRun
from crmplus.leadership import leader

Counts = dict[str, int]
KEPT = 200


class AlreadyRunning(CommandError):
    """The job runs already, here or on another server.

    A command that lets it pass ends quietly: one line, exit code 0.
    """

    def __init__(self, command: str) -> None:
        super().__init__(_("%s is already running.") % command, returncode=0)


@contextmanager
def run_cron_job(command: str, trigger: str = CronRun.Trigger.HAND) -> Iterator[Counts]:
    """Run the body as a cron job; it fills in the counts it is given.

    The run is recorded with its counts, or with the error, which goes on up. Raises
    AlreadyRunning (nothing is recorded then). ``trigger`` is a ``CronRun.Trigger``.
    """
    lock = leader(f"cron-{command}")
    if not lock.mine():
        raise AlreadyRunning(command)
    try:
        with _recorded(command, trigger) as counts:
            yield counts
    finally:
        lock.release()


@contextmanager
def _recorded(command: str, trigger: str) -> Iterator[Counts]:
    _close_interrupted(command)
    run = CronRun.objects.create(command=command, trigger=trigger)
    counts: Counts = {}
    error = _("The job was stopped before its end.")
    try:
        yield counts
        error = ""
    except Exception as exception:
        error = f"{type(exception).__name__}: {exception}"
        raise
    finally:
        run.ended_at, run.ok = timezone.now(), not error
        run.counts, run.error = counts, error
        run.save()
        _forget_old(command)


def _close_interrupted(command: str) -> None:
    # Whoever holds the lock knows that no other run of this job is alive.
    CronRun.objects.filter(command=command, ended_at=None).update(
        ended_at=timezone.now(), ok=False, error=_("The job was interrupted.")
    )


def _forget_old(command: str) -> None:
    runs = CronRun.objects.filter(command=command).order_by("-id")
    oldest = runs.values_list("id", flat=True)[KEPT : KEPT + 1].first()
    if oldest is not None:
        CronRun.objects.filter(command=command, id__lte=oldest).delete()


def next_run(schedule: str, now: datetime, zone: ZoneInfo) -> datetime:
    """When a crontab line ("0 2 * * *") is due next after ``now`` in ``zone``, in UTC.

    Reckoned by the clock on the wall: a time that the clocks skip is due an hour
    later, one that comes twice is due the first time.
    """
    # The wall's time under a zone without changes, for Celery reckons in instants.
    wall = now.astimezone(zone).replace(tzinfo=UTC)
    start, wait, _now = crontab.from_string(schedule).remaining_delta(wall, tz=UTC)
    due: datetime = start + wait
    return due.replace(tzinfo=zone).astimezone(UTC)
