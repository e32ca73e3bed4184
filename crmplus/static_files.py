"""Static files straight from the server process, each cached by browsers for good."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.staticfiles.storage import HashedFilesMixin
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import Redirect, StaticFile
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names with a hash of the content, also where one ES module imports another:
    under two names a module would run twice. Write imports as
    ``import { a } from "./b.js";``, with the semicolon.
    """

    support_js_module_import_aggregation = True
    # Without the source maps that packages name and we don't serve.
    patterns: ClassVar = (("*.css", HashedFilesMixin.patterns[0][1][:2]),)


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]
    """WhiteNoise that answers with whole files.

    Its own answer streams from a synchronous iterator, which Django under ASGI reads
    into memory anyway, with a warning for each file.
    """

    @staticmethod
    def serve(static_file: StaticFile | Redirect, request: HttpRequest) -> HttpResponse:
        """The file, part of it, or "not modified", as the request asks."""
        answer = static_file.get_response(request.method, request.META)
        content = b""
        if answer.file is not None:
            with answer.file as file:
                content = file.read()
        response = HttpResponse(content, status=int(answer.status))
        del response["content-type"]
        for name, value in answer.headers:
            response[name] = value
        return response
