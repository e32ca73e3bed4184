"""Requests in charsets that can't be read are refused before anything reads them."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

# Python's codecs are many more: some are no text at all, some decode in quadratic
# time, and Django takes whichever a request names.
READABLE = ("utf-8", "ascii", "iso8859-1", "cp1252")


def charset_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer 400 to a Content-Type with a charset that no browser sends."""

    def middleware(request: HttpRequest) -> HttpResponse:
        params = request.content_params or {}
        if not is_readable(params.get("charset", "utf-8")):
            raise BadRequest("unknown charset")
        return get_response(request)

    return middleware


def is_readable(charset: str) -> bool:
    """Whether requests may come in this charset, under any of its names."""
    try:
        return codecs.lookup(charset).name in READABLE
    except LookupError:
        return False
