"""The event inspector: what phones really sent, for administrators."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crmplus import keyset
from crmplus.accounts.models import Role
from crmplus.accounts.rights import role_required
from pbxmanager.models import Event
from pbxmanager.rules import keep_events_for
from softphone_connector.inspector.exporting import chosen, table
from softphone_connector.inspector.filters import EventFilter
from softphone_connector.inspector.forms import TrialForm
from softphone_connector.inspector.keyless import keyless, latest
from softphone_connector.inspector.news import ORDER, newest_id, news_since
from softphone_connector.inspector.reading import event_line, event_lines, with_calls
from softphone_connector.inspector.trying import Became, trial_of, try_with_key
from softphone_connector.inspector.understanding import event_detail

TEMPLATES = "softphone_connector/inspector"
LONGEST_ID = 19


def _number(text: str) -> int:
    """A primary key in an address; 0 for anything else."""
    is_one = text.isascii() and text.isdigit() and len(text) <= LONGEST_ID
    return int(text) if is_one else 0


@never_cache
@role_required(Role.ADMIN)
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """What was sent: filtered, newest first, page by page. It fills by itself."""
    # Before the rows: what comes meanwhile is then asked for as news.
    seen = newest_id()
    form = EventFilter(request.GET)
    page = keyset.page(with_calls(form.rows()), ORDER, request.GET)
    context = {
        "form": form,
        "chips": form.chips(),
        "page": page,
        "lines": event_lines(page.rows),
        "seen": seen,
        "is_live": not (page.previous_url or form.given("older")),
        "keyless": latest(timezone.now()),
        "keep_days": keep_events_for().days,
    }
    return render(request, f"{TEMPLATES}/list.html", context)


@never_cache
@role_required(Role.ADMIN)
@require_GET
def news(request: HttpRequest) -> HttpResponse:
    """A fragment: what has come since ``seen`` (a primary key) and passes the filters.

    204 while that is nothing, and no request without a key came after the one that
    the page shows already (``keyless``).
    """
    found = news_since(EventFilter(request.GET), _number(request.GET.get("seen", "")))
    attempt = latest(timezone.now())
    shown = _number(request.GET.get("keyless", ""))
    if found is None and (attempt is None or attempt.attempt.pk <= shown):
        return HttpResponse(status=204)
    context = {"news": found, "keyless": attempt}
    return render(request, f"{TEMPLATES}/news.html", context)


@never_cache
@role_required(Role.ADMIN)
@require_GET
def without_key(request: HttpRequest) -> HttpResponse:
    """Requests without a valid key: how many, and what is known of the last ones."""
    return render(request, f"{TEMPLATES}/keyless.html", {"keyless": keyless()})


def _event(pk: int) -> Event:
    rows = with_calls(Event.objects.filter(pk=pk))
    event: Event = get_object_or_404(rows)
    return event


@never_cache
@role_required(Role.ADMIN)
@require_GET
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """An event in detail; as a fragment where a page's script asks for it."""
    context = {"detail": event_detail(event_line(_event(pk)))}
    is_part = "HX-Request" in request.headers
    name = "detail_part.html" if is_part else "detail.html"
    return render(request, f"{TEMPLATES}/{name}", context)


@never_cache
@role_required(Role.ADMIN)
@require_POST
def try_event(request: HttpRequest, pk: int) -> HttpResponse:
    """What a kept event would become with the settings of today; stores nothing."""
    line = event_line(_event(pk))
    context: dict[str, Any] = {"detail": event_detail(line)}
    if key := line.sender.key:
        became = try_with_key(trial_of(line.event, key.profile), key)
        context |= _result(became)
    return render(request, f"{TEMPLATES}/detail.html", context)


def _result(became: Became) -> dict[str, Any]:
    return {
        "became": became,
        "details": [event_detail(line) for line in became.events],
    }


@never_cache
@sensitive_post_parameters("request")
@role_required(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def try_request(request: HttpRequest) -> HttpResponse:
    """What a pasted request would become; stores nothing, and shows no key again."""
    form = TrialForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        context = _result(form.attempt())
    shown = form.again() if form.is_bound else form
    return render(request, f"{TEMPLATES}/try.html", {"form": shown, **context})


@never_cache
@role_required(Role.ADMIN)
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The filtered events (or one, ``event``) as an event table to download.

    Numbers and call IDs are made up, unless ``real`` is 1.
    """
    rows = EventFilter(request.GET).rows()
    if "event" in request.GET:
        rows = Event.objects.filter(pk=_number(request.GET["event"]))
    masked = request.GET.get("real") != "1"
    today = timezone.localdate().isoformat()
    text = table(chosen(rows), f"Events as phones sent them, {today}.", masked=masked)
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    name = f"events-{today}{'' if masked else '-real'}.txt"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
