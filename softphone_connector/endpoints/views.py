"""The plain door: a Django view. It works under any server."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from crmplus.accounts.rights import open_to_statistics
from crmplus.conf import env
from softphone_connector.endpoints.answers import Answer
from softphone_connector.endpoints.handler import handle
from softphone_connector.endpoints.requests import (
    BODY_LIMIT,
    EventRequest,
    client_address,
)


def read(request: HttpRequest, path: str) -> EventRequest:
    """A Django request as both doors hand it on. Raises UnreadablePostError."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    return EventRequest(
        method=request.method or "",
        path=path,
        query=request.META.get("QUERY_STRING", "").encode("utf-8", "replace"),
        headers=headers,
        body=request.read(BODY_LIMIT + 1),
        remote=client_address(
            request.META.get("REMOTE_ADDR", ""),
            headers.get("x-forwarded-for", ""),
            env.trusted_proxies,
        ),
    )


def respond(answer: Answer) -> HttpResponse:
    """An answer as Django sends it."""
    response = HttpResponse(answer.body, status=answer.status)
    del response.headers["Content-Type"]
    for name, value in answer.headers:
        response.headers[name] = value
    return response


# A phone has no user: whoever is signed in where it is called does not matter.
@open_to_statistics
@csrf_exempt
def event(request: HttpRequest, path: str = "") -> HttpResponse:
    """Take one event: ``/softphone/{key}/{event}``, GET or POST.

    A key stands for the phone; cookies are neither read nor set.
    """
    try:
        read_request = read(request, path)
    except UnreadablePostError:
        # The client went away while it was sending: nobody reads the answer.
        return HttpResponse(status=503)
    return respond(handle(read_request))
