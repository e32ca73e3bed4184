"""The page "My phone": lines, keys, and how calls announce themselves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from crmplus.web import next_page, signed_in_user
from softphone_connector import key_rules, popup, self_calls
from softphone_connector.availability import availability_of, set_disturb
from softphone_connector.lines import (
    ChangedMeanwhileError,
    ExtensionTakenError,
    add_line,
    change_line,
    last_change,
    remove_line,
    settings_of,
)
from softphone_connector.my_phone import AnnounceForm, NewLineForm, line_form
from softphone_connector.own_key_views import FORM, about, connect
from softphone_connector.phone_pages import Desk, phone_page
from softphone_connector.phone_rows import line_rows, meanwhile

DISTURB = {
    True: gettext_lazy("Do not disturb is on: no cards appear."),
    False: gettext_lazy("Do not disturb is off: cards appear again."),
}


@require_http_methods(FORM)
@phone_page
def my_phone(request: HttpRequest, desk: Desk) -> HttpResponse:
    """All lines of a user and how their calls announce themselves; POST saves that."""
    data = request.POST if request.method == "POST" else None
    form = AnnounceForm(desk.user, data) if desk.is_own else None
    if data is not None and form and form.is_valid():
        form.save()
        popup.show_again(desk.user.pk)
        with translation.override(desk.user.language or translation.get_language()):
            messages.success(request, _("Your settings are saved."))
        return redirect(desk.home)
    context = {
        "desk": desk,
        "form": form,
        "rows": line_rows(desk),
        "wide_keys": [
            {"key": key, "revoke": desk.url("key-revoke", key.pk)}
            for key in key_rules.keys_of(desk.user, None)
        ],
        "new_line": desk.url("line-new"),
        "address_url": desk.url("address"),
        "call_id": self_calls.new_call_id(),
    }
    return render(request, "softphone_connector/my_phone.html", context)


@require_http_methods(FORM)
@phone_page
def new_line(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Add a line; with ``connect`` its phone gets a key at once, which is shown."""
    client = request.GET.get("profile", "")
    form = NewLineForm(desk.user, request.POST or None, client)
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["number"]
        try:
            line = add_line(desk.user, number, form.settings, desk.actor)
        except ExtensionTakenError:
            form.add_error("number", form.taken(number))
        else:
            messages.success(request, _("The line is added."))
            if "connect" in request.POST:
                return connect(request, desk, line)
            return redirect(desk.url("line", line.extension.pk))
    context = {"desk": desk, "form": form}
    return render(request, "softphone_connector/line_new.html", context)


@require_http_methods(FORM)
@phone_page
def line(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """A line: its settings, its keys, and what comes from its phone."""
    found = desk.line(pk)
    data = request.POST if request.method == "POST" else None
    form = line_form(found, settings_of(found, desk.user), data)
    differing: list[Any] = []
    if data is not None and form.is_valid():
        revision = form.cleaned_data["revision"] or 0
        try:
            change_line(desk.user, found, form.settings, revision, desk.actor)
        except ChangedMeanwhileError:
            differing = meanwhile(form.settings, settings_of(found, desk.user))
            form = line_form(found, form.settings)
        else:
            popup.show_again(desk.user.pk)
            messages.success(request, _("The line is saved."))
            return redirect(desk.home)
    context = {
        "form": form,
        "differing": differing,
        "changed": last_change(found, desk.user) if differing else None,
        **about(desk, found),
    }
    return render(request, "softphone_connector/line.html", context)


@require_http_methods(FORM)
@phone_page
def line_remove(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Ask, and take a line from the user."""
    found = desk.line(pk)
    if request.method == "POST":
        remove_line(desk.user, found, desk.actor)
        text = _("Extension %(extension)s is free again.")
        messages.success(request, text % {"extension": found.extension.number})
        return redirect(desk.home)
    return render(request, "softphone_connector/line_remove.html", about(desk, found))


@require_http_methods(FORM)
@never_cache
@login_required
def disturb(request: HttpRequest) -> HttpResponse:
    """Switch "do not disturb" (``on``: 1 or 0, else the other way round).

    Only POST switches; whoever comes here from the sign-in page goes on to the form.
    """
    if request.method != "POST":
        return redirect("softphone_connector:my-phone")
    user = signed_in_user(request)
    wanted = request.POST.get("on", "")
    on = wanted == "1" if wanted else not availability_of(user.pk).do_not_disturb
    set_disturb(user, on)
    if not on:
        popup.show_again(user.pk)
    if request.headers.get("Accept", "") == "application/json":
        return JsonResponse({"disturb": on})
    messages.success(request, DISTURB[on])
    return redirect(next_page(request, "softphone_connector:my-phone"))
