"""The call log: the list, the page of a call, and what one does there."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crmplus import keyset, toasts
from crmplus.accounts.models import Role
from crmplus.accounts.rights import role_required
from crmplus.jobs import services
from crmplus.saved_filters.queries import canonical_text
from crmplus.saved_filters.showing import saved_filters
from crmplus.web import next_page, signed_in_user
from pbxmanager import exporting
from pbxmanager.block_list import block, unblock
from pbxmanager.blocking import BlockedNumber
from pbxmanager.choosing import NoSuchMatch, choose_match
from pbxmanager.commenting import comment_on
from pbxmanager.detail import detail_context, may_delete
from pbxmanager.filters import CallFilter
from pbxmanager.holding import held
from pbxmanager.models import Call
from pbxmanager.tables import by_day, lines, running, running_keys, with_parts
from pbxmanager.visibility import call_for

LIST_KEY = "calls"
MOST_RUNNING = 50


def _call(request: HttpRequest, uid: UUID) -> Call:
    """The call at an address; Http404 where this user sees none."""
    call = call_for(signed_in_user(request), uid)
    if call is None:
        raise Http404
    return call


@login_required
@require_GET
def call_list(request: HttpRequest) -> HttpResponse:
    """The calls that the user may see: filtered, newest first, page by page."""
    user = signed_in_user(request)
    form = CallFilter(user, request.GET)
    rows, now = form.rows(), running(timezone.now())
    page = keyset.page(
        with_parts(rows.filter(~now) if form.splits else rows),
        "-started_at",
        request.GET,
    )
    found = lines(page.rows, user, missed=form.is_missed)
    context = {
        "form": form,
        "whose": form.whose,
        "chips": form.chips(),
        "page": page,
        "lines": found,
        "days": by_day(found),
        "splits": form.splits and not page.previous_url,
        "saved": saved_filters(user, LIST_KEY, request.GET),
    }
    if context["splits"]:
        live = rows.filter(now, pk__in=running_keys(timezone.now()))
        live = live.order_by("-started_at", "-pk")
        context["running"] = lines(list(with_parts(live)[:MOST_RUNNING]), user)
    return render(request, "pbxmanager/list.html", context)


@login_required
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Begin to write what the list shows (its ``query``) to a file (``form``)."""
    user = signed_in_user(request)
    form = request.POST.get("form", "")
    job = services.start(
        user,
        exporting.KIND,
        parameters={
            "query": canonical_text(request.POST.get("query", "")),
            "form": form if form in exporting.FORMS else exporting.FORMS[0],
            "sees": exporting.scope_of(user),
        },
    )
    return redirect(job)


@login_required
@require_GET
def detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A call; the address of one that was joined into another leads to that one."""
    call = _call(request, uid)
    if call.uid != uid:
        return redirect(call)
    context = detail_context(call, signed_in_user(request))
    return render(request, "pbxmanager/detail.html", context)


@login_required
@require_POST
def choose(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Decide which record a call belongs to (``match``: "contacts:5")."""
    call = _call(request, uid)
    source, _colon, object_id = request.POST.get("match", "").partition(":")
    try:
        choose_match(call, source, int(object_id), signed_in_user(request))
    except (ValueError, NoSuchMatch):
        messages.error(request, _("This record is not there any more."))
    return redirect(call)


@login_required
@require_POST
def comment(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Write a comment (``text``) on a call."""
    call = _call(request, uid)
    try:
        comment_on(call, signed_in_user(request), request.POST.get("text", ""))
    except ValueError:
        messages.error(request, _("A comment needs a text."))
    return redirect(f"{call.get_absolute_url()}#comments")


@login_required
@require_POST
def delete(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Move a call to the recycle bin; it can be undone."""
    user = signed_in_user(request)
    call = _call(request, uid)
    if not may_delete(user, call):
        raise Http404
    with held(call) as now:
        now.move_to_bin(by=user)
    undo = reverse("pbxmanager:restore", args=[now.uid])
    toasts.undoable(request, _("The call is in the recycle bin."), undo)
    return redirect(next_page(request, reverse("pbxmanager:list")))


@login_required
@require_POST
def restore(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Bring back a call that the user has just deleted."""
    user = signed_in_user(request)
    call = get_object_or_404(Call.all_objects, uid=uid, deleted_by=user)
    call.restore()
    messages.success(request, _("The call is back."))
    return redirect(call)


@role_required(Role.SUPERVISOR)
@require_POST
def block_number(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Block a call's number, or with ``off`` let its calls pop up again."""
    call, user = _call(request, uid), signed_in_user(request)
    if "off" in request.POST:
        for row in BlockedNumber.objects.filter(party=call.party):
            unblock(row, user)
        messages.success(request, _("The number is not blocked any more."))
    elif call.party:
        block(call.as_number(), "", user)
        messages.success(request, _("The number is blocked: its calls pop up no more."))
    return redirect(call)
