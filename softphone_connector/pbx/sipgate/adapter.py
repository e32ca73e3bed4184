"""sipgate.io: a form for each event; our XML asks for the next ones."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from softphone_connector.adapters.calls import cti_told
from softphone_connector.adapters.reading import (
    Adapter,
    Directory,
    Reply,
    SecretMissing,
    ServiceRequest,
    Told,
)

# Numbers come international without a plus; the extensions of an account are short.
INTERNATIONAL = 8
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
# The lines around a key in PEM (RFC 7468), whatever a form field made of its breaks.
PEM_LINES = re.compile(r"-----[A-Z ]+-----|\s")


def public_key(text: str) -> RSAPublicKey | None:
    """The RSA key in a text (PEM, also on one line); None where there is none."""
    try:
        found = load_der_public_key(
            base64.b64decode(PEM_LINES.sub("", text), validate=True)
        )
    except (ValueError, UnsupportedAlgorithm):
        return None
    return found if isinstance(found, RSAPublicKey) else None


def is_signed(request: ServiceRequest, secret: str) -> bool:
    """Whether X-Sipgate-Signature is RSA-SHA256 of the body, by the key in ``secret``.

    That key is sipgate's public one, the same for everybody (its profile shows it).
    Source: ``Verifier.java`` of github.com/sipgate/pushapi-request-verifier.
    """
    key = public_key(secret)
    try:
        signature = base64.b64decode(request.header("x-sipgate-signature"))
        if key:
            key.verify(signature, request.body, PKCS1v15(), SHA256())
    except (ValueError, InvalidSignature):
        return False
    return key is not None


def greet(request: ServiceRequest, secret: str) -> Reply | None:
    """None: it does not ask who is there. Raises SecretMissing where what was entered
    as the secret is no key, so that nothing could ever bear its signature."""
    if secret and not public_key(secret):
        raise SecretMissing
    return None


def read(request: ServiceRequest, directory: Directory) -> Sequence[Told]:
    """What a request tells; a group call rings each of its users."""
    return cti_told(request, directory, INTERNATIONAL)


def reply(request: ServiceRequest) -> Reply:
    """To a new call: where to report that it was answered and that it ended.

    Without it sipgate.io reports neither. Other answers it does not read.
    """
    asked = ""
    if request.value("event") == "newCall":
        url = quoteattr(request.url)
        asked = f" onAnswer={url} onHangup={url}"
    return Reply(f"{XML}<Response{asked}/>\n", "application/xml")


ADAPTER = Adapter(
    label="sipgate.io",
    profiles=["sipgate"],
    read=read,
    reply=reply,
    is_signed=is_signed,
    greet=greet,
)
