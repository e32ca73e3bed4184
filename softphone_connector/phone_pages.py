"""Whose phone a page is about: one's own, or that of a user whom an admin looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from crmplus.accounts.models import User
from crmplus.web import signed_in_user
from pbxmanager.models import Extension
from softphone_connector.lines import Line, line_of

if TYPE_CHECKING:
    from softphone_connector.models import SoftphoneKey

P = ParamSpec("P")
Answer = TypeVar("Answer", bound=HttpResponseBase)
# htmx, "Polling": this status ends it.
STOP_POLLING = 286


class GoneError(Http404):
    """A line or key that the user does not have, or no longer; its text says so."""


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
        """A line by the ID of its extension. Raises GoneError for another user's."""
        found = self.user.extensions.select_related("line").filter(pk=pk).first()
        if found is None:
            raise GoneError(
                _("This line is not there any more. Somebody may have removed it.")
            )
        return line_of(found)

    def key(self, pk: int) -> SoftphoneKey:
        """A key, in force or not. Raises GoneError for another user's."""
        own = self.user.softphone_keys.select_related(
            "user", "extension", "endpoint_set"
        )
        found = own.filter(pk=pk).first()
        if found is None:
            raise GoneError(_("This key is not there any more."))
        return found


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
    def waiting(self) -> str:
        return self._url("line-arrivals")

    @property
    def call(self) -> str:
        """Where a test call is played; "" for somebody else's line."""
        return self._url("line-call") if self.desk.is_own else ""

    def _url(self, name: str) -> str:
        return self.desk.url(name, self.extension.pk)


Page = Callable[Concatenate[HttpRequest, Desk, P], HttpResponse]


def phone_page(view: Page[P]) -> Callable[..., HttpResponse]:
    """Give a view the desk: the user's own, or another user's for an admin (403).

    Who waits on a page while the session ends, or while the line is taken away, is
    told so in the place of what they wait for, or on the page with all lines.
    """

    @login_required
    @wraps(view)
    def signed_in(
        request: HttpRequest, user_pk: int | None = None, **kwargs: Any
    ) -> HttpResponse:
        desk = _desk(signed_in_user(request), user_pk)
        try:
            return view(request, desk, **kwargs)  # type: ignore[call-arg]
        except GoneError as gone:
            return _gone(request, desk, gone)

    return never_cache(waits(signed_in))


def waits(view: Callable[..., Answer]) -> Callable[..., Answer | HttpResponse]:
    """Let a view tell a page that waits when its session has ended meanwhile."""

    @wraps(view)
    def guarded(
        request: HttpRequest, *args: Any, **kwargs: Any
    ) -> Answer | HttpResponse:
        if is_fragment(request) and not request.user.is_authenticated:
            return stopped(request, _("You are signed out. Sign in to go on."))
        return view(request, *args, **kwargs)

    return guarded


def _desk(actor: User, user_pk: int | None) -> Desk:
    if user_pk is None:
        # Not the request's lazy object: its changes are saved.
        own = User.objects.get(pk=actor.pk)
        return Desk(own, own, is_own=True)
    if not actor.is_admin:
        raise PermissionDenied
    return Desk(get_object_or_404(User, pk=user_pk), actor, is_own=False)


def _gone(request: HttpRequest, desk: Desk, gone: GoneError) -> HttpResponse:
    if is_fragment(request):
        return stopped(request, str(gone))
    if request.accepts("text/html"):
        messages.warning(request, str(gone))
        return redirect(desk.home)
    raise gone


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks, to put the answer into a page."""
    return "HX-Request" in request.headers


def stopped(request: HttpRequest, text: str) -> HttpResponse:
    """A fragment that says why there is nothing more to wait for."""
    template = "softphone_connector/includes/stopped.html"
    return render(request, template, {"text": text}, status=STOP_POLLING)


def both(name: str, rest: str, view: Callable[..., HttpResponse]) -> list[URLPattern]:
    """The addresses of a page: one's own, and the one for admins."""
    return [
        path(f"my/phone/{rest}", view, name=f"my-{name}"),
        path(f"settings/users/<int:user_pk>/phone/{rest}", view, name=f"users-{name}"),
    ]
