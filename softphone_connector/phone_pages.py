"""Whose phone a page is about: one's own, or that of a user whom an admin looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache

from crmplus.accounts.models import User
from crmplus.web import signed_in_user
from pbxmanager.models import Extension
from softphone_connector.lines import Line, line_of

if TYPE_CHECKING:
    from softphone_connector.models import SoftphoneKey

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Desk:
    """The phones of ``user``, as ``actor`` sees them."""

    user: User
    actor: User
    is_own: bool

    def url(self, name: str, *args: object) -> str:
        """The address of one of the pages about these phones."""
        prefix, more = ("my", args) if self.is_own else ("users", (self.user.pk, *args))
        return reverse(f"softphone_connector:{prefix}-{name}", args=more)

    @property
    def home(self) -> str:
        return self.url("phone")

    def line(self, pk: int) -> Line:
        """A line by the ID of its extension. Raises Http404 for another user's."""
        own = self.user.extensions.select_related("line")
        return line_of(get_object_or_404(own, pk=pk))

    def key(self, pk: int) -> SoftphoneKey:
        """A key in force. Raises Http404 for another user's."""
        own = self.user.softphone_keys.select_related("user", "extension")
        return get_object_or_404(own, pk=pk, revoked_at=None)


@dataclass(frozen=True, slots=True)
class LinePages:
    """The addresses of what can be done with a line."""

    desk: Desk
    extension: Extension

    @property
    def line(self) -> str:
        return self._url("line")

    @property
    def remove(self) -> str:
        return self._url("line-remove")

    @property
    def key(self) -> str:
        return self._url("line-key")

    @property
    def arrivals(self) -> str:
        return self._url("line-arrivals")

    @property
    def call(self) -> str:
        """Where a test call is played; "" for somebody else's line."""
        return self._url("line-call") if self.desk.is_own else ""

    def _url(self, name: str) -> str:
        return self.desk.url(name, self.extension.pk)


Page = Callable[Concatenate[HttpRequest, Desk, P], HttpResponse]


def phone_page(view: Page[P]) -> Callable[..., HttpResponse]:
    """Give a view the desk: the user's own, or another user's for an admin (403)."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(
        request: HttpRequest, user_pk: int | None = None, **kwargs: Any
    ) -> HttpResponse:
        actor = signed_in_user(request)
        if user_pk is None:
            # Not the request's lazy object: its changes are saved.
            own = User.objects.get(pk=actor.pk)
            return view(request, Desk(own, own, is_own=True), **kwargs)  # type: ignore[call-arg]
        if not actor.is_admin:
            raise PermissionDenied
        user = get_object_or_404(User, pk=user_pk)
        return view(request, Desk(user, actor, is_own=False), **kwargs)  # type: ignore[call-arg]

    return guarded


def both(name: str, rest: str, view: Callable[..., HttpResponse]) -> list[URLPattern]:
    """The addresses of a page: one's own, and the one for admins."""
    return [
        path(f"my/phone/{rest}", view, name=f"my-{name}"),
        path(f"settings/users/<int:user_pk>/phone/{rest}", view, name=f"users-{name}"),
    ]
