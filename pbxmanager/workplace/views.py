"""The colleagues: the busy-lamp panel and the page of a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from crmplus.accounts.models import Role, Team, User
from crmplus.accounts.rights import role_required
from crmplus.web import next_page, signed_in_user
from pbxmanager.tables import lines, with_parts
from pbxmanager.visibility import visible_calls
from pbxmanager.workplace.models import Deputy, Group
from pbxmanager.workplace.people import Wish, colleagues, described, pin

LAST_CALLS = 10
# Whoever may see few of them would have all of them looked through.
LATELY = timedelta(days=30)
PINNED_AT_HOME = 8
LARGEST_KEY = 2**63 - 1


@require_GET
@never_cache
@role_required(Role.AGENT)
def panel(request: HttpRequest) -> HttpResponse:
    """The busy-lamp panel: all colleagues, what they do, and how to reach them."""
    user, now = signed_in_user(request), timezone.now()
    wish = Wish.of(request.GET.dict())
    page = colleagues(user, wish, now)
    context = {
        "people": page.people,
        "previous_url": _page_url(request, page.previous),
        "next_url": _page_url(request, page.following),
        "wish": wish,
        "is_filtered": bool(wish.text or wish.team or wish.group),
        "teams": Team.objects.all(),
        "groups": Group.objects.all(),
    }
    return render(request, "workplace/panel.html", context)


def _page_url(request: HttpRequest, after: int | str | None) -> str:
    """The address of the page behind a colleague (id), "" where there is none."""
    if after is None:
        return ""
    query = request.GET.copy()
    query["after"] = str(after)
    return f"?{query.urlencode()}"


@require_GET
@never_cache
@role_required(Role.AGENT)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """A colleague: phones, presence, groups, and the calls of theirs one may see."""
    viewer, now = signed_in_user(request), timezone.now()
    if pk > LARGEST_KEY:
        raise Http404
    user = get_object_or_404(User.objects.select_related("team"), pk=pk, is_active=True)
    calls = with_parts(
        visible_calls(viewer).filter(user=user, started_at__gt=now - LATELY)
    )
    context = {
        "one": described([user], (), now)[0],
        "deputies": Deputy.objects.filter(boss=user).select_related("assistant"),
        "calls": lines(list(calls.order_by("-started_at", "-pk")[:LAST_CALLS]), viewer),
        "is_me": user == viewer,
    }
    return render(request, "workplace/person.html", context)


@require_POST
@role_required(Role.AGENT)
def pin_colleague(request: HttpRequest) -> HttpResponse:
    """Pin a ``colleague`` (id) to the top, or take them from there."""
    text = request.POST.get("colleague", "")
    is_key = text.isascii() and text.isdigit() and len(text) < 19
    pinned = pin(signed_in_user(request), int(text)) if is_key else None
    if pinned is None:
        raise Http404
    if request.headers.get("Accept", "") == "application/json":
        return JsonResponse({"pinned": pinned})
    return redirect(next_page(request, reverse("workplace:panel")))


def home_panel(request: HttpRequest) -> dict[str, Any] | None:
    """The context of the pinned colleagues on the home page; None without any."""
    user, now = signed_in_user(request), timezone.now()
    if not user.pins.exists():
        return None
    found = colleagues(user, Wish(pinned_only=True), now).people
    return {"people": found[:PINNED_AT_HOME]} if found else None
