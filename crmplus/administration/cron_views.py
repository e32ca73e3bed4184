"""The pages of the cron jobs."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from crmplus import keyset
from crmplus.accounts.models import Role
from crmplus.accounts.rights import role_required
from crmplus.administration.cron import NothingToDo, run_by_hand
from crmplus.administration.jobs import PREVIEWED, Job, job_of, jobs, lines, runs_of
from crmplus.administration.models import CronRun
from crmplus.administration.schedulers import Schedulers, schedulers
from crmplus.web import signed_in_user


@role_required(Role.ADMIN)
@require_GET
def cron_jobs(request: HttpRequest) -> HttpResponse:
    """The jobs, when they are due, who starts them, and how their last runs went."""
    now = timezone.now()
    seen = schedulers(now)
    found = [_shown(job, seen) for job in jobs(now, _zone())]
    return render(request, "administration/cron_jobs.html", {"jobs": found})


@role_required(Role.ADMIN)
@require_GET
def cron_job(request: HttpRequest, command: str) -> HttpResponse:
    """One job with all its runs that are kept; pages by key."""
    job = _found(command)
    page = keyset.page(runs_of(command), "-id", request.GET)
    context = {
        "job": job,
        "shown": _shown(job, schedulers(job.now)),
        "lines": lines(job.hook, page.rows),
        "page": page,
    }
    return render(request, "administration/cron_job.html", context)


@never_cache
@role_required(Role.ADMIN)
@require_GET
def preview(request: HttpRequest, command: str) -> HttpResponse:
    """What a job would do now; with ``?run=1`` as the question before doing it."""
    job = _found(command)
    look = job.hook.preview
    context = {
        "job": job,
        "asks": request.GET.get("run") == "1",
        "preview": look(PREVIEWED) if look else None,
    }
    return render(request, "administration/cron_preview.html", context)


@require_POST
@role_required(Role.ADMIN)
def run(request: HttpRequest, command: str) -> HttpResponse:
    """Run a job now, and show how it went."""
    job = _found(command)
    try:
        done = run_by_hand(command, signed_in_user(request))
    except NothingToDo as refused:
        messages.error(request, str(refused))
    else:
        _say(request, job, done)
    return redirect("administration:cron-job", command)


def _say(request: HttpRequest, job: Job, done: CronRun) -> None:
    if not done.ok:
        text = _("%(job)s failed: %(error)s")
        messages.error(request, text % {"job": job.label, "error": done.error})
        return
    (line,) = lines(job.hook, [done])
    counts = ", ".join(f"{label} {count}" for label, count in line.counts)
    text = _("%(job)s is done. %(counts)s")
    messages.success(request, text % {"job": job.label, "counts": counts})


def _found(command: str) -> Job:
    job = job_of(command, timezone.now(), _zone())
    if job is None:
        raise Http404
    return job


def _shown(job: Job, seen: Schedulers) -> dict[str, Any]:
    by_cron = seen.cron_has(job.command)
    return {
        "job": job,
        "zone": settings.TIME_ZONE,
        "seen": seen,
        "by_cron": by_cron,
        "by_nobody": not by_cron and not seen.beat_is_alive,
    }


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)
