"""The popup as a page and as a fragment, and what one does in it."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pbxmanager.choosing import NoSuchMatch, choose_match
from pbxmanager.holding import held
from pbxmanager.models import Call
from pbxmanager.visibility import call_for
from softphone_connector.attach import NoPlace, attach, candidates
from softphone_connector.cards import card_of
from softphone_connector.notes import save_note

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmplus.accounts.models import User


LONGEST_SEARCH: Final = 200


def about_call(
    view: Callable[[HttpRequest, Call, User], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Give a view the call at an address and the user, who may see it; else 404.

    A POST is one transaction, in which the call stays what it is.
    """

    @login_required
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, uid: UUID) -> HttpResponse:
        user = cast("User", request.user)
        call = call_for(user, uid)
        if call is None:
            raise Http404
        if request.method != "POST":
            return view(request, call, user)
        # While somebody acts on it, it may just be joined into another one.
        with held(call) as now:
            return view(request, now, user)

    return guarded


def asks_for_nothing(request: HttpRequest) -> bool:
    """Whether a script sent this, which shows by itself what came of it."""
    return request.headers.get("Accept", "") == "application/json"


def _back(request: HttpRequest, call: Call) -> HttpResponse:
    if asks_for_nothing(request):
        return HttpResponse(status=204)
    return redirect("softphone_connector:popup", call.uid)


@require_GET
@about_call
def popup(request: HttpRequest, call: Call, user: User) -> HttpResponse:
    """The popup as a page: what a softphone that opens a browser tab shows.

    The address of a call that was joined into another one leads to that one.
    """
    own = reverse("softphone_connector:popup", args=[call.uid])
    if request.path != own:
        return redirect(own)
    context = {"card": card_of(call, user), "as_page": True}
    return render(request, "softphone_connector/popup_page.html", context)


@require_GET
@about_call
def card(request: HttpRequest, call: Call, user: User) -> HttpResponse:
    """The card of a call, for the stack that the live channel fills."""
    context = {"card": card_of(call, user)}
    return render(request, "softphone_connector/card.html", context)


@require_POST
@about_call
def note(request: HttpRequest, call: Call, user: User) -> HttpResponse:
    """Save what the user has typed about the call (``text``)."""
    save_note(call, user, request.POST.get("text", ""))
    return _back(request, call)


@require_POST
@about_call
def choose(request: HttpRequest, call: Call, user: User) -> HttpResponse:
    """Decide which of several matches it is (``match``: ``contacts:5``)."""
    source, _colon, object_id = request.POST.get("match", "").partition(":")
    try:
        choose_match(call, source, int(object_id), user)
    except (ValueError, NoSuchMatch):
        return refused(request, call, _("This record is not there any more."))
    return _back(request, call)


@require_http_methods(["GET", "HEAD", "POST"])
@about_call
def add(request: HttpRequest, call: Call, user: User) -> HttpResponse:
    """Add the call's number to a record that is there already."""
    if not call.party:
        raise Http404
    if request.method == "POST":
        return _add(request, call, user)
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    context: dict[str, Any] = {
        "card": card_of(call, user),
        "text": text,
        "candidates": candidates(user, text),
    }
    return render(request, "softphone_connector/add_number.html", context)


def _add(request: HttpRequest, call: Call, user: User) -> HttpResponse:
    source, _colon, rest = request.POST.get("place", "").partition(":")
    object_id, _colon, field = rest.partition(":")
    try:
        number = call.e164 or call.party
        record = attach(user, source, int(object_id), field, number)
    except (ValueError, NoPlace):
        text = _("That field has got a number meanwhile. Choose another one.")
        return refused(request, call, text)
    choose_match(call, source, record.pk, user)
    messages.success(
        request, _("The number was added to %(record)s.") % {"record": record}
    )
    return redirect("softphone_connector:popup", call.uid)


def refused(request: HttpRequest, call: Call, text: str) -> HttpResponse:
    """Say why something was not done: 409 for a script, else on the card's page."""
    if asks_for_nothing(request):
        return HttpResponse(text, status=409, content_type="text/plain; charset=utf-8")
    messages.error(request, text)
    return redirect("softphone_connector:popup", call.uid)
