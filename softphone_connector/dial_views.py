"""Click-to-dial from a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pbxmanager.models import Call
from pbxmanager.workplace.on_behalf import may_dial_for
from softphone_connector.dial import NotDiallable, dial

if TYPE_CHECKING:
    from crmplus.accounts.models import User


@require_POST
@login_required
def dial_number(request: HttpRequest) -> HttpResponse:
    """Make the call's entry for ``number`` and answer ``{"href", "call", "for"}``.

    ``for`` are the bosses whose call it may be instead, with the address that says so.
    400 with a text where the number can't be dialled.
    """
    user = cast("User", request.user)
    try:
        dialling = dial(user, request.POST.get("number", ""))
    except NotDiallable:
        text = _("This is not a number that can be dialled.")
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
    return JsonResponse(
        {
            "href": dialling.href,
            "call": str(dialling.call.uid),
            "for": _bosses(user, dialling.call),
        }
    )


def _bosses(user: User, call: Call) -> list[dict[str, str]]:
    url = reverse("softphone_connector:for-boss", args=[call.uid])
    return [
        {
            "text": _("In the name of %(name)s") % {"name": boss},
            "boss": str(boss.pk),
            "url": url,
        }
        for boss in may_dial_for(user.pk)
    ]
