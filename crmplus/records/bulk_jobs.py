"""Acts on very many records as jobs, which one can leave and come back to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmplus import hooks
from crmplus.jobs import services
from crmplus.jobs.services import JobError
from crmplus.records import bulk, bulk_words
from crmplus.records.bulk_models import BulkAct, BulkChange
from crmplus.records.filters import ListForm
from crmplus.records.types import TYPES

if TYPE_CHECKING:
    from crmplus.jobs.models import Job
    from crmplus.jobs.running import Progress

KEY = "bulk"


def start(change: BulkChange, query: str | None) -> Job:
    """Let a job carry out an act: what is planned, or else all that a list's filters
    find.
    """
    return services.start(
        change.user,
        KEY,
        about=str(TYPES[change.kind].label_plural),
        parameters={"change": change.pk, "query": query},
    )


def run(job: Job, progress: Progress) -> dict[str, Any]:
    """Carry it out; what an interrupted job has done already is not done again."""
    change = _change(job)
    progress(0)
    if not bulk.planned(change):
        _plan(change, job.parameters["query"])
    total = bulk.planned(change)

    def tell(count: int) -> None:
        # Before it may be stopped: what is done stays done.
        job.result = bulk_words.facts(change)
        progress(count, total)

    bulk.carry_out(change, tell)
    return bulk_words.facts(change)


def _plan(change: BulkChange, query: str) -> None:
    kind = TYPES[change.kind]
    rows = ListForm(kind, QueryDict(query), change.user).all_rows()
    rows = bulk.concerned(rows, bulk.Wanted(BulkAct(change.act), change.value))
    bulk.plan(change, list(rows.order_by().values_list("pk", flat=True)))


def undo(job: Job, progress: Progress) -> dict[str, Any]:
    """Take it back, where nobody changed it since."""
    change = _change(job)
    total = bulk.planned(change)
    return {"undone": bulk.take_back(change, lambda count: progress(count, total))}


def said(job: Job) -> str:
    """What was done, in a sentence."""
    if "undone" in job.result:
        return bulk_words.undone(job.result["undone"])
    return bulk_words.said(job.result)


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
