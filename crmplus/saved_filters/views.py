"""Keep, change and delete saved filters; each goes back to the list it came from."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crmplus.accounts.models import Role
from crmplus.accounts.rights import role_required
from crmplus.recyclebin.services import offer_undo
from crmplus.saved_filters import services
from crmplus.saved_filters.models import SavedFilter
from crmplus.saved_filters.queries import FROM
from crmplus.web import next_page, signed_in_user

STEPS = {"earlier": -1, "later": 1}


@role_required(Role.AGENT)
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """Save the filters of a list (``list_key``, ``query``) under a ``name``."""
    user = signed_in_user(request)
    try:
        with transaction.atomic():
            saved = services.keep(
                user,
                request.POST.get("list_key", ""),
                request.POST.get("name", ""),
                request.POST.get("query", ""),
            )
            if shared := request.POST.get("shared", ""):
                services.share(user, saved, shared)
    except services.CannotKeepError as error:
        messages.error(request, str(error))
        return redirect(next_page(request, "/"))
    messages.success(request, _("“%(name)s” is saved.") % {"name": saved})
    return _to_list(request, saved)


@role_required(Role.AGENT)
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """What ``act`` says: rename, share, query (what it stands for), earlier, later."""
    saved = _own_filter(request, pk)
    act = request.POST.get("act", "")
    try:
        if act == "rename":
            services.rename(saved, request.POST.get("name", ""))
        elif act == "share":
            shared = request.POST.get("shared", "")
            services.share(signed_in_user(request), saved, shared)
        elif act == "query":
            services.set_query(saved, request.POST.get("query", ""))
        elif act in STEPS:
            services.move(saved, STEPS[act])
        else:
            raise Http404
    except services.CannotKeepError as error:
        messages.error(request, str(error))
        return redirect(next_page(request, "/"))
    if act not in STEPS:
        messages.success(request, _("“%(name)s” is saved.") % {"name": saved})
    return _to_list(request, saved)


@role_required(Role.AGENT)
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a saved filter to the recycle bin; it can be undone."""
    saved = _own_filter(request, pk)
    saved.move_to_bin(by=signed_in_user(request))
    text = _("“%(name)s” is in the recycle bin.") % {"name": saved}
    back = next_page(request, "/")
    offer_undo(request, text, saved, back)
    return redirect(back)


@role_required(Role.AGENT)
@require_POST
def default(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the list with this filter from now on (``on``), or no longer."""
    user = signed_in_user(request)
    saved = services.visible_filters(user).filter(pk=pk).first()
    if saved is None:
        raise Http404
    chosen = bool(request.POST.get("on"))
    services.set_default(user, saved.list_key, saved if chosen else None)
    text = (
        _("The list opens with “%(name)s” from now on.")
        if chosen
        else _("The list opens with all entries from now on.")
    )
    messages.success(request, text % {"name": saved})
    return redirect(next_page(request, "/"))


def _own_filter(request: HttpRequest, pk: int) -> SavedFilter:
    """The filter that this user may change; Http404 for any other."""
    user = signed_in_user(request)
    saved = services.visible_filters(user).select_related("user").filter(pk=pk).first()
    if saved is None or not services.may_change(user, saved):
        raise Http404
    return saved


def _to_list(request: HttpRequest, saved: SavedFilter) -> HttpResponse:
    """The list as the filter shows it."""
    path = urlsplit(next_page(request, "/")).path
    return redirect(f"{path}?{saved.query}&{FROM}={saved.pk}")
