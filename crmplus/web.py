"""What views ask of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

if TYPE_CHECKING:
    from crmplus.accounts.models import User


def signed_in_user(request: HttpRequest) -> User:
    """The user of a view that is behind ``login_required``."""
    return cast("User", request.user)


def next_page(request: HttpRequest, otherwise: str) -> str:
    """Where to go after a form: its ``next`` if that is an address of ours."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        url, {request.get_host()}, require_https=request.is_secure()
    )
    # Without a slash ``redirect`` takes it for the name of a view.
    return url if ours and "/" in url else otherwise
