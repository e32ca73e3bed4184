"""Activation codes: who may use which add-on until when, signed and checked offline.

A code is text that survives an e-mail: ``CRM1-`` and, in base64url (RFC 4648, section
5) without padding, an Ed25519 signature (RFC 8032) of 64 bytes followed by the
statement. The statement is JSON in one encoding only: its four members in this order,
no blanks, UTF-8. So a statement and a key make one code, and no other text is one.
Pure: knows no Django. See ``docs/decisions/activation.md``.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

BEGINS = "CRM1-"
# Signed before the statement: a signature made for anything else is none of ours.
PURPOSE = b"CRM+ activation 1\n"
SIGNATURE_BYTES = 64
# No code is that long; a text that is need not be looked at.
CODE_LENGTH = 2000
LICENSEE_LENGTH = 120
KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Reason(StrEnum):
    """Why a code is not accepted."""

    FORM = "form"
    SIGNATURE = "signature"
    NO_KEY = "no_key"
    ADD_ON = "add_on"
    EXPIRED = "expired"


class CodeRefusedError(ValueError):
    """A code that is not accepted; ``statement`` is what it says, once that is sure."""

    def __init__(self, reason: Reason, statement: Statement | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.statement = statement


class StatementError(ValueError):
    """A statement that no code can be made of; the text names the field at fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a code says: ``add_on`` is the add-on's key, ``valid_until`` its last day.

    Raises StatementError.
    """

    add_on: str
    licensee: str
    serial: str
    valid_until: date

    def __post_init__(self) -> None:
        if not KEY.fullmatch(self.add_on):
            raise StatementError("add_on")
        if not is_licensee(self.licensee):
            raise StatementError("licensee")
        if not SERIAL.fullmatch(self.serial):
            raise StatementError("serial")

    def encoded(self) -> bytes:
        """The one encoding of this statement."""
        members = {**asdict(self), "valid_until": self.valid_until.isoformat()}
        return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


def is_licensee(name: str) -> bool:
    """Whether a name can stand in a code: 1 to 120 printable characters, composed
    (Unicode's NFC), without blanks at its ends."""
    composed = unicodedata.normalize("NFC", name)
    plain = name.isprintable() and name == name.strip() == composed
    return plain and 0 < len(name) <= LICENSEE_LENGTH


def issue(statement: Statement, private_key: bytes) -> str:
    """The code of a statement; ``private_key`` has 32 bytes."""
    key = Ed25519PrivateKey.from_private_bytes(private_key)
    said = statement.encoded()
    return BEGINS + to_text(key.sign(PURPOSE + said) + said)


def key_pair() -> tuple[bytes, bytes]:
    """A new private key and its public key, 32 bytes each."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes_raw(), key.public_key().public_bytes_raw()


def read(text: str, public_keys: Iterable[bytes]) -> Statement:
    """The statement of a code that was signed with one of these keys.

    Blanks and line breaks in it don't count. Raises CodeRefusedError for FORM,
    SIGNATURE or NO_KEY; the day is not looked at.
    """
    code = "".join(text.split())
    if not code.startswith(BEGINS) or len(code) > CODE_LENGTH:
        raise CodeRefusedError(Reason.FORM)
    keys = list(public_keys)
    if not keys:
        raise CodeRefusedError(Reason.NO_KEY)
    content = _content(code.removeprefix(BEGINS))
    signature, said = content[:SIGNATURE_BYTES], content[SIGNATURE_BYTES:]
    if not any(_signed(key, signature, said) for key in keys):
        raise CodeRefusedError(Reason.SIGNATURE)
    return _statement(said)


def to_text(content: bytes) -> str:
    """Bytes in base64url without padding."""
    return base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")


def from_text(text: str) -> bytes:
    """The bytes of a text in base64url without padding. Raises ValueError."""
    padded = text + "=" * (-len(text) % 4)
    content = base64.b64decode(padded, b"-_", validate=True)
    # The last letter may hold bits that stand for nothing.
    if to_text(content) != text:
        raise ValueError(text)
    return content


def _content(text: str) -> bytes:
    try:
        return from_text(text)
    except (binascii.Error, ValueError):
        raise CodeRefusedError(Reason.SIGNATURE) from None


def _signed(public_key: bytes, signature: bytes, said: bytes) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
        key.verify(signature, PURPOSE + said)
    except (InvalidSignature, ValueError):
        return False
    return True


def _statement(said: bytes) -> Statement:
    """A signed statement; what this version can't read is of another one."""
    try:
        members = json.loads(said)
        if not DATE.fullmatch(members["valid_until"]):
            raise ValueError(said)
        until = date.fromisoformat(members.pop("valid_until"))
        statement = Statement(**members, valid_until=until)
        if statement.encoded() == said:
            return statement
    except (ValueError, TypeError, KeyError):
        pass
    raise CodeRefusedError(Reason.FORM)
