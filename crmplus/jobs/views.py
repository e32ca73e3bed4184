"""The jobs of the signed-in user: the list, the page of one, and what to do with it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crmplus import hooks, keyset
from crmplus.accounts.models import Role
from crmplus.accounts.rights import open_to_statistics, role_required
from crmplus.jobs import services
from crmplus.jobs.files import file_answer
from crmplus.jobs.models import Job, State
from crmplus.jobs.telling import said_of, title_of
from crmplus.web import signed_in_user


@dataclass(frozen=True)
class Shown:
    """A job as pages show it."""

    job: Job
    kind: hooks.JobKind
    title: str
    said: str
    can_undo: bool
    has_file: bool

    @classmethod
    def of(cls, job: Job) -> Shown:
        return cls(
            job=job,
            kind=services.kind_of(job.kind),
            title=title_of(job),
            said=said_of(job),
            can_undo=services.can_undo(job),
            has_file=services.file_of(job) is not None,
        )


def _job(request: HttpRequest, uid: uuid.UUID) -> Job:
    """A job of the user's own; Http404 for any other, or if rights became less."""
    user = signed_in_user(request)
    job = services.jobs_of(user).filter(uid=uid).first()
    if job is None or not services.may_see(user, job):
        raise Http404
    return job


@open_to_statistics
@role_required(Role.STATISTICS)
@require_GET
def job_list(request: HttpRequest) -> HttpResponse:
    """All jobs of the user's, the newest first."""
    rows = services.jobs_of(signed_in_user(request), steps=False)
    page = keyset.page(rows, "-created_at", request.GET)
    context = {"page": page, "rows": [Shown.of(job) for job in page.rows]}
    return render(request, "jobs/list.html", context)


@open_to_statistics
@role_required(Role.STATISTICS)
@require_GET
def job_page(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """A job: how far it is, what came of it, what to do with it."""
    job = _job(request, uid)
    if onward := _onward(job):
        return redirect(onward)
    return render(request, "jobs/job.html", _context(request, job))


@open_to_statistics
@role_required(Role.STATISTICS)
@require_GET
def state(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The part of the page that changes while the job runs."""
    job = _job(request, uid)
    if onward := _onward(job):
        return HttpResponse(headers={"HX-Redirect": onward})
    return render(request, "jobs/includes/state.html", _context(request, job))


def _onward(job: Job) -> str:
    """Where one goes on when a step is done, "" for nowhere."""
    then = services.kind_of(job.kind).then
    return then(job) if then and job.state == State.DONE else ""


def _context(request: HttpRequest, job: Job) -> dict[str, Any]:
    shown = Shown.of(job)
    more = ""
    if shown.kind.template and not job.is_open:
        context = shown.kind.context(request, job) if shown.kind.context else {}
        more = render_to_string(shown.kind.template, {"job": job, **context}, request)
    return {"shown": shown, "job": job, "more": more}


@open_to_statistics
@role_required(Role.STATISTICS)
@require_GET
def download(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """The file that a job made."""
    job = _job(request, uid)
    path = services.file_of(job)
    if path is None:
        raise Http404
    return file_answer(request, path, job.file_name)


@open_to_statistics
@role_required(Role.STATISTICS)
@require_POST
def cancel(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Stop a job; what it has done so far stays."""
    job = _job(request, uid)
    services.cancel(job)
    return redirect(job)


@open_to_statistics
@role_required(Role.STATISTICS)
@require_POST
def undo(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Take back what a job did."""
    job = _job(request, uid)
    if not services.undo(job):
        messages.info(request, _("This can't be undone any more."))
    return redirect(job)


@open_to_statistics
@role_required(Role.STATISTICS)
@require_POST
def again(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Start a job that failed once more."""
    job = _job(request, uid)
    services.start_again(job)
    return redirect(job)
