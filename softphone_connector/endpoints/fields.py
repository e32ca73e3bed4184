"""Parameters of a query or a body (form, multipart, JSON) as a dict of texts.

The body's count before the query's. Of a repeated parameter the first one that is
not empty counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from django.core.exceptions import SuspiciousOperation
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from softphone_connector.endpoints.faults import Code, ParameterError

MAX_FIELDS = 100
BODY = "body"
# Percent signs around a word: a variable nobody filled in, not an escape. "%Ca" of
# %CallerNumber% would be read as one broken byte.
RAW_VARIABLE = re.compile(r"%{1,2}[A-Za-z_]\w*%{1,2}")
# Where a ";" belongs to a value that is not encoded: in SIP and tel URIs (RFC 3261,
# 3966) and Reason headers (RFC 3326), before these of their own parameters.
HAS_PARAMETERS = re.compile(r"sips?\b|tel:|callto:|q\.850|[^=]*<sips?:", re.IGNORECASE)
THEIR_PARAMETERS = frozenset(
    {"cause", "ext", "isub", "phone-context", "tag", "text", "transport", "user"}
)
# What a body may say it is in; Python knows many more codecs that are no charsets.
CHARSET = re.compile(
    r";\s*charset=\"?(us-ascii|iso-8859-(?:1[013-6]|[1-9])|windows-125[0-8])\b",
    re.IGNORECASE,
)
Pair = tuple[str, str]


def decoded(data: bytes, charset: str = "utf-8") -> str:
    """Bytes as text: in the stated charset, else Latin-1, which reads any bytes."""
    try:
        return data.decode(charset)
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _unquoted(text: str, charset: str) -> str:
    if "%" not in text and "+" not in text and text.isascii():
        return text
    if RAW_VARIABLE.fullmatch(text):
        return text
    data = text.replace("+", " ").encode("latin-1")
    return decoded(unquote_to_bytes(data), charset)


def _split(text: str, names: Container[str]) -> Iterator[str]:
    """The pieces between "&", and between ";" where a known parameter follows."""
    for piece in text.split("&"):
        if ";" not in piece:
            yield piece
            continue
        current, *rest = piece.split(";")
        for part in rest:
            name = part.partition("=")[0]
            value = current.partition("=")[2]
            inside = name in THEIR_PARAMETERS and HAS_PARAMETERS.match(value)
            if name in names and "=" in part and not inside:
                yield current
                current = part
            else:
                current = f"{current};{part}"
        yield current


def pairs(data: bytes, names: Container[str], charset: str = "utf-8") -> list[Pair]:
    """The pairs of a query or of a form, at most 100. Reads whatever comes."""
    found: list[Pair] = []
    for piece in _split(data.decode("latin-1"), names):
        name, _equals, value = piece.partition("=")
        if name and len(found) < MAX_FIELDS:
            found.append((_unquoted(name, charset), _unquoted(value, charset)))
    return found


def first_stated(found: Iterable[Pair]) -> dict[str, str]:
    """One value for each name: the first that is not empty, else empty."""
    values: dict[str, str] = {}
    for name, value in found:
        if not values.get(name, "").strip():
            values[name] = value
    return values


def _scalars(name: str, value: Any) -> Iterator[Pair]:
    """The texts of a JSON value; null states nothing, and objects have no meaning."""
    if isinstance(value, list):
        for item in value:
            if not isinstance(item, list):
                yield from _scalars(name, item)
    elif isinstance(value, bool):
        yield name, str(value).lower()
    elif isinstance(value, str | int | float):
        yield name, str(value)


def _json_pairs(text: str) -> list[Pair]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParameterError(Code.BODY_UNREADABLE, BODY) from error
    if not isinstance(found, dict):
        raise ParameterError(Code.BODY_UNREADABLE, BODY)
    return [
        pair
        for name, value in list(found.items())[:MAX_FIELDS]
        for pair in _scalars(name, value)
    ]


def _multipart_pairs(body: bytes, content_type: str) -> list[Pair]:
    meta = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": len(body)}
    try:
        form, _files = MultiPartParser(meta, BytesIO(body), [], "utf-8").parse()
    except (MultiPartParserError, SuspiciousOperation, ValueError) as error:
        raise ParameterError(Code.BODY_UNREADABLE, BODY) from error
    return [(name, value) for name, values in form.lists() for value in values]


def _content_type(header: str) -> tuple[str, str]:
    """Media type and charset of a Content-Type header."""
    media_type = header.partition(";")[0].strip().lower()
    charset = CHARSET.search(header)
    return media_type, charset[1].lower() if charset else "utf-8"


def body_pairs(body: bytes, header: str, names: Container[str]) -> list[Pair]:
    """The pairs of a body; its form is looked at where its type says nothing useful.

    Raises ParameterError for broken JSON or multipart.
    """
    if not body.strip():
        return []
    media_type, charset = _content_type(header)
    if media_type == "multipart/form-data":
        return _multipart_pairs(body, header)
    is_form = media_type == "application/x-www-form-urlencoded"
    if media_type.endswith("json") or (not is_form and body.lstrip()[:1] == b"{"):
        return _json_pairs(decoded(body, charset))
    return pairs(body.strip(), names, charset)


def merged(query: Iterable[Pair], body: Iterable[Pair]) -> dict[str, str]:
    """All parameters; the body's count first."""
    return first_stated([*body, *query])
