"""The page of the audit log of settings."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crmplus import keyset
from crmplus.accounts.models import Role
from crmplus.accounts.rights import role_required
from crmplus.administration.changes import entries, filters


@role_required(Role.ADMIN)
@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """Who changed which setting when, from what to what; pages by key."""
    chosen = filters(request.GET)
    page = keyset.page(chosen.changes(), "-id", request.GET)
    context = {
        "filters": chosen,
        "chips": chosen.chips,
        "entries": entries(page.rows),
        "page": page,
    }
    return render(request, "administration/changes.html", context)
