"""Language, time zone and a password that still has to be chosen."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

from crmplus.accounts.models import User


def activate_preferences(request: HttpRequest, user: AnonymousUser | User) -> None:
    """Go on in a user's language and time zone."""
    translation.activate(_language(request, user))
    timezone.activate(_zone(user.time_zone if isinstance(user, User) else ""))


class PreferencesMiddleware(MiddlewareMixin):
    """Activates a request's language and time zone.

    Language: the user's, else the cookie's, else what the browser accepts. Zone: the
    user's, else the installation's.
    """

    def process_request(self, request: HttpRequest) -> None:
        activate_preferences(request, request.user)

    def process_response(
        self, request: HttpRequest, response: HttpResponse
    ) -> HttpResponse:
        response.headers.setdefault("Content-Language", translation.get_language())
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


class ChoosePasswordMiddleware:
    """Lets a user with a one-time password do nothing before choosing another."""

    ALLOWED = tuple(
        reverse_lazy(f"accounts:{name}")
        for name in ("password", "sign-out", "language")
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        must = isinstance(user, User) and user.must_change_password
        if must and request.path not in map(str, self.ALLOWED):
            return redirect("accounts:password")
        return self.get_response(request)


def _language(request: HttpRequest, user: object) -> str:
    chosen = user.language if isinstance(user, User) else ""
    if chosen in dict(settings.LANGUAGES):
        return chosen
    return translation.get_language_from_request(request)


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name or settings.TIME_ZONE)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo(settings.TIME_ZONE)
