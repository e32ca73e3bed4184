"""Outcomes that people choose: on the page of a call, and the admin's list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crmplus.accounts.models import Role
from crmplus.accounts.rights import role_required
from crmplus.administration.audit import Subject, note_change
from crmplus.tickets.links import call_back_url
from crmplus.two_at_once import begun, editing
from crmplus.web import next_page, signed_in_user
from pbxmanager.disposing import NeedsNote, NotForThisCall, choose_disposition
from pbxmanager.disposition_forms import FIELDS, DispositionForm
from pbxmanager.dispositions import DISPOSITION, Disposition
from pbxmanager.settings_state import AREA
from pbxmanager.visibility import call_for

if TYPE_CHECKING:
    from crmplus.accounts.models import User

STEPS = {"up": -1, "down": 1}


@login_required
@require_POST
def choose(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Say what came of a call (``disposition``: its ID, "" for none; ``note``)."""
    user = signed_in_user(request)
    call = call_for(user, uid)
    if call is None:
        raise Http404
    wanted = request.POST.get("disposition", "")
    known = wanted.isdecimal() and len(wanted) < 19
    chosen = Disposition.objects.filter(pk=int(wanted)).first() if known else None
    try:
        choose_disposition(call, chosen, user, request.POST.get("note", ""))
    except NeedsNote:
        messages.error(request, _("This outcome needs a note. Write what was said."))
    except NotForThisCall:
        messages.error(request, _("This outcome cannot be chosen for this call."))
    else:
        if chosen and chosen.wants_call_back and call.party:
            return redirect(call_back_url(call_uid=call.uid))
    return redirect(next_page(request, f"{call.get_absolute_url()}#outcome"))


@role_required(Role.ADMIN)
@require_http_methods(["GET", "HEAD"])
def dispositions(request: HttpRequest) -> HttpResponse:
    """The outcomes in their order."""
    context = {"rows": list(Disposition.objects.all()), "tab": "outcomes"}
    return render(request, "pbxmanager/settings/outcomes.html", context)


@role_required(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def disposition(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Change an outcome, or make a new one."""
    with editing(request, Disposition.objects.all(), pk) as row:
        before = _values(row) if row.pk else {}
        form, was = begun(lambda data: DispositionForm(data, instance=row), request)
        if form.is_bound and form.is_valid():
            _save(form.save(commit=False), before, signed_in_user(request))
            messages.success(request, _("The outcome is saved."))
            return redirect("pbxmanager:settings-outcomes")
    context = {"form": form, "row": row, "was": was, "tab": "outcomes"}
    return render(request, "pbxmanager/settings/outcome.html", context)


def _save(row: Disposition, before: dict[str, Any], actor: User) -> None:
    with transaction.atomic():
        if row._state.adding:
            last = Disposition.objects.aggregate(last=Max("position"))["last"]
            row.position = (last or 0) + 1
        row.save()
        note_change(actor, _subject(row), before, _values(row))


@role_required(Role.ADMIN)
@require_POST
def move_disposition(request: HttpRequest, pk: int) -> HttpResponse:
    """Move an outcome one place (``move``: up or down)."""
    row = get_object_or_404(Disposition, pk=pk)
    step = STEPS.get(request.POST.get("move", ""), 0)
    with transaction.atomic():
        rows = list(Disposition.objects.select_for_update().order_by("position", "pk"))
        here = rows.index(row)
        there = min(max(here + step, 0), len(rows) - 1)
        rows.insert(there, rows.pop(here))
        for position, one in enumerate(rows, start=1):
            one.position = position
        Disposition.objects.bulk_update(rows, ["position"])
        note_change(
            signed_in_user(request),
            _subject(row),
            {"position": here + 1},
            {"position": there + 1},
        )
    return redirect(reverse("pbxmanager:settings-outcomes"))


def _subject(row: Disposition) -> Subject:
    """What the log of changes calls it, in no language."""
    return Subject(AREA, DISPOSITION, row.name or row.key)


def _values(row: Disposition) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}
