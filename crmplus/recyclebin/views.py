"""The recycle bin: what was deleted, by whom, when; and back with it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crmplus.recyclebin.listing import listing
from crmplus.recyclebin.services import bin_types, find_deleted
from crmplus.web import next_page, signed_in_user


@login_required
@require_GET
def recycle_bin(request: HttpRequest) -> HttpResponse:
    """All that was deleted, or only one type (``?type=contacts``)."""
    user = signed_in_user(request)
    kinds = bin_types(user)
    chosen = [kind for kind in kinds if kind.key == request.GET.get("type")]
    context = {
        "kinds": kinds,
        "chosen": chosen[0] if chosen else None,
        "listing": listing(user, chosen or kinds, request.GET),
    }
    return render(request, "recyclebin/recycle_bin.html", context)


@login_required
@require_POST
def restore(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Bring an entry back as it was."""
    entry = find_deleted(signed_in_user(request), key, pk)
    entry.restore()
    messages.success(request, _("“%(name)s” is back.") % {"name": entry})
    return redirect(next_page(request, reverse("recyclebin:list")))
