"""Who asks: ``Authorization: Token api_…``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from crmplus.accounts.middleware import activate_preferences
from crmplus.api import tokens
from crmplus.api.models import ApiToken

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema

    from crmplus.accounts.models import User

KEYWORD = "Token"


class TokenAuthentication(BaseAuthentication):
    """Signs a request in with an API token; other schemes are left to others."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The token's user, in whose language and time zone the request goes on.

        Raises AuthenticationFailed; the answer does not tell what a token lacks.
        """
        scheme, _blank, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() != KEYWORD.lower().encode():
            return None
        token = tokens.find(secret.decode("ascii", "replace").strip())
        if token is None:
            raise AuthenticationFailed(_("This token is unknown or revoked."))
        activate_preferences(request._request, token.user)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for (RFC 9110, section 11.6.1)."""
        return f'{KEYWORD} realm="CRM+"'


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the API's description names the token."""

    target_class = "crmplus.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """The header, with its keyword."""
        return build_bearer_security_scheme_object("Authorization", KEYWORD)
