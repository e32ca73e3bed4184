"""Starting jobs, and what people do with them: cancel, undo, start again."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

from crmplus import hooks
from crmplus.conf import env
from crmplus.jobs.models import ABOUT_LENGTH, ENDED, OPEN, Job, State

if TYPE_CHECKING:
    from crmplus.accounts.models import User

KEPT = timedelta(days=7)
REMEMBERED = timedelta(days=90)


class JobError(Exception):
    """Why a job can't go on, in a sentence for people."""


class Stopped(Exception):
    """The user cancelled the job, or somebody else has taken it over."""


def kind_of(key: str) -> hooks.JobKind:
    """The kind of jobs with a key. Raises LookupError."""
    for kind in hooks.registered(hooks.JobKind):
        if kind.key == key:
            return kind
    raise LookupError(f"No kind of job is called {key!r}.")


def start(
    user: User, kind: str, *, about: str = "", parameters: Mapping[str, Any]
) -> Job:
    """Queue a job of a user's; it begins as soon as the transaction has ended."""
    kind_of(kind)
    job = Job.objects.create(
        user=user,
        kind=kind,
        about=about.replace("\x00", "")[:ABOUT_LENGTH],
        parameters=dict(parameters),
        language=get_language() or "en",
        time_zone=get_current_timezone_name(),
    )
    send(job)
    return job


def send(job: Job) -> None:
    """Let a queued job begin after commit: by a Celery worker, or by the server."""
    from crmplus.jobs.running import enqueue  # it runs what calls this

    transaction.on_commit(lambda: enqueue(job))


def jobs_of(user: User, *, steps: bool = True) -> QuerySet[Job]:
    """The jobs of a user's that they may see (still: rights may have changed).

    Without ``steps`` those that are but steps of something else are left out.
    """
    kinds = hooks.registered(hooks.JobKind)
    kinds = [kind for kind in kinds if steps or kind.then is None]
    seen = [kind.key for kind in kinds if user.has_role(kind.role)]
    return Job.objects.filter(user=user, kind__in=seen)


def may_see(user: User, job: Job) -> bool:
    """Whether a user may still see what their job brought."""
    may = kind_of(job.kind).may_see
    return may is None or may(user, job)


def cancel(job: Job) -> None:
    """Stop a job: at once if it waits, else after what it is just doing."""
    rows = Job.objects.filter(pk=job.pk)
    ended = {"state": State.CANCELLED, "finished_at": timezone.now()}
    if not rows.filter(state=State.QUEUED, undoing=False).update(**ended):
        rows.filter(state__in=OPEN, undoing=False).update(cancel_asked=True)


def can_undo(job: Job) -> bool:
    """Whether what a job did can be taken back."""
    return (
        job.state in (State.DONE, State.FAILED, State.CANCELLED)
        and job.finished_at is not None
        and job.started_at is not None
        and timezone.now() - job.finished_at < KEPT
        and kind_of(job.kind).undo is not None
    )


def undo(job: Job) -> bool:
    """Let a job be taken back; gives whether it can be."""
    return can_undo(job) and _again(job, undoing=True)


def can_start_again(job: Job) -> bool:
    """Whether a job that was interrupted or failed can be started once more."""
    return job.state == State.FAILED


def start_again(job: Job) -> bool:
    """Start a failed job once more, as what it was; gives whether it can be."""
    return can_start_again(job) and _again(job, undoing=job.undoing)


def _again(job: Job, *, undoing: bool) -> bool:
    rows = Job.objects.filter(pk=job.pk, state=job.state, state__in=ENDED)
    queued = rows.update(
        state=State.QUEUED,
        undoing=undoing,
        done=0,
        total=0,
        message="",
        cancel_asked=False,
        interrupted=False,
        finished_at=None,
    )
    if queued:
        send(job)
    return bool(queued)


def folder() -> Path:
    """Where the files of jobs lie."""
    return env.data_dir / "jobs"


def new_file(job: Job, name: str) -> Path:
    """The path of a file that the job is to write; offered under ``name``."""
    place = folder() / str(job.uid)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    job.file_name = name.replace("/", "-").replace("\x00", "")[:ABOUT_LENGTH]
    Job.objects.filter(pk=job.pk).update(file_name=job.file_name)
    return place / "result"


def file_of(job: Job) -> Path | None:
    """The finished file of a job, None if there is none (any more)."""
    path = folder() / str(job.uid) / "result"
    return (
        path if job.file_name and job.state == State.DONE and path.is_file() else None
    )


def clean_up() -> None:
    """Delete files after seven days, and what is said of old jobs after ninety."""
    now = timezone.now()
    old = Job.objects.filter(created_at__lt=now - KEPT).exclude(file_name="")
    for job in old.filter(state__in=ENDED).only("uid"):
        shutil.rmtree(folder() / str(job.uid), ignore_errors=True)
        Job.objects.filter(pk=job.pk).update(file_name="")
    gone = Job.objects.filter(created_at__lt=now - REMEMBERED, state__in=ENDED)
    gone.delete()


def open_jobs(user_id: int) -> Iterable[Job]:
    """The jobs of a user's that are not over."""
    return Job.objects.filter(user=user_id, state__in=OPEN).order_by("pk")
