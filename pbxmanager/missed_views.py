"""The missed list: its page, its counter, and what one does there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crmplus import keyset, toasts
from crmplus.tickets import times
from crmplus.tickets.fields import label
from crmplus.web import next_page, signed_in_user
from pbxmanager.missed_actions import call_back_at, release, take, tick_off, untick
from pbxmanager.missed_filters import MissedFilter
from pbxmanager.missed_list import (
    count_open,
    entries,
    missed_for,
    visible_missed,
    with_call,
)
from pbxmanager.models import MissedCaller

LONGEST_AHEAD = timedelta(days=366)
MOST_ROWS = 200


def _row(request: HttpRequest, pk: int) -> MissedCaller:
    """The entry of a key; Http404 where this user sees none."""
    row = missed_for(signed_in_user(request), pk)
    if row is None:
        raise Http404
    return row


@login_required
@require_GET
def missed_list(request: HttpRequest) -> HttpResponse:
    """Who called in vain, the newest try first, page by page."""
    user = signed_in_user(request)
    form = MissedFilter(user, request.GET)
    page = keyset.page(with_call(form.rows()), "-last_at", request.GET)
    context = {
        "form": form,
        "page": page,
        "entries": entries(page.rows, user),
        "picks": picks(),
        "back": request.get_full_path(),
    }
    return render(request, "pbxmanager/missed.html", context)


@login_required
@require_GET
def missed_rows(request: HttpRequest) -> HttpResponse:
    """The lines of some entries (``?ids=1,2``) as they are now, of whatever state."""
    user = signed_in_user(request)
    wanted = request.GET.get("ids", "").split(",")[:MOST_ROWS]
    ids = [int(one) for one in wanted if one.isdecimal() and len(one) < 19]
    rows = list(with_call(visible_missed(user).filter(pk__in=ids)))
    context = {
        "entries": entries(rows, user),
        "picks": picks(),
        "back": next_page(request, reverse("pbxmanager:missed")),
    }
    return render(request, "pbxmanager/missed_rows.html", context)


@login_required
@require_GET
def missed_count(request: HttpRequest) -> HttpResponse:
    """The counter of the menu, as JSON."""
    return JsonResponse({"count": count_open(signed_in_user(request))})


@login_required
@require_POST
def take_missed(request: HttpRequest, pk: int) -> HttpResponse:
    """ "I take it"; who asks for JSON gets 409 where a colleague was quicker."""
    row, user = _row(request, pk), signed_in_user(request)
    taken = take(row, user)
    text = "" if taken else _in_hand(pk)
    if request.accepts("text/html"):
        if text:
            messages.warning(request, text)
        return _back(request)
    return JsonResponse({"taken": taken, "text": text}, status=200 if taken else 409)


def _in_hand(pk: int) -> str:
    row = MissedCaller.objects.select_related("owner").filter(pk=pk).first()
    if row is None or not row.is_open:
        return _("Somebody has reached this caller already.")
    return _("%(name)s has this caller in hand.") % {"name": row.owner}


@login_required
@require_POST
def release_missed(request: HttpRequest, pk: int) -> HttpResponse:
    """Let others take it."""
    release(_row(request, pk), signed_in_user(request))
    return _back(request)


@login_required
@require_POST
def done_missed(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick it off without a call (``note``); it can be undone.

    ``seen`` names the last try that the page showed: of a later one nobody knew.
    """
    row, user = _row(request, pk), signed_in_user(request)
    note, seen = request.POST.get("note", ""), request.POST.get("seen", "")
    if tick_off(row, user, note, seen):
        undo = reverse("pbxmanager:missed-undo", args=[pk])
        toasts.undoable(request, _("Done: nobody has to call back."), undo)
    else:
        text = _("This caller has tried again meanwhile, so the entry stays open.")
        messages.warning(request, text)
    return _back(request)


@login_required
@require_POST
def undo_missed(request: HttpRequest, pk: int) -> HttpResponse:
    """It is to be called back after all."""
    untick(_row(request, pk))
    return _back(request)


@login_required
@require_POST
def later_missed(request: HttpRequest, pk: int) -> HttpResponse:
    """Schedule the call-back: ``pick`` (a quick choice) or ``due`` (local time)."""
    row, user = _row(request, pk), signed_in_user(request)
    if not row.party:
        raise Http404
    due = _due(request)
    if due is None:
        messages.error(request, _("Choose a time that lies ahead."))
    elif call_back_at(row, user, due):
        text = _("The call-back is scheduled. It is among your activities.")
        messages.success(request, text)
    else:
        messages.warning(request, _in_hand(pk))
    return _back(request)


def _due(request: HttpRequest) -> datetime | None:
    """The time that was chosen, None for one that makes no sense."""
    now = timezone.localtime()
    if pick := request.POST.get("pick"):
        return times.pick(pick, now)
    try:
        stated = parse_datetime(request.POST.get("due", ""))
    except ValueError:
        return None
    if stated is None:
        return None
    due = stated if timezone.is_aware(stated) else timezone.make_aware(stated)
    return due if now < due < now + LONGEST_AHEAD else None


def picks() -> list[dict[str, Any]]:
    """The quick choices of a time, for the page."""
    return [
        {"key": one.key, "label": label(one)}
        for one in times.choices(timezone.localtime())
    ]


def _back(request: HttpRequest) -> HttpResponse:
    return redirect(next_page(request, reverse("pbxmanager:missed")))
