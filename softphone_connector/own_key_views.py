"""The keys of "My phone": one for a line, and revoking one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from softphone_connector import key_pages, key_rules, self_calls
from softphone_connector.key_pages import Place
from softphone_connector.lines import (
    ChangedMeanwhileError,
    Line,
    change_line,
    settings_of,
)
from softphone_connector.my_phone import ConnectForm, device_of
from softphone_connector.phone_pages import Desk, LinePages, phone_page
from softphone_connector.profiles import How, profile

BASE = "softphone_connector/phone_base.html"
FORM = ["GET", "HEAD", "POST"]
SILENT = (How.DIAL, How.NONE)


def about(desk: Desk, line: Line, form: ConnectForm | None = None) -> dict[str, Any]:
    """What every page about a line shows."""
    keys = key_rules.keys_of(desk.user, line)
    pages = LinePages(desk, line.extension)
    return {
        "desk": desk,
        "line": line,
        "pages": pages,
        "keys": [
            {"key": key, "revoke": desk.url("key-revoke", key.pk)} for key in keys
        ],
        "connect": form or ConnectForm.of(line, keys),
        "waiting": pages.waiting,
        "since": timezone.now().isoformat(),
        "call_id": self_calls.new_call_id(),
    }


def connect(request: HttpRequest, desk: Desk, line: Line) -> HttpResponse:
    """Make a key for a line and show it; where its client can't use one, say so."""
    client = profile(line.profile)
    pages = LinePages(desk, line.extension)
    if client and client.how in SILENT:
        text = _(
            "%(client)s reports no calls, so it needs no key. Your PBX may report "
            "them: ask an administrator."
        )
        messages.info(request, text % {"client": client.name})
        return redirect(pages.line)
    with transaction.atomic():
        key, secret = key_rules.make_for_line(line, desk.user, desk.actor)
    place = Place(
        base=BASE,
        back=pages.line,
        waiting=pages.waiting,
        context=about(desk, line),
    )
    return key_pages.show_made(request, key, secret, place)


@require_http_methods(FORM)
@phone_page
def line_key(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Ask which phone it is; POST makes a key for it and shows it, this once.

    A form that was sent twice, or a page that is loaded again, asks once more: the
    text of the key that was made is gone.
    """
    line = desk.line(pk)
    if request.method != "POST":
        return _ask(request, about(desk, line))
    keys = key_rules.keys_of(desk.user, line)
    form = ConnectForm.of(line, keys, request.POST)
    if not form.is_valid():
        return _ask(request, about(desk, line, form))
    if form.was_sent:
        return _ask(request, {**about(desk, line), "made": keys[0]})
    slug = form.cleaned_data["profile"] if "profile" in request.POST else line.profile
    try:
        choose_client(desk, line, slug)
    except ChangedMeanwhileError:
        messages.warning(
            request,
            _("Somebody else has changed this line meanwhile. Nothing was saved."),
        )
        return redirect(desk.url("line", pk))
    return connect(request, desk, desk.line(pk))


def choose_client(desk: Desk, line: Line, slug: str) -> None:
    """Note which client a line has. Raises ChangedMeanwhileError."""
    if slug == line.profile:
        return
    given = replace(
        settings_of(line, desk.user), profile=slug, device=device_of(slug, line.device)
    )
    change_line(desk.user, line, given, line.revision, desk.actor)


def _ask(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "softphone_connector/line_key.html", context)


@require_http_methods(FORM)
@phone_page
def key_revoke(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Ask, and make a key worthless."""
    key = desk.key(pk)
    back = desk.url("line", key.extension_id) if key.extension_id else desk.home
    place = Place(base=BASE, back=back, context={"desk": desk})
    return key_pages.revoke(request, key, desk.actor, place)
