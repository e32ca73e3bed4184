"""The wall board: for users who may see all figures, and for screens with a link."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from crmplus.accounts.rights import open_to_statistics
from crmplus.web import signed_in_user
from pbxmanager.statistics.people import seen_by
from pbxmanager.statistics.wall import board
from pbxmanager.statistics.wall_links import find

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@open_to_statistics
@login_required
@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """The board, for who may see the figures of all calls."""
    _need_all(request)
    return _page(request, reverse("statistics:wall-figures"))


@open_to_statistics
@login_required
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """The board's figures as JSON."""
    _need_all(request)
    return _figures()


def _need_all(request: HttpRequest) -> None:
    if seen_by(signed_in_user(request)).people is not None:
        raise PermissionDenied


@open_to_statistics
@require_GET
def linked_wall(request: HttpRequest, secret: str) -> HttpResponse:
    """The board for a screen; who asks needs no session, and gets none."""
    if find(secret) is None:
        raise Http404
    return _page(request, reverse("statistics:linked-wall-figures", args=[secret]))


@open_to_statistics
@require_GET
def linked_figures(request: HttpRequest, secret: str) -> HttpResponse:
    """The board's figures for a screen."""
    if find(secret) is None:
        raise Http404
    return _figures()


def _page(request: HttpRequest, url: str) -> HttpResponse:
    now = board()
    context = {
        "board": now,
        "told": now.told(),
        "figures_url": url,
        "light": "light" in request.GET,
    }
    response = render(request, "statistics/wall.html", context)
    for name, value in PRIVATE.items():
        response.headers[name] = value
    return response


def _figures() -> HttpResponse:
    return JsonResponse(board().told(), headers=PRIVATE)
