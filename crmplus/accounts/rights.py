"""Who may open a page: by role."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from crmplus.accounts.models import Role, User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
V = TypeVar("V", bound=Callable[..., Any])
OPEN = "open_to_statistics"


def open_to_statistics(view: V) -> V:
    """Decorator: the view is also for who may see call statistics and nothing else.

    For functions and classes. All other views are closed to them (see
    ``accounts.middleware.StatisticsOnlyMiddleware``), so a view that shows customers,
    numbers or calls must never have it. A class that inherits from an open one is
    closed until it says so itself.
    """
    setattr(view, OPEN, True)
    return view


def is_open_to_statistics(view: object) -> bool:
    """Is a view, as the resolver found it, marked by ``open_to_statistics``?"""
    parts = (view, getattr(view, "view_class", None), getattr(view, "cls", None))
    return any(OPEN in getattr(part, "__dict__", ()) for part in parts)


def role_required(role: Role) -> Callable[[View[P]], View[P]]:
    """Decorator: the view is for users who have a role.

    Who is not signed in is sent to the sign-in page and comes back; who lacks the
    role gets 403.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(
            request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return redirect_to_login(request.get_full_path())
            if not request.user.has_role(role):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate
