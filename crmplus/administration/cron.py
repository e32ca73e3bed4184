"""Cron jobs: each run is recorded, none runs twice at a time, and those of an add-on
only while it is active."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from io import StringIO
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from celery.schedules import crontab
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.translation import gettext as _

from crmplus import hooks
from crmplus.administration.addons import is_active
from crmplus.administration.models import CronRun
from crmplus.leadership import leader

if TYPE_CHECKING:
    from crmplus.accounts.models import User

logger = logging.getLogger(__name__)
Counts = dict[str, int]
KEPT = 200
_by_hand_of: ContextVar[User | None] = ContextVar("by_hand_of", default=None)


class NothingToDo(CommandError):
    """A job does not run now, and that is no fault."""


class AlreadyRunning(NothingToDo):
    """The job runs already, here or on another server.

    A command that lets it pass ends quietly: one line, exit code 0.
    """

    def __init__(self, command: str) -> None:
        super().__init__(_("%s is already running.") % command, returncode=0)


class AddOnNotActive(NothingToDo):
    """The job belongs to an add-on that is not active: it rests, quietly."""

    def __init__(self, add_on: hooks.AddOn) -> None:
        text = _("Nothing was done: the add-on %(name)s is not active.")
        super().__init__(text % {"name": add_on.name}, returncode=0)


def add_on_of(command: str) -> hooks.AddOn | None:
    """The add-on that a job belongs to, if any."""
    found = hooks.registered(hooks.AddOn)
    return next((one for one in found if command in one.cron_commands), None)


def rests(command: str) -> hooks.AddOn | None:
    """The add-on whose being inactive keeps a job from running; None if it runs."""
    add_on = add_on_of(command)
    return add_on if add_on and not is_active(add_on.key) else None


@contextmanager
def run_cron_job(command: str, trigger: str = CronRun.Trigger.HAND) -> Iterator[Counts]:
    """Run the body as a cron job; it fills in the counts it is given.

    The run is recorded with its counts, or with the error, which goes on up. Raises
    AlreadyRunning or AddOnNotActive (nothing is recorded then). ``trigger`` is a
    ``CronRun.Trigger``.
    """
    if add_on := rests(command):
        raise AddOnNotActive(add_on)
    lock = leader(f"cron-{command}")
    if not lock.mine():
        raise AlreadyRunning(command)
    try:
        with _recorded(command, trigger) as counts:
            yield counts
    finally:
        lock.release()


def run_by_hand(command: str, user: User) -> CronRun:
    """Run a job now, as its command does; gives the recorded run, also if it failed.

    Raises AlreadyRunning or AddOnNotActive.
    """
    token = _by_hand_of.set(user)
    try:
        call_command(command, trigger=CronRun.Trigger.HAND, stdout=StringIO())
    except NothingToDo:
        raise
    except Exception:
        # What went wrong stands in the run.
        logger.exception("The job %s failed.", command)
    finally:
        _by_hand_of.reset(token)
    return CronRun.objects.filter(command=command, started_by=user).latest("id")


@contextmanager
def _recorded(command: str, trigger: str) -> Iterator[Counts]:
    _close_interrupted(command)
    run = CronRun.objects.create(
        command=command, trigger=trigger, started_by=_by_hand_of.get()
    )
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
