"""What the browsers of a user hear of their jobs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from crmplus.accounts.models import Role, User
from crmplus.jobs.models import Job, State
from crmplus.jobs.services import kind_of, open_jobs
from crmplus.live.bus import publish

TYPE, ENDED = "job", "job-ended"
QUICK = timedelta(seconds=3)


def title_of(job: Job) -> str:
    """What a job is, in the active language: "Import: customers.csv"."""
    label = str(kind_of(job.kind).label)
    return f"{label}: {job.about}" if job.about else label


def said_of(job: Job) -> str:
    """What came of a job, in a sentence; "" where there is nothing to say."""
    said = kind_of(job.kind).said
    if said is None or job.state not in (State.DONE, State.CANCELLED, State.UNDONE):
        return ""
    return said(job)


def tell_begun(job: Job) -> None:
    """Let the counter of running jobs rise."""
    publish([job.user_id], _running(job), to_statistics=_open(job))


def tell_ended(job: Job) -> None:
    """Let the counter fall, and say what came of the job."""
    gone = {**_running(job), "gone": True}
    publish([job.user_id], gone, to_statistics=_open(job))
    if _is_quick_step(job):
        return
    ended = {
        "type": ENDED,
        "uid": str(job.uid),
        "url": job.get_absolute_url(),
        "text": _words(job),
        "level": "error" if job.state == State.FAILED else "success",
    }
    publish([job.user_id], ended, to_statistics=_open(job))


def _is_quick_step(job: Job) -> bool:
    """A step that was over before anybody went away from its page."""
    if kind_of(job.kind).then is None or not (job.started_at and job.finished_at):
        return False
    return job.finished_at - job.started_at < QUICK


def snapshot(user_id: int) -> Sequence[dict[str, Any]]:
    """The jobs of a user's that are not over (a ``hooks.LiveSnapshot``)."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        return []
    jobs = open_jobs(user_id)
    return [_running(job) for job in jobs if user.has_role(kind_of(job.kind).role)]


def _running(job: Job) -> dict[str, Any]:
    return {"type": TYPE, "key": f"job-{job.uid}", "version": _version()}


def _version() -> int:
    """A number that rises; a message never replaces a later one."""
    return time.time_ns() // 1_000


def _open(job: Job) -> bool:
    return kind_of(job.kind).role == Role.STATISTICS


def _words(job: Job) -> str:
    words = {
        State.DONE: _("%(job)s is done."),
        State.FAILED: _("%(job)s did not work."),
        State.CANCELLED: _("%(job)s is cancelled."),
        State.UNDONE: _("%(job)s is undone."),
    }
    return words[State(job.state)] % {"job": title_of(job)}
