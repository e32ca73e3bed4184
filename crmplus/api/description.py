"""The API's OpenAPI description, at ``/api/schema/``."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator

from crmplus.accounts.rights import open_to_statistics
from crmplus.api.problems import CONTENT_TYPE, problem

OPENAPI = "application/vnd.oai.openapi+json"
WITH_BODY = frozenset({"post", "put", "patch"})
WRITES = WITH_BODY | {"delete"}
PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "example": problem(
        400,
        "phone: Not a valid string.",
        [{"field": "phone", "detail": "Not a valid string."}],
    ),
    "properties": {
        "type": {"type": "string", "description": "Always about:blank."},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What to do, for people."},
        "errors": {
            "type": "array",
            "description": "Each field that can't be accepted.",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {
                    "field": {
                        "type": "string",
                        "description": "Empty where no single field is to blame.",
                    },
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
ERRORS = {
    400: "Something in it can't be accepted; `errors` says what.",
    401: "No token or session, or one that does not count any more.",
    403: "A session that sends no CSRF token.",
    404: "There is no such thing, or you may not see it.",
    413: "The body is too large.",
    415: "The body is not said to be application/json.",
}


@open_to_statistics
@require_GET
def description(request: HttpRequest) -> HttpResponse:
    """The whole description as JSON; it holds nothing secret, and no data."""
    return HttpResponse(described(), content_type=OPENAPI)


@cache
def described() -> str:
    """The description's text: in English for all, for it is made only once."""
    with translation.override("en"):
        generator = SchemaGenerator()  # type: ignore[no-untyped-call]
        schema = generator.get_schema(public=True)  # type: ignore[no-untyped-call]
        return json.dumps(schema, indent=1)


def with_problems(
    result: dict[str, Any], generator: object, request: object, public: bool
) -> dict[str, Any]:
    """Tell of each operation which errors it can answer with."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            for status in _statuses(path, method, operation):
                responses[str(status)] = _response(status)
    return result


def _statuses(path: str, method: str, operation: dict[str, Any]) -> list[int]:
    in_query = any(one["in"] == "query" for one in operation.get("parameters", ()))
    possible = {
        400: in_query or method in WITH_BODY,
        401: True,
        403: method in WRITES,
        404: "{" in path,
        413: method in WITH_BODY,
        415: method in WITH_BODY,
    }
    return [status for status, is_possible in possible.items() if is_possible]


def _response(status: int) -> dict[str, Any]:
    content = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {"description": ERRORS[status], "content": {CONTENT_TYPE: content}}
