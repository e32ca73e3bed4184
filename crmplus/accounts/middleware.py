"""Language, time zone and a password that still has to be chosen."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

from crmplus.accounts import idle
from crmplus.accounts.models import User
from crmplus.accounts.rights import is_open_to_statistics


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
    """Lets a user with a one-time password do nothing before choosing another.

    The stream is asked all the same: it tells open pages that they get no more calls.
    """

    ALLOWED = tuple(
        reverse_lazy(name)
        for name in (
            "accounts:password",
            "accounts:sign-out",
            "accounts:language",
            "live:stream",
        )
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        must = isinstance(user, User) and user.must_change_password
        if must and request.path not in map(str, self.ALLOWED):
            return redirect("accounts:password")
        return self.get_response(request)


class IdleMiddleware:
    """Keeps the sessions of users who are signed out automatically (``idle``)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Only now: the view may have signed somebody in.
        user = request.user
        if isinstance(user, User):
            by_person = idle.is_by_person(request)
            note = idle.note_activity if by_person else idle.note_rule
            note(request.session, user)
        return response


class StatisticsOnlyMiddleware:
    """Closes every view to who may see call statistics alone (403), but for those that
    are ``rights.open_to_statistics``: a new view is closed until somebody opens it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: list[Any],
        kwargs: dict[str, Any],
    ) -> None:
        """Called before each view. Raises PermissionDenied."""
        user = request.user
        closed = isinstance(user, User) and not user.is_agent
        if closed and not is_open_to_statistics(view):
            raise PermissionDenied


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
