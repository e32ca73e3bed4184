"""Pages about keys, for administrators."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from crmplus import keyset
from crmplus.accounts.models import Role
from crmplus.accounts.rights import role_required
from crmplus.web import signed_in_user
from softphone_connector import pbx_keys
from softphone_connector.client_pages import client_page, set_spec_of
from softphone_connector.models import SoftphoneKey
from softphone_connector.pbx_keys import PbxKeyForm
from softphone_connector.profiles import Profile, profile


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key as the list shows it; ``client`` is None where it names no profile."""

    key: SoftphoneKey
    client: Profile | None


@role_required(Role.ADMIN)
def all_keys(request: HttpRequest) -> HttpResponse:
    """The keys in force, newest first; ``?state=revoked`` shows the others."""
    revoked = request.GET.get("state") == "revoked"
    page = keyset.page(pbx_keys.all_keys(revoked=revoked), "-id", request.GET)
    lines = [KeyLine(key, profile(key.profile)) for key in page.rows]
    context = {"lines": lines, "page": page, "revoked": revoked}
    return render(request, "softphone_connector/keys.html", context)


@never_cache
@role_required(Role.ADMIN)
def new_key(request: HttpRequest) -> HttpResponse:
    """Make a key for a PBX or a service (``?profile=`` chooses the client).

    The answer to the form shows the key, which is kept nowhere.
    """
    posted = request.POST if request.method == "POST" else None
    form = PbxKeyForm(posted, chosen=request.GET.get("profile", ""))
    if form.is_valid():
        key, secret = form.make(signed_in_user(request))
        return _show(request, key, secret)
    return render(request, "softphone_connector/key_new.html", {"form": form})


def _show(request: HttpRequest, key: SoftphoneKey, secret: str) -> HttpResponse:
    client = profile(key.profile)
    context: dict[str, object] = {"key": key, "secret": secret, "profile": client}
    if client:
        page = client_page(client, secret, set_spec_of(key.endpoint_set))
        context |= {"page": page, "urls": page.urls, "files": page.files}
    return render(request, "softphone_connector/key_made.html", context)


@role_required(Role.ADMIN)
def revoke_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, and on POST revoke a key."""
    found = SoftphoneKey.objects.select_related("user", "extension", "endpoint_set")
    key = get_object_or_404(found, pk=pk)
    if request.method != "POST":
        return render(request, "softphone_connector/key_revoke_ask.html", {"key": key})
    if pbx_keys.revoke(key, signed_in_user(request)):
        messages.success(request, _("The key %(key)s is revoked.") % {"key": key})
    else:
        text = _("The key %(key)s was revoked before.")
        messages.info(request, text % {"key": key})
    return redirect("softphone_connector:keys")
