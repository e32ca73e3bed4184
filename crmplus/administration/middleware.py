"""Pages of an add-on that is not active are not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase

from crmplus import hooks
from crmplus.administration.addons import is_active


class AddOnMiddleware:
    """404 for every view of an app whose add-on is not active, but for its doors."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: list[Any],
        kwargs: dict[str, Any],
    ) -> None:
        """Called before each view. Raises Http404."""
        if closed(view.__module__):
            raise Http404


def closed(module: str) -> bool:
    """Whether a module's views are those of an add-on that is not active."""
    return any(
        _inside(module, add_on.apps)
        and not _inside(module, add_on.doors)
        and not is_active(add_on.key)
        for add_on in hooks.registered(hooks.AddOn)
    )


def _inside(module: str, packages: Any) -> bool:
    return any(f"{module}.".startswith(f"{package}.") for package in packages)
