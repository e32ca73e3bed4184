"""The cards that live messages bring into all tabs of a user."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crmplus.tickets.activity_views import activity_for
from crmplus.tickets.showing import activity_rows, ticket_rows
from crmplus.tickets.ticket_views import ticket_for
from crmplus.web import signed_in_user


def _card(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"tickets/cards/{template}.html", context)


@login_required
@require_GET
def reminder(request: HttpRequest, pk: int) -> HttpResponse:
    """The card that says that an activity is due."""
    return _activity_card(request, pk, "due")


@login_required
@require_GET
def activity_news(request: HttpRequest, pk: int) -> HttpResponse:
    """The card that says that somebody gave one an activity."""
    return _activity_card(request, pk, "activity")


def _activity_card(request: HttpRequest, pk: int, template: str) -> HttpResponse:
    found = activity_for(request, pk)
    (row,) = activity_rows([found], signed_in_user(request))
    return _card(request, template, {"row": row})


@login_required
@require_GET
def ticket_news(request: HttpRequest, pk: int) -> HttpResponse:
    """The card that says that somebody gave one a ticket."""
    (row,) = ticket_rows([ticket_for(request, pk)], signed_in_user(request))
    return _card(request, "ticket", {"row": row})
