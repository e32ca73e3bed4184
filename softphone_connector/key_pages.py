"""The two pages about one key, of whoever owns it: just made, and to be revoked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crmplus.conf import env
from softphone_connector import key_rules
from softphone_connector.address import base_for_phones
from softphone_connector.profiles import profile

if TYPE_CHECKING:
    from crmplus.accounts.models import User
    from softphone_connector.models import SoftphoneKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the pages of a key stand: the template that they extend with what it asks
    for, the page that one goes back to, and where one asks what has come."""

    base: str
    back: str
    waiting: str = ""
    context: dict[str, Any] = field(default_factory=dict)


def opened_at(request: HttpRequest) -> str:
    """Where the browser has found the CRM; no slash at the end."""
    return f"{request.scheme}://{request.get_host()}"


def show_made(
    request: HttpRequest, key: SoftphoneKey, secret: str, place: Place
) -> HttpResponse:
    """The key's text, this once, what to do with it, and whether it works."""
    base_url = base_for_phones(env.base_url, opened_at(request))
    context = {
        "base": place.base,
        "back": place.back,
        "waiting": place.waiting,
        "key": key,
        "secret": secret,
        "address_url": reverse("softphone_connector:my-address"),
        "since": timezone.now().isoformat(),
        **place.context,
        **key_rules.addresses(key, secret, base_url),
    }
    return render(request, "softphone_connector/key_made.html", context)


def revoke(
    request: HttpRequest, key: SoftphoneKey, actor: User, place: Place
) -> HttpResponse:
    """Say what revoking a key means, and on POST revoke it."""
    words = {"key": key}
    if request.method == "POST" and key_rules.revoke(key, actor):
        messages.success(request, _("The key %(key)s is revoked.") % words)
        return redirect(place.back)
    if request.method == "POST" or key.revoked_at is not None:
        messages.info(request, _("The key %(key)s was revoked before.") % words)
        return redirect(place.back)
    context = {
        "base": place.base,
        "back": place.back,
        "key": key,
        "client": profile(key.profile),
        "last": key_rules.last_use(key),
        "has_others": key_rules.has_others(key),
        **place.context,
    }
    return render(request, "softphone_connector/key_revoke.html", context)
