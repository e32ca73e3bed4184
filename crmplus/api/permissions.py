"""Who may use the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from crmplus.accounts.models import User
from crmplus.accounts.rights import is_open_to_statistics

if TYPE_CHECKING:
    from rest_framework.views import APIView


class MayUse(IsAuthenticated):
    """Who is signed in; who may see call statistics alone uses only what is open."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Called before each view of the API."""
        user = request.user
        if not (super().has_permission(request, view) and isinstance(user, User)):
            return False
        return user.is_agent or is_open_to_statistics(type(view))
