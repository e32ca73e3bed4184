"""Global settings: the page of all of them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crmplus.context import Frame


@login_required
def settings_home(request: HttpRequest) -> HttpResponse:
    """All pages of the global settings that the user may open; 403 if there is none."""
    entries = Frame(request).settings
    if not entries:
        raise PermissionDenied
    return render(request, "administration/settings.html", {"entries": entries})
