"""What one tries out on "My phone": the address, a call to oneself, the real phone."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crmplus.accounts.throttle import client_address
from crmplus.conf import env
from crmplus.lan import lan_names
from pbxmanager.events import EventKind
from softphone_connector import self_calls
from softphone_connector.address import obstacles, probed
from softphone_connector.arrivals import (
    LONGEST,
    State,
    Watch,
    arrival,
    line_watch,
)
from softphone_connector.availability import availability_of
from softphone_connector.key_pages import opened_at
from softphone_connector.lines import Line
from softphone_connector.phone_pages import STOP_POLLING, Desk, is_fragment, phone_page

AWAY = "away"


@require_GET
@phone_page
def address(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A fragment: what keeps phones from reaching the CRM. It may take 3 seconds."""
    here = opened_at(request)
    found = obstacles(env.base_url, probed(env.base_url), lan_names(), here)
    context = {"obstacles": list(found), "base_url": env.base_url}
    return render(request, "softphone_connector/includes/address.html", context)


@require_POST
@phone_page
def self_call(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Play one step (``step``) of a test call (``call_id``) on one's own line.

    Steps: ringing, connected, ended, and away, which puts all test calls into the
    recycle bin. Answers ``{"call", "hindered"}``: the call's key among the popups, and
    in words why no card appears.
    """
    found, step = desk.line(pk), request.POST.get("step", "")
    if step == AWAY:
        self_calls.sweep(desk.user)
        return JsonResponse({"call": "", "hindered": ""})
    if step == EventKind.RINGING:
        self_calls.sweep(desk.user)
    try:
        call_id, kind = request.POST.get("call_id", ""), EventKind(step)
        call = self_calls.play(desk.user, found, call_id, kind)
    except ValueError:
        return HttpResponseBadRequest()
    hindered = _hindered(desk, found)
    return JsonResponse({"call": str(call.uid), "hindered": hindered})


def _hindered(desk: Desk, line: Line) -> str:
    """Why a user's settings let no card appear, "" where they do."""
    if availability_of(desk.user.pk).do_not_disturb:
        return _("“Do not disturb” is on, so no card appears.")
    if not line.pops_up:
        return _("This line does not show its calls, so no card appears.")
    return ""


@require_GET
@phone_page
def arrivals(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """A fragment: what has come from a line's phone (see ``what_came``)."""
    found = desk.line(pk)
    return what_came(request, line_watch(desk.user, found), desk.url("line", pk))


def what_came(request: HttpRequest, watch: Watch, again: str) -> HttpResponse:
    """A fragment: what has come since ``since`` (ISO 8601).

    204 while that is what the page shows already (``shown``); 286, which ends the
    asking of htmx, with the right event, and after ten minutes. ``again`` is the page
    on which one may go on waiting. Without htmx it is a page of its own.
    """
    now = timezone.now()
    since = min(_time(request.GET.get("since", "")) or now, now)
    came = arrival(watch, since, client_address(request), now)
    given_up = came.state is State.WAITING and now - since > LONGEST
    shown = f"{came.state}-{came.event.pk if came.event else 0}-{given_up}"
    if shown == request.GET.get("shown"):
        return HttpResponse(status=204)
    context = {"came": came, "given_up": given_up, "shown": shown, "again": again}
    context["of_line"] = bool(watch.extension)
    if not is_fragment(request):
        return render(request, "softphone_connector/arrived.html", context)
    over = given_up or came.state is State.ARRIVED
    return render(
        request,
        "softphone_connector/includes/arrival.html",
        context,
        status=STOP_POLLING if over else 200,
    )


def _time(text: str) -> datetime | None:
    """An aware time; None for anything else."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) else None
