"""Running jobs: in a Celery worker, or in the server where there is no broker."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crmplus.celery import app
from crmplus.conf import env
from crmplus.jobs.models import Job, State
from crmplus.jobs.services import JobError, Stopped, kind_of
from crmplus.jobs.telling import tell_begun, tell_ended

logger = logging.getLogger(__name__)
TOLD_EVERY = 0.5  # seconds between two notes of how far a job is
SILENCE = timedelta(seconds=60)
OVERLOOKED = timedelta(seconds=60)


class Progress:
    """How far a job is; its ``run`` calls this, between its transactions."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._told = 0.0

    def __call__(self, done: int, total: int = 0, message: str = "") -> None:
        """Note what is done, of how much (0: nobody knows), and what comes now.

        Raises Stopped when the job is to end. It may be called as often as one likes.
        """
        job = self._job
        changed = (total, message) != (job.total, job.message)
        job.done, job.total, job.message = done, total, message
        if changed or time.monotonic() - self._told >= TOLD_EVERY:
            self._note()

    def _note(self) -> None:
        job = self._job
        self._told = time.monotonic()
        rows = _still(job)
        noted = rows.update(
            done=job.done,
            total=job.total,
            message=job.message,
            heartbeat_at=timezone.now(),
        )
        asked = rows.filter(cancel_asked=True).exists()
        if not noted or asked:
            raise Stopped


def enqueue(job: Job) -> None:
    """Hand a queued job to Celery; without a broker the server finds it by itself."""
    tell_begun(job)
    if not env.celery_broker_url:
        return
    try:
        app.send_task("crmplus.jobs.tasks.run_queued", [job.pk])
    except Exception:
        # It stays in the queue, and is sent once more.
        logger.exception("The job %s could not be handed to the broker.", job.uid)


def work_off() -> None:
    """Run what is queued, one after the other, until nothing is left."""
    if env.celery_broker_url:
        return
    queued = Job.objects.filter(state=State.QUEUED).order_by("pk")
    while (pk := queued.values_list("pk", flat=True).first()) is not None:
        run_job(pk)


def run_job(pk: int) -> bool:
    """Run a queued job here and now; gives whether it was there to be run."""
    now = timezone.now()
    rows = Job.objects.filter(pk=pk, state=State.QUEUED)
    job = rows.select_related("user").first()
    if job is None:
        return False
    claimed = rows.filter(attempt=job.attempt).update(
        state=State.RUNNING,
        attempt=job.attempt + 1,
        started_at=now,
        heartbeat_at=now,
    )
    if claimed:
        job.refresh_from_db()
        with speaking(job):
            _carry_out(job)
    return bool(claimed)


@contextmanager
def speaking(job: Job) -> Iterator[None]:
    """In the language and zone of who started it."""
    with (
        translation.override(job.language),
        timezone.override(ZoneInfo(job.time_zone)),
    ):
        yield


def _carry_out(job: Job) -> None:
    try:
        result = _call(job)
    except Stopped:
        _end(job, State.CANCELLED, {})
    except JobError as error:
        _end(job, State.FAILED, {}, str(error))
    except Exception:
        logger.exception("The job %s failed.", job.uid)
        _end(job, State.FAILED, {}, _("Something went wrong on the server."))
    else:
        _end(job, State.UNDONE if job.undoing else State.DONE, result or {})


def _call(job: Job) -> Mapping[str, Any] | None:
    kind = kind_of(job.kind)
    progress = Progress(job)
    if not job.undoing:
        return kind.run(job, progress)
    assert kind.undo is not None  # noqa: S101  (nothing else is queued to be undone)
    return kind.undo(job, progress)


def _end(job: Job, state: State, result: Mapping[str, Any], message: str = "") -> None:
    job.state, job.message, job.finished_at = state, message, timezone.now()
    job.result = {**job.result, **result}
    if state == State.DONE and job.total:
        job.done = job.total
    ended = _still(job).update(
        state=state,
        message=message,
        result=job.result,
        finished_at=job.finished_at,
        done=job.done,
    )
    if ended:
        tell_ended(job)


def _still(job: Job) -> Any:
    """The job's row, as long as it is this attempt's."""
    return Job.objects.filter(pk=job.pk, state=State.RUNNING, attempt=job.attempt)


def look_after() -> None:
    """Give up jobs whose process has died, and send overlooked ones once more."""
    now = timezone.now()
    running = Job.objects.filter(state=State.RUNNING)
    for job in running.filter(heartbeat_at__lt=now - SILENCE):
        job.interrupted = True
        Job.objects.filter(pk=job.pk, attempt=job.attempt).update(interrupted=True)
        with speaking(job):
            _end(job, State.FAILED, {}, _("The server ended before the job did."))
    if env.celery_broker_url:
        queued = Job.objects.filter(state=State.QUEUED)
        for job in queued.filter(created_at__lt=now - OVERLOOKED):
            enqueue(job)
