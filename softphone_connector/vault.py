"""Secrets that the product must be able to read again, such as those that a service
signs its requests with: sealed with a key made from SECRET_KEY.

Fernet is AES-128 in CBC mode with HMAC-SHA256 (github.com/fernet/spec).
"""

from __future__ import annotations

import base64
import hmac

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

PURPOSE = b"softphone_connector.vault"


class SealBrokenError(Exception):
    """A sealed text that this SECRET_KEY can't open: it was sealed with another."""


def seal(secret: str) -> str:
    """A secret as it may be stored; "" stays ""."""
    return _fernet().encrypt(secret.encode()).decode("ascii") if secret else ""


def unseal(sealed: str) -> str:
    """The secret of a sealed text. Raises SealBrokenError where it can't be opened."""
    if not sealed:
        return ""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBrokenError from error


def _fernet() -> Fernet:
    key = hmac.digest(str(settings.SECRET_KEY).encode(), PURPOSE, "sha256")
    return Fernet(base64.urlsafe_b64encode(key))
