"""The add-on manager."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crmplus import hooks
from crmplus.accounts.models import Role
from crmplus.accounts.rights import role_required
from crmplus.administration import addons, licensing
from crmplus.administration.activation import CodeRefusedError
from crmplus.web import signed_in_user


@role_required(Role.ADMIN)
@require_GET
def add_ons(request: HttpRequest) -> HttpResponse:
    """The installed add-ons and how they stand."""
    return _page(request)


@role_required(Role.ADMIN)
@require_POST
def activate(request: HttpRequest, key: str) -> HttpResponse:
    """Activate an add-on by what was pasted as ``code``; 400 says why it is refused."""
    add_on = _found(key)
    code = request.POST.get("code", "")
    try:
        said = licensing.activate(signed_in_user(request), add_on, code)
    except CodeRefusedError as error:
        return _page(request, key, code, licensing.explained(error))
    text = _("%(add_on)s is active until %(day)s.")
    facts = {"add_on": add_on.name, "day": licensing.day(said.valid_until)}
    messages.success(request, text % facts)
    return redirect("administration:add-ons")


@role_required(Role.ADMIN)
def deactivate(request: HttpRequest, key: str) -> HttpResponse:
    """Ask, saying what stops (GET); let the add-on rest (POST)."""
    add_on = _found(key)
    if request.method != "POST":
        context = {"add_on": add_on}
        return render(request, "administration/deactivate.html", context)
    licensing.deactivate(signed_in_user(request), add_on)
    text = _("%(add_on)s is not active any more. All data are still there.")
    messages.success(request, text % {"add_on": add_on.name})
    return redirect("administration:add-ons")


def _page(
    request: HttpRequest, key: str = "", code: str = "", error: str = ""
) -> HttpResponse:
    """All add-ons; ``code`` was refused for ``key``, and ``error`` says why."""
    context = {
        "standings": licensing.standings(),
        "can_check": bool(addons.public_keys()),
        "refused": key,
        "code": code,
        "error": error,
    }
    status = 400 if error else 200
    return render(request, "administration/add_ons.html", context, status=status)


def _found(key: str) -> hooks.AddOn:
    add_on = licensing.add_on_with(key)
    if add_on is None:
        raise Http404
    return add_on
