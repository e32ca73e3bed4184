"""What comes in, and in which form answers go out: JSON, whatever is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils import json


class JsonParser(JSONParser):
    """Reads JSON as RFC 8259 has it: UTF-8, whatever else is said, and no NaN."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The body's value. Raises ParseError."""
        try:
            return json.loads(stream.read().decode())
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is no JSON that can be read.")) from error


class OnlyJson(BaseContentNegotiation):
    """JSON for everybody: a browser that asks for HTML can show it, too."""

    def select_parser(
        self, request: Request, parsers: Iterable[BaseParser]
    ) -> BaseParser | None:
        """The parser, if the body is said to be JSON; None gives 415."""
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return next((one for one in parsers if one.media_type == kind), None)

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """The only one."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type
