"""Global settings: the page of all of them, and the cron jobs."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from crmplus.accounts.models import Role
from crmplus.accounts.rights import role_required
from crmplus.administration.jobs import jobs
from crmplus.context import Frame


@login_required
def settings_home(request: HttpRequest) -> HttpResponse:
    """All pages of the global settings that the user may open; 403 if there is none."""
    entries = Frame(request).settings
    if not entries:
        raise PermissionDenied
    return render(request, "administration/settings.html", {"entries": entries})


@role_required(Role.ADMIN)
def cron_jobs(request: HttpRequest) -> HttpResponse:
    """The jobs, when they are due, and how their last runs went."""
    zone = ZoneInfo(settings.TIME_ZONE)
    context = {"jobs": jobs(timezone.now(), zone), "zone": settings.TIME_ZONE}
    return render(request, "administration/cron_jobs.html", context)
