"""Error pages: what happened, what to do, and a number to name when asking for help.

Who is signed in sees them in the frame of every page; that of our own faults stands
alone and asks nothing of the database.
"""

from __future__ import annotations

import logging
import secrets
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crmplus.context import theme_of_browser

logger = logging.getLogger(__name__)

API = "/api/"
PAGES = {
    400: (
        "alert-circle",
        _("This request could not be read"),
        _("Go back, load the page anew and try again."),
    ),
    403: (
        "lock",
        _("You have no right to see this"),
        _("If you need it for your work, ask your administrator for the right."),
    ),
    404: (
        "map-search",
        _("There is nothing here"),
        _("It may have been deleted or moved, or the address has a typing error."),
    ),
    500: (
        "tool",
        _("Something went wrong on our side"),
        _(
            "Nothing you saved before is lost. Try again in a minute; if it happens "
            "again, give your administrator the number below."
        ),
    ),
}
CSRF = (
    "clock-shield",
    _("This page was open for too long"),
    _(
        "For your safety the form was not sent. Go back, load the page anew and send "
        "it again. Your browser has to accept cookies."
    ),
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, as a page."""
    return _page(request, 400, *PAGES[400])


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, as a page."""
    return _page(request, 403, *PAGES[403])


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, as a page."""
    return _page(request, 404, *PAGES[404])


def server_error(request: HttpRequest) -> HttpResponse:
    """500, as a page; the log names the same number beside the traceback."""
    return _page(request, 500, *PAGES[500])


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without a valid token."""
    return _page(request, 403, *CSRF)


def _page(
    request: HttpRequest, status: int, icon: str, title: Any, text: Any
) -> HttpResponse:
    number = secrets.token_hex(4).upper()
    logger.warning(
        "Request %s: %s %s gave %d.", number, request.method, request.path, status
    )
    if request.path.startswith(API) or not request.accepts("text/html"):
        return _problem(status, f"{title}. {text} ({number})")
    context = {
        "status": status,
        "number": number,
        "icon_name": icon,
        "title": title,
        "text": text,
    }
    html = _in_frame(request, context) or _alone(request, context)
    return HttpResponse(html, status=status, headers={"Cache-Control": "no-store"})


def _in_frame(request: HttpRequest, context: dict[str, Any]) -> str:
    """The page for who is signed in, "" for others and where it can't be made."""
    if context["status"] == HTTPStatus.INTERNAL_SERVER_ERROR or not _is_page(request):
        return ""
    try:
        if not request.user.is_authenticated:
            return ""
        context = {**context, "back": _came_from(request)}
        return loader.get_template("crmplus/error_in_frame.html").render(
            context, request
        )
    except Exception:
        # An error page comes in any case.
        logger.exception("The error page has lost its frame.")
        return ""


def _is_page(request: HttpRequest) -> bool:
    """Whether a browser shows the answer as a page, and it is known who asks: not
    what a script, an image or a player asked for, nor what never got so far."""
    shown = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    is_part = "HX-Request" in request.headers
    return shown and not is_part and hasattr(request, "user")


def _came_from(request: HttpRequest) -> str:
    """The page of ours that led here, "" for none."""
    url = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        url, {request.get_host()}, require_https=request.is_secure()
    )
    is_here = url == request.build_absolute_uri() and request.method == "GET"
    return url if ours and not is_here else ""


def _alone(request: HttpRequest, context: dict[str, Any]) -> str:
    # Without context processors: an error page must not need the database.
    frame = {"language": get_language(), "theme": theme_of_browser(request)}
    context = {**context, "frame": frame}
    template = loader.get_template("crmplus/error.html")
    try:
        return template.render(context)
    except ValueError:
        # A stylesheet that was never collected has no address: then without any.
        logger.exception("The error page has lost its looks.")
        return template.render({**context, "bare": True})


def _problem(status: int, detail: str) -> HttpResponse:
    """The same for a program (RFC 9457), where the API itself was not reached."""
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    return JsonResponse(
        problem,
        status=status,
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store"},
    )
