"""What one does about a call from its card: outcome, call-back, privacy, block list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crmplus.tickets.services import schedule_call_back, visible_activities
from crmplus.tickets.showing import due_words
from crmplus.tickets.times import pick
from pbxmanager.block_list import block, unblock
from pbxmanager.blocking import BlockedNumber
from pbxmanager.disposing import (
    NeedsNote,
    NotForThisCall,
    choose_disposition,
    dispositions_for,
)
from pbxmanager.models import Call
from pbxmanager.privacy import may_be_private, set_private
from pbxmanager.signals import touch
from pbxmanager.workplace.on_behalf import give_to_boss
from softphone_connector.cards import card_of, remote_of
from softphone_connector.popup_views import about_call, asks_for_nothing, refused

if TYPE_CHECKING:
    from crmplus.accounts.models import User


def _done(
    request: HttpRequest, call: Call, text: str = "", undo: dict[str, Any] | None = None
) -> HttpResponse:
    """Say what was done; ``undo`` are the values that take it back by the same address.

    The card that a script asked for follows by itself.
    """
    if asks_for_nothing(request):
        return JsonResponse({"text": text, "undo": undo})
    if text:
        messages.success(request, text)
    return redirect("softphone_connector:popup", call.uid)


@require_POST
@about_call
def outcome(request: HttpRequest, call: Call, user: User) -> HttpResponse:
    """Say what came of the call (``disposition``: its ID; empty takes it back)."""
    key = request.POST.get("disposition", "")
    chosen = None
    if key:
        number = int(key) if key.isdecimal() and len(key) < 10 else 0
        chosen = dispositions_for(call).filter(pk=number).first()
        if chosen is None:
            return refused(request, call, _("This outcome is not offered any more."))
    try:
        choose_disposition(call, chosen, user)
    except NeedsNote:
        text = _("“%(outcome)s” needs a comment. Write it first, then choose again.")
        return refused(request, call, text % {"outcome": chosen})
    except NotForThisCall:
        return refused(request, call, _("This outcome is not offered any more."))
    return _done(request, call)


@require_POST
@about_call
def call_back(request: HttpRequest, call: Call, user: User) -> HttpResponse:
    """Plan a call-back by one click (``at``: a quick choice), or drop it (``off``)."""
    if off := request.POST.get("off", ""):
        return _drop_call_back(request, call, user, off)
    due = pick(request.POST.get("at", ""), timezone.localtime())
    card = card_of(call, user)
    if due is None or not card.remote.party:
        return refused(request, call, _("Choose another time."))
    known = card.chosen if card.chosen and card.chosen.object_id else None
    made = schedule_call_back(
        user,
        card.remote.e164 or card.remote.number,
        due,
        target=(known.source, known.object_id) if known else None,
        call=call.pk,
    )
    touch(call)
    text = _("Call-back planned: %(time)s.")
    values = {"time": due_words(made.due_at, timezone.now())}
    return _done(request, call, text % values, {"off": made.pk})


def _drop_call_back(
    request: HttpRequest, call: Call, user: User, key: str
) -> HttpResponse:
    number = int(key) if key.isdecimal() and len(key) < 19 else 0
    found = visible_activities(user).filter(pk=number, call=call.pk).first()
    if found is None:
        raise Http404
    found.move_to_bin(by=user)
    touch(call)
    return _done(request, call)


@require_POST
@about_call
def for_boss(request: HttpRequest, call: Call, user: User) -> HttpResponse:
    """Put a call that the user has dialled in the name of a ``boss`` (an ID) whom they
    stand in for; ``off`` puts it back in their own."""
    key = request.POST.get("boss", "")
    boss = int(key) if key.isdecimal() and len(key) < 10 else 0
    back = bool(request.POST.get("off"))
    if not give_to_boss(call, user.pk, boss, back=back):
        raise Http404
    touch(call)
    if back:
        return _done(request, call, _("The call is in your own name."))
    undo = {"boss": key, "off": "1"}
    return _done(request, call, _("The call is in their name."), undo)


@require_POST
@about_call
def private(request: HttpRequest, call: Call, user: User) -> HttpResponse:
    """Mark the call as private, or with ``off`` show it to others again."""
    if not may_be_private(call, user, list(call.legs.filter(user=user))):
        raise PermissionDenied
    hide = "off" not in request.POST
    set_private(call, private=hide)
    if not hide:
        return _done(request, call, _("Others see the call again, as before."))
    text = _("The call is private: only you and who it rang for see it.")
    return _done(request, call, text, {"off": 1})


@require_POST
@about_call
def block_caller(request: HttpRequest, call: Call, user: User) -> HttpResponse:
    """Block the number for everybody, or with ``off`` let its calls pop up again."""
    number = remote_of(call, user).as_number()
    if not user.is_supervisor or not number.key:
        raise PermissionDenied
    if "off" in request.POST:
        for row in BlockedNumber.objects.filter(party=number.key):
            unblock(row, user)
        touch(call)
        return _done(request, call, _("The number is not blocked any more."))
    block(number, "", user)
    touch(call)
    text = _("The number is blocked: its calls pop up no more.")
    return _done(request, call, text, {"off": 1})
