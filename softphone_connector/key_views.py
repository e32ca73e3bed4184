"""Pages about keys, for administrators."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from crmplus import keyset
from crmplus.accounts.models import Role
from crmplus.accounts.rights import role_required
from crmplus.web import signed_in_user
from softphone_connector import key_pages, key_rules
from softphone_connector.arrivals import Watch
from softphone_connector.key_pages import Place
from softphone_connector.models import SoftphoneKey
from softphone_connector.pbx_keys import PbxKeyForm
from softphone_connector.phone_pages import waits
from softphone_connector.phone_test_views import what_came
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
    page = keyset.page(key_rules.all_keys(revoked=revoked), "-id", request.GET)
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
        return key_pages.show_made(request, key, secret, _place(key))
    return render(request, "softphone_connector/key_new.html", {"form": form})


def _place(key: SoftphoneKey) -> Place:
    return Place(
        base="softphone_connector/key_base.html",
        back=reverse("softphone_connector:keys"),
        waiting=reverse("softphone_connector:key-arrivals", args=[key.pk]),
    )


def _key(pk: int) -> SoftphoneKey:
    """Raises Http404."""
    found = SoftphoneKey.objects.select_related("user", "extension", "endpoint_set")
    return get_object_or_404(found, pk=pk)


@never_cache
@role_required(Role.ADMIN)
def revoke_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, and on POST revoke a key."""
    key = _key(pk)
    return key_pages.revoke(request, key, signed_in_user(request), _place(key))


@never_cache
@waits
@role_required(Role.ADMIN)
@require_GET
def arrivals(request: HttpRequest, pk: int) -> HttpResponse:
    """A fragment: what has come with a key."""
    key = _key(pk)
    return what_came(request, Watch(keys=[key]), _place(key).back)
