"""Texts from phones, made harmless and read. Pure: knows no Django."""

from __future__ import annotations

import re
from urllib.parse import unquote

from crmplus.logs import mask
from pbxmanager.endpoint_spec import KEY_BEGINS

# Control characters, bidi marks and overrides, zero-width space, surrogates and tags:
# nothing that a name or number needs, all that can hide or reorder a text.
UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
BREAKS = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")
# What no database stores in a text: NUL (PostgreSQL) and lone surrogates (UTF-8).
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
SECRET_NAME = re.compile(r"pass|secret|token|key|auth|pwd", re.IGNORECASE)
MASK = "…"

# The variables of 48 phones and softphones, as they arrive where nobody filled them in.
PLACEHOLDER = re.compile(
    r"""
      \${1,2}[A-Za-z_][\w-]*\${0,2}     # $remote, $call-id, $$REMOTENUMBER$$
    | \$\{.*\}                          # ${caller.uri}, ${URIENCODE(${EXTEN})}
    | \{{1,2}[A-Za-z_][\w.:\ -]*\}{1,2} # {CALLERNUM}, {CALLERNUM:1}
    | \[[A-Za-z_]\w*\]                  # [Number]
    | <[A-Za-z]\w*(?:\.\w+)+>           # <Call.NumberSC>
    | %{1,2}[A-Za-z_]\w*%{1,2}          # %CallerNumber%, %%CallerNumber%%
    | \ufffd+\w+%{1,2}                  # %CallerNumber% after somebody unquoted %Ca
    """,
    re.VERBOSE,
)
SCHEME = re.compile(r"(?:sips?|tel|callto):(?://)?", re.IGNORECASE)
ANGLES = re.compile(r"<([^<>]*)>")
# A plus that became a space on its way; shorter texts are no international numbers.
LOST_PLUS = re.compile(r" (?=\d{7,}$)")


def clean(text: str, length: int) -> str:
    """A text on one line without anything that hides or reorders it, cut to length.

    Its outer spaces stay: the first one may be a lost plus.
    """
    if not (text.isascii() and text.isprintable()):
        text = UNSAFE.sub("", BREAKS.sub(" ", text))
    return text[:length]


def storable(name: str, text: str, length: int) -> str:
    """A text as it came, but such that it can be kept: cut, and secrets masked."""
    if SECRET_NAME.search(name):
        return MASK
    if not text.isascii() or "\x00" in text:
        text = UNSTORABLE.sub("\ufffd", text)
    return (mask(text) if KEY_BEGINS in text else text)[:length]


def is_placeholder(text: str) -> bool:
    """Whether a phone sent the name of a variable instead of its value."""
    return bool(PLACEHOLDER.fullmatch(text.strip()))


def extension_in(text: str) -> str:
    """The extension in what a phone states: ``sip:201@host;transport=udp`` → ``201``.

    A display name, scheme, host and URI parameters (RFC 3261, section 19.1) go.
    """
    found = ANGLES.search(text)
    if found and SCHEME.match(found[1]):
        text = found[1]
    text = LOST_PLUS.sub("+", text).strip()
    is_uri = SCHEME.match(text)
    text = text[is_uri.end() :] if is_uri else text
    user = re.split("[@;]", text, maxsplit=1)[0]
    return unquote(user, errors="replace").strip() if is_uri else user.strip()
