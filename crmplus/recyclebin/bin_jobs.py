"""Acts on very many entries of the recycle bin, as jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmplus import hooks
from crmplus.accounts.models import Role
from crmplus.jobs import services
from crmplus.jobs.models import Job, State
from crmplus.jobs.services import JobError, Stopped
from crmplus.recyclebin import bulk, bulk_words
from crmplus.recyclebin.bulk import Done, Part
from crmplus.recyclebin.services import bin_types

if TYPE_CHECKING:
    from crmplus.accounts.models import User
    from crmplus.jobs.running import Progress

RESTORE, DELETE = "bin-restore", "bin-delete"
AT_ONCE = 200


def is_long(parts: Sequence[Part], user: User) -> bool:
    """Is it more than a request should wait for?"""
    return bulk.are_more(parts, user, AT_ONCE)


def start(kind: str, parts: Sequence[Part], user: User) -> Job:
    """Let a job do it."""
    labels = [str(part.kind.label) for part in parts]
    return services.start(
        user,
        kind,
        about=labels[0] if len(labels) == 1 else "",
        parameters={"parts": [_plain(part) for part in parts]},
    )


def restore(job: Job, progress: Progress) -> dict[str, Any]:
    """Bring back what it names and is in the bin still."""
    done = _so_far(job)
    # They are asked again: what they wait for may be there now.
    done.refused, done.reasons = 0, []
    bulk.restore_parts(_parts(job), job.user, done, _Watch(job, progress))
    return asdict(done)


def delete(job: Job, progress: Progress) -> dict[str, Any]:
    """Delete for good what it names and is in the bin still."""
    if not job.user.is_admin:
        raise JobError(_("You are not allowed to do that any more."))
    done = _so_far(job)
    bulk.delete_parts(_parts(job), job.user, done, _Watch(job, progress))
    return asdict(done)


def restored(job: Job) -> str:
    """How many are back, in a sentence."""
    return bulk_words.restored(_so_far(job))


def deleted(job: Job) -> str:
    """How many are gone, in a sentence."""
    return bulk_words.deleted(_so_far(job))


class _Watch(bulk.Watch):
    """Keeps what is done with the job, in the transaction that did it.

    So an attempt that was given up for dead can do no more, once another has begun.
    """

    def __init__(self, job: Job, progress: Progress) -> None:
        self._job = job
        self._progress = progress

    def keep(self, done: Done) -> None:
        job = self._job
        job.result = asdict(done)
        still = Job.objects.filter(pk=job.pk, state=State.RUNNING, attempt=job.attempt)
        if not still.update(result=job.result):
            raise Stopped

    def tell(self, seen: int, total: int) -> None:
        self._progress(seen, total)


def _so_far(job: Job) -> Done:
    return Done(**job.result) if job.result else Done()


def _plain(part: Part) -> dict[str, Any]:
    until = part.until or timezone.now()
    # As text: the encoder of jobs would cut the microseconds off.
    return {"key": part.kind.key, "ids": part.ids, "until": until.isoformat()}


def _parts(job: Job) -> list[Part]:
    """What a job is about, as far as its user still sees those types."""
    kinds = {kind.key: kind for kind in bin_types(job.user)}
    return [
        Part(kinds[one["key"]], one["ids"], datetime.fromisoformat(one["until"]))
        for one in job.parameters["parts"]
        if one["key"] in kinds
    ]


def register() -> None:
    """Tell the jobs of it."""
    hooks.register(
        hooks.JobKind(
            key=RESTORE,
            label=gettext_lazy("Restoring"),
            icon="arrow-back-up",
            run=restore,
            said=restored,
        )
    )
    hooks.register(
        hooks.JobKind(
            key=DELETE,
            label=gettext_lazy("Deleting for good"),
            icon="trash-x",
            run=delete,
            said=deleted,
            role=Role.ADMIN,
        )
    )
