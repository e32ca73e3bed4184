"""The log as a file, in the background: what the list shows, for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crmplus.jobs.services import JobError, new_file
from crmplus.keyset import following
from crmplus.spreadsheets import Cell, writer
from pbxmanager.filters import CallFilter
from pbxmanager.tables import Line, lines, with_parts

if TYPE_CHECKING:
    from crmplus.accounts.models import User
    from crmplus.jobs.models import Job
    from crmplus.jobs.running import Progress

KIND: Final = "calls-export"
FORMS: Final = ("csv", "xlsx")
BATCH: Final = 500


def heads() -> list[str]:
    """The titles of the columns; wait and duration are in seconds."""
    return [
        _("Started"),
        _("Direction"),
        _("Status"),
        _("With"),
        _("Organisation"),
        _("Number"),
        _("Extension"),
        _("User"),
        _("Outcome"),
        _("Wait (s)"),
        _("Duration (s)"),
        _("Comments"),
    ]


def cells(line: Line) -> list[Cell]:
    """A call under those titles."""
    call, best = line.call, line.party.best
    return [
        call.started_at,
        call.get_direction_display(),
        line.look.word,
        best.title if best else call.name,
        best.organisation if best else "",
        call.e164 or call.party or line.party.shown,
        call.extension,
        str(call.user or ""),
        call.disposition.title if call.disposition else "",
        call.wait,
        call.duration,
        line.comments,
    ]


def batches(user: User, query: str) -> Iterator[Sequence[Line]]:
    """The lines of a list, newest first, some at a time."""
    form = CallFilter(user, QueryDict(query))
    place = ""
    while True:
        found, place = following(with_parts(form.rows()), "-started_at", place, BATCH)
        yield lines(found, user, missed=form.is_missed)
        if not place:
            return


def run(job: Job, progress: Progress) -> dict[str, Any]:
    """Write the calls that the user sees (a ``JobKind``)."""
    user, form = job.user, job.parameters["form"]
    if user is None or not user.is_agent:
        raise JobError(_("You may not see calls any more."))
    day = timezone.localdate().isoformat()
    path = new_file(job, f"{_('Calls')} {day}.{form}")
    count = 0
    with writer(path, form, _("Calls")) as table:
        table.row(heads())
        for some in batches(user, job.parameters["query"]):
            for line in some:
                table.row(cells(line))
            count += len(some)
            progress(count)
    return {"calls": count}


def said(job: Job) -> str:
    """What the job brought, in a sentence."""
    count = int((job.result or {}).get("calls", 0))
    text = ngettext(
        "%(count)d call is in the file.", "%(count)d calls are in the file.", count
    )
    return text % {"count": count}


def may_see(user: User, job: Job) -> bool:
    """Whether a user may still have the file: who sees calls, if no more than then."""
    return user.is_agent and job.parameters.get("sees") in {"some", scope_of(user)}


def scope_of(user: User) -> str:
    """How much a user sees, as a job remembers it."""
    return "all" if CallFilter(user, QueryDict()).sees_all else "some"
