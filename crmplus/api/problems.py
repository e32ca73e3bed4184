"""Errors as ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

CONTENT_TYPE = "application/problem+json"


class TooLarge(APIException):
    """413: a body beyond ``DATA_UPLOAD_MAX_MEMORY_SIZE``."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = gettext_lazy("The body is too large.")
    default_code = "too_large"


def problem(
    status: int, detail: str, errors: Sequence[Mapping[str, str]] = ()
) -> dict[str, Any]:
    """The members of a problem; ``errors`` are pairs of ``field`` and ``detail``."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        **({"errors": list(errors)} if errors else {}),
    }


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """What the REST framework answers an exception with; None leaves it to Django."""
    if isinstance(error, RequestDataTooBig):
        error = TooLarge()
    response = exception_handler(error, context)
    if response is None:
        return None
    faults = [*_faults(error.detail)] if isinstance(error, ValidationError) else []
    detail = _summary(faults) if faults else str(response.data["detail"])
    response.data = problem(response.status_code, detail, faults)
    response.content_type = CONTENT_TYPE
    return response


def _faults(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """What is wrong, one by one; ``field`` is "" for the whole of what was sent."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            whole = name == api_settings.NON_FIELD_ERRORS_KEY
            yield from _faults(inner, path if whole else f"{path}.{name}".strip("."))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _faults(inner, path)
    else:
        yield {"field": path, "detail": str(detail)}


def _summary(faults: Sequence[Mapping[str, str]]) -> str:
    """The faults in a line, for whoever logs nothing else."""
    lines = (
        _("%(field)s: %(detail)s") % fault if fault["field"] else fault["detail"]
        for fault in faults
    )
    return " ".join(lines)
