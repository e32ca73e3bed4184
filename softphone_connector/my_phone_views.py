"""The page "My phone": lines, keys, and how calls announce themselves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crmplus.conf import env
from crmplus.web import next_page, signed_in_user
from softphone_connector import popup, self_calls
from softphone_connector.address import base_for_phones
from softphone_connector.availability import availability_of, set_disturb
from softphone_connector.lines import (
    ChangedMeanwhileError,
    ExtensionTakenError,
    Line,
    add_line,
    change_line,
    last_change,
    remove_line,
    settings_of,
)
from softphone_connector.my_phone import AnnounceForm, NewLineForm, line_form
from softphone_connector.own_keys import (
    addresses,
    keys_of,
    make_key,
    revoke_key,
    wide_keys_of,
)
from softphone_connector.phone_pages import Desk, LinePages, phone_page
from softphone_connector.phone_rows import line_rows, meanwhile

FORM = ["GET", "HEAD", "POST"]


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
            for key in wide_keys_of(desk.user)
        ],
        "new_line": desk.url("line-new"),
        "address_url": desk.url("address"),
        "call_id": self_calls.new_call_id(),
    }
    return render(request, "softphone_connector/my_phone.html", context)


@require_http_methods(FORM)
@phone_page
def new_line(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Add a line."""
    form = NewLineForm(desk.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["number"]
        try:
            line = add_line(desk.user, number, form.settings, desk.actor)
        except ExtensionTakenError:
            form.add_error("number", form.taken(number))
        else:
            messages.success(request, _("The line is added."))
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
            messages.success(request, _("The line is saved."))
            return redirect(desk.home)
    context = {
        "form": form,
        "differing": differing,
        "changed": last_change(found, desk.user) if differing else None,
        **_about(desk, found),
    }
    return render(request, "softphone_connector/line.html", context)


def _about(desk: Desk, found: Line) -> dict[str, Any]:
    """What every page about a line shows."""
    keys = keys_of(found, desk.user)
    return {
        "desk": desk,
        "line": found,
        "pages": LinePages(desk, found.extension),
        "keys": [
            {"key": key, "revoke": desk.url("key-revoke", key.pk)} for key in keys
        ],
        "since": timezone.now().isoformat(),
        "call_id": self_calls.new_call_id(),
    }


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
    return render(request, "softphone_connector/line_remove.html", _about(desk, found))


@require_http_methods(FORM)
@phone_page
def line_key(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Ask whether to make one more key; POST makes it and shows it, this once."""
    found = desk.line(pk)
    if request.method != "POST":
        about = _about(desk, found)
        return render(request, "softphone_connector/line_key_ask.html", about)
    with transaction.atomic():
        key, secret = make_key(found, desk.user, desk.actor)
    base_url = base_for_phones(env.base_url, f"{request.scheme}://{request.get_host()}")
    context = {
        **_about(desk, found),
        **addresses(key, secret, base_url),
        "secret": secret,
        "address_url": desk.url("address"),
    }
    return render(request, "softphone_connector/line_key.html", context)


@require_http_methods(FORM)
@phone_page
def key_revoke(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Ask, and make a key worthless."""
    key = desk.key(pk)
    back = desk.url("line", key.extension_id) if key.extension_id else desk.home
    if request.method == "POST":
        revoke_key(key, desk.actor)
        text = _("The key %(prefix)s… is revoked.")
        messages.success(request, text % {"prefix": key.prefix})
        return redirect(back)
    context = {"desk": desk, "key": key, "back": back}
    return render(request, "softphone_connector/key_revoke.html", context)


@require_POST
@login_required
def disturb(request: HttpRequest) -> HttpResponse:
    """Switch "do not disturb" (``on``: 1 or 0, else the other way round)."""
    user = signed_in_user(request)
    wanted = request.POST.get("on", "")
    on = wanted == "1" if wanted else not availability_of(user.pk).do_not_disturb
    set_disturb(user, on)
    if not on:
        popup.show_again(user.pk)
    if request.headers.get("Accept", "") == "application/json":
        return JsonResponse({"disturb": on})
    return redirect(next_page(request, "softphone_connector:my-phone"))
