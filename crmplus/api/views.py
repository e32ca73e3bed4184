"""What all views of the API share."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rest_framework.request import Request
from rest_framework.views import APIView

if TYPE_CHECKING:
    from crmplus.accounts.models import User


class Endpoint(APIView):
    """A view whose answers nobody keeps: they are personal data."""

    # Without OPTIONS: the description tells what there is.
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]  # noqa: RUF012

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Headers of every answer, errors included."""
        return {**super().default_response_headers, "Cache-Control": "no-store"}


def user_of(request: Request) -> User:
    """Who asks; the permission classes let nobody else through."""
    return cast("User", request.user)
