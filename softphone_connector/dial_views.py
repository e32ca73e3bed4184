"""Click-to-dial from a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from softphone_connector.dial import NotDiallable, dial

if TYPE_CHECKING:
    from crmplus.accounts.models import User


@require_POST
@login_required
def dial_number(request: HttpRequest) -> HttpResponse:
    """Make the call's entry for ``number`` and answer ``{"href", "call"}``.

    400 with a text where the number can't be dialled.
    """
    try:
        dialling = dial(cast("User", request.user), request.POST.get("number", ""))
    except NotDiallable:
        text = _("This is not a number that can be dialled.")
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
    return JsonResponse({"href": dialling.href, "call": str(dialling.call.uid)})
