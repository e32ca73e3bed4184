"""Listening to the recording of a call."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from http import HTTPStatus
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.core.handlers.asgi import ASGIRequest
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crmplus.web import signed_in_user
from pbxmanager.heard import note_heard
from pbxmanager.recordings import (
    NotAllowed,
    NotThere,
    Recording,
    fetch,
    let_go_of_database,
)
from pbxmanager.visibility import call_for

logger = logging.getLogger(__name__)
# A recording is nobody's page, and stays in no cache.
GUARDED = {
    "Cache-Control": "private, no-store",
    "Content-Disposition": "inline",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


@login_required
@require_safe
def recording(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The recording of a call, or the part of it that ``Range`` asks for.

    404 where there is none for this user, also where its host is no longer on the
    admin's list; 502 where the host does not give it.
    """
    user = signed_in_user(request)
    call = call_for(user, uid)
    if call is None or not call.recording_url:
        raise Http404
    try:
        found = fetch(call.recording_url, request.headers)
    except NotAllowed as refusal:
        logger.warning("The recording of %s is not fetched: %s", call.uid, refusal)
        raise Http404 from refusal
    except NotThere as failure:
        logger.warning("The recording of %s is not there: %s", call.uid, failure)
        text = _("The recording cannot be fetched at the moment.")
        return HttpResponse(
            text,
            status=HTTPStatus.BAD_GATEWAY,
            content_type="text/plain; charset=utf-8",
        )
    note_heard(call.uid, user)
    return _passed_on(request, found)


def _passed_on(request: HttpRequest, found: Recording) -> HttpResponseBase:
    headers = {**found.headers, **GUARDED}
    if request.method == "HEAD" or found.status == 416:
        found.close()
        headers.pop("Content-Length", None)
        return HttpResponse(status=found.status, headers=headers)
    in_the_loop = isinstance(request, ASGIRequest)
    pieces = _in_threads(found) if in_the_loop else found.pieces()
    return StreamingHttpResponse(pieces, status=found.status, headers=headers)


async def _in_threads(found: Recording) -> AsyncIterator[bytes]:
    """The pieces, each read in a worker thread: the event loop waits for nobody.

    The connection to the database goes back first: a player that is paused holds its
    stream for as long as an answer may take, and there are few connections.
    """
    try:
        await sync_to_async(let_go_of_database)()
        while piece := await asyncio.to_thread(found.read):
            yield piece
    finally:
        found.close()
