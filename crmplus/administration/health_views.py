"""The health page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from crmplus.accounts.models import Role
from crmplus.accounts.rights import role_required
from crmplus.administration.health import examine


@never_cache
@role_required(Role.ADMIN)
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """What works, what does not, and what to do about it; looked at now."""
    return render(request, "administration/health.html", {"found": examine()})
