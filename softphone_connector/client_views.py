"""Pages about clients: all profiles, and how to set one up."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from crmplus.accounts.models import Role
from crmplus.web import signed_in_user
from softphone_connector.client_pages import (
    NO_KEY,
    client_page,
    kinds,
    lines,
    set_spec_of,
)
from softphone_connector.profiles import profile


@login_required
def clients(request: HttpRequest) -> HttpResponse:
    """All profiles: ``q`` searches name and maker, ``kind`` narrows to a kind."""
    text = request.GET.get("q", "").strip()
    kind = request.GET.get("kind", "")
    context = {
        "lines": lines(text, kind),
        "q": text,
        "kind": kind,
        "kinds": kinds(),
        "administers": signed_in_user(request).has_role(Role.ADMIN),
    }
    return render(request, "softphone_connector/clients.html", context)


@login_required
def client(request: HttpRequest, key: str) -> HttpResponse:
    """How to set a client up, what it reports, and what it can't. 404 for no profile.

    Everybody may read it; what an admin alone can do is left out for others.
    """
    found = profile(key)
    if found is None:
        raise Http404
    page = client_page(found, NO_KEY, set_spec_of(None))
    context = {
        "profile": found,
        "page": page,
        "urls": page.urls,
        "files": page.files,
        "administers": signed_in_user(request).has_role(Role.ADMIN),
    }
    return render(request, "softphone_connector/client.html", context)
