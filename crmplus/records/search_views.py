"""The global search while one types; its page is ``views.search``."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from crmplus.records.suggest import suggestions
from crmplus.records.views import LONGEST_SEARCH
from crmplus.web import signed_in_user


@login_required
@require_GET
@never_cache
def suggest(request: HttpRequest) -> HttpResponse:
    """Records that ``?q=`` begins, as options of a list box."""
    text = request.GET.get("q", "").replace("\x00", "")[:LONGEST_SEARCH]
    context = {"q": text, "suggestions": suggestions(text, signed_in_user(request))}
    return render(request, "records/suggestions.html", context)
