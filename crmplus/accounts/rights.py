"""Who may open a page: by role."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.mixins import AccessMixin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from crmplus.accounts.models import Role, User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


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


class RoleRequiredMixin(AccessMixin):
    """``role_required`` for class-based views: set ``role``."""

    role: Role = Role.AGENT

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(request.user, User):
            return self.handle_no_permission()
        if not request.user.has_role(self.role):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
