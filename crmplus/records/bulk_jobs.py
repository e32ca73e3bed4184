"""Acts on very many records as jobs, which one can leave and come back to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmplus import hooks
from crmplus.jobs import services
from crmplus.jobs.services import JobError
from crmplus.records import bulk, bulk_words
from crmplus.records.bulk_models import BulkChange
from crmplus.records.types import TYPES

if TYPE_CHECKING:
    from crmplus.jobs.models import Job
    from crmplus.jobs.running import Progress

KEY = "bulk"


def start(change: BulkChange, ids: Sequence[int], *, more: bool) -> Job:
    """Let a job carry out an act; ``more`` if it does not reach all."""
    return services.start(
        change.user,
        KEY,
        about=str(TYPES[change.kind].label_plural),
        parameters={"change": change.pk, "ids": list(ids), "more": more},
    )


def run(job: Job, progress: Progress) -> dict[str, Any]:
    """Carry it out; what an interrupted job has done already is not done again."""
    change, total = _change(job), len(job.parameters["ids"])
    progress(0, total)

    def tell(count: int) -> None:
        # Before it may be stopped: what is done stays done.
        job.result = bulk_words.facts(change)
        progress(count, total)

    bulk.carry_out(change, job.parameters["ids"], tell)
    return {**bulk_words.facts(change), "more": job.parameters["more"]}


def undo(job: Job, progress: Progress) -> dict[str, Any]:
    """Take it back, where nobody changed it since."""
    change = _change(job)
    total = bulk.count_of(change)
    return {"undone": bulk.take_back(change, lambda count: progress(count, total))}


def said(job: Job) -> str:
    """What was done, in a sentence."""
    if "undone" in job.result:
        return bulk_words.undone(job.result["undone"])
    text = bulk_words.said(job.result)
    return f"{text} {bulk_words.more()}" if job.result.get("more") else text


def _change(job: Job) -> BulkChange:
    changes = BulkChange.objects.select_related("user")
    change = changes.filter(pk=job.parameters["change"]).first()
    if change is None:
        raise JobError(_("It is too long ago to be taken back."))
    return change


def register() -> None:
    """Tell the jobs of it."""
    hooks.register(
        hooks.JobKind(
            key=KEY,
            label=gettext_lazy("Changing many entries"),
            icon="checks",
            run=run,
            undo=undo,
            said=said,
        )
    )
