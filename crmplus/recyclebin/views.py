"""The recycle bin: what was deleted, by whom, when; back with it, or away for good."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crmplus.accounts.models import Role
from crmplus.accounts.rights import role_required
from crmplus.recyclebin import bin_jobs, bulk_words
from crmplus.recyclebin.bulk import Done, delete_parts, restore_parts
from crmplus.recyclebin.forms import ALL, counts_of, parts_of
from crmplus.recyclebin.listing import LONGEST_SEARCH, listing
from crmplus.recyclebin.services import (
    CannotRestore,
    bin_types,
    bring_back,
    counted,
    find_deleted,
    type_of,
)
from crmplus.web import next_page, signed_in_user


@login_required
@require_GET
def recycle_bin(request: HttpRequest) -> HttpResponse:
    """All that was deleted, or only one type (``?type=contacts``), or what is found."""
    user = signed_in_user(request)
    kinds = bin_types(user)
    chosen = [kind for kind in kinds if kind.key == request.GET.get("type")]
    counts = [(kind, counted(kind, user)) for kind in kinds]
    # What is empty need not be asked for its newest.
    filled = [kind for kind, count in counts if count and kind in (chosen or kinds)]
    context = {
        "kinds": counts,
        "chosen": chosen[0] if chosen else None,
        "scope": chosen[0].key if chosen else ALL,
        "q": request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH],
        "listing": listing(user, filled, request.GET),
        "may_delete": user.is_admin,
    }
    return render(request, "recyclebin/recycle_bin.html", context)


@login_required
@require_POST
def restore(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Bring an entry back as it was."""
    user = signed_in_user(request)
    entry = find_deleted(user, key, pk)
    try:
        bring_back(type_of(user, key), entry, user)
    except CannotRestore as why:
        messages.error(request, str(why))
        return redirect("recyclebin:list")
    messages.success(request, _("“%(name)s” is back.") % {"name": entry})
    return redirect(next_page(request, reverse("recyclebin:list")))


@login_required
@require_POST
def restore_many(request: HttpRequest) -> HttpResponse:
    """Bring back the chosen entries, or all of a type; many are a job."""
    user = signed_in_user(request)
    parts = parts_of(request.POST, user)
    if bin_jobs.is_long(parts, user):
        return redirect(bin_jobs.start(bin_jobs.RESTORE, parts, user))
    done = Done()
    restore_parts(parts, user, done)
    messages.success(request, bulk_words.restored(Done(done.counts)))
    for why in bulk_words.refused(done):
        messages.error(request, why)
    return redirect(next_page(request, reverse("recyclebin:list")))


@role_required(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def delete_for_good(request: HttpRequest) -> HttpResponse:
    """Say how many entries would be gone for ever; delete them once one is sure."""
    user = signed_in_user(request)
    data = request.POST if request.method == "POST" else request.GET
    parts = parts_of(data, user)
    back = next_page(request, reverse("recyclebin:list"))
    if request.method == "POST" and "sure" in request.POST:
        if bin_jobs.is_long(parts, user):
            return redirect(bin_jobs.start(bin_jobs.DELETE, parts, user))
        done = Done()
        delete_parts(parts, user, done)
        messages.success(request, bulk_words.deleted(done))
        return redirect(back)
    context = {
        "counts": counts_of(parts, user),
        "items": data.getlist("item"),
        "scope": data.get("type", ""),
        "until": data.get("until") or timezone.now().isoformat(),
        "back": back,
        "asked": "asked" in request.POST,
    }
    return render(request, "recyclebin/delete_for_good.html", context)
