"""``/api/calls/``: the call log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import path
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from crmplus.api.fields import Moment, Text
from crmplus.api.paging import SearchParams, answer, page_of, searched
from crmplus.api.views import Endpoint, user_of
from crmplus.phonebook.api import NumberField
from crmplus.phonebook.normalise import normalise
from crmplus.phonebook.plan import number_plan
from pbxmanager.api_items import EXAMPLE, CallSerializer, CommentSerializer, items
from pbxmanager.commenting import comment_on
from pbxmanager.dispositions import NAME_LENGTH
from pbxmanager.events import CALL_ID_LENGTH, EXTENSION_LENGTH
from pbxmanager.figures import disposition_titles
from pbxmanager.filters import MINE, RECORD, calls_of, record_named
from pbxmanager.missed import missed_by
from pbxmanager.models import Call, Direction, Report, Status
from pbxmanager.searching import search
from pbxmanager.visibility import call_for, visible_for_lists

if TYPE_CHECKING:
    from crmplus.accounts.models import User

USER_LENGTH: Final = 150
KEY_DIGITS: Final = 18


class CallParams(SearchParams):
    """What the list of calls is narrowed to; all that is given must hold."""

    call_id = Text(
        required=False,
        max_length=CALL_ID_LENGTH,
        help_text="Any of the call IDs that phones gave it.",
    )
    status = serializers.ChoiceField(required=False, choices=Status.choices)
    direction = serializers.ChoiceField(required=False, choices=Direction.choices)
    disposition = Text(
        required=False,
        max_length=NAME_LENGTH,
        help_text="What people say came of it, by its name as calls have it.",
    )
    extension = Text(required=False, max_length=EXTENSION_LENGTH)
    user = Text(
        required=False, max_length=USER_LENGTH, help_text="A user's name, or ID."
    )
    number = NumberField(
        required=False, help_text="The other party's number, in any notation."
    )
    target = serializers.RegexField(
        RECORD, required=False, help_text="With this record: `contacts:7`."
    )
    missed = serializers.ChoiceField(
        required=False,
        choices=[MINE],
        help_text="Those that rang for you and that you did not take.",
    )
    since = Moment(required=False, help_text="Calls that began then or later.")
    until = Moment(
        required=False,
        ends=True,
        help_text="Calls that began before; of a day, all until its end.",
    )


def _of_call_id(value: str) -> Q:
    return Q(pk__in=Report.objects.filter(client_call_id=value).values("call"))


def _of_user(value: str) -> Q:
    named = Q(user__username=value)
    if value.isascii() and value.isdigit() and len(value) <= KEY_DIGITS:
        return named | Q(user=int(value))
    return named


def _of_disposition(value: str) -> Q:
    named = [pk for pk, title in disposition_titles().items() if title == value]
    return Q(disposition__in=named)


def _of_number(value: str) -> Q:
    party = normalise(value, number_plan()).key
    # Nobody has an empty number; an anonymous caller has none to look for.
    return Q(party=party) if party else Q(pk__in=[])


FILTERS: Final[Mapping[str, Callable[[Any], Q]]] = {
    "call_id": _of_call_id,
    "status": lambda value: Q(status=value),
    "direction": lambda value: Q(direction=value),
    "disposition": _of_disposition,
    "extension": lambda value: Q(extension=value),
    "user": _of_user,
    "number": _of_number,
    "since": lambda value: Q(started_at__gte=value),
    "until": lambda value: Q(started_at__lt=value),
}


def narrowed(asked: Mapping[str, Any], user: User) -> QuerySet[Call]:
    """The calls that a user may see and that pass all filters, in no order yet."""
    # One's own phone rang, so one may see them.
    rows = missed_by(user) if "missed" in asked else visible_for_lists(user)
    for name, condition in FILTERS.items():
        if name in asked:
            rows = rows.filter(condition(asked[name]))
    if "target" in asked:
        rows = calls_of(record_named(asked["target"], user), rows, user)
    text = searched(asked)
    return search(rows, text, user) if text else rows


class Calls(Endpoint):
    """The call log."""

    @extend_schema(
        operation_id="calls_list",
        summary="List calls",
        description="The calls that you may see and that pass all filters, newest "
        "first, page by page.",
        parameters=[CallParams],
        responses=page_of(CallSerializer),
        examples=[
            OpenApiExample(
                "A page", {"next": None, "results": [EXAMPLE]}, response_only=True
            )
        ],
    )
    def get(self, request: Request) -> Response:
        """A page of calls."""
        asked = CallParams.of(request)
        rows = narrowed(asked, user_of(request))
        return answer(
            request, asked, rows, "-started_at", lambda found: _as_json(found, request)
        )


class OneCall(Endpoint):
    """A call of the log."""

    @extend_schema(
        operation_id="calls_read",
        summary="Read a call",
        description="The ID of a call that was joined into another one gives that one.",
        responses=CallSerializer,
        examples=[OpenApiExample("A call", EXAMPLE, response_only=True)],
    )
    def get(self, request: Request, id: UUID) -> Response:
        """One call."""
        return Response(_as_json([_call(request, id)], request)[0])


class CallComments(Endpoint):
    """The comments of a call."""

    @extend_schema(
        operation_id="calls_comment",
        summary="Comment on a call",
        description="The comment is yours; it shows on the call, and on its record.",
        request=CommentSerializer,
        responses={201: CommentSerializer},
        examples=[
            OpenApiExample(
                "A comment", {"text": "Wants an offer until Friday."}, request_only=True
            ),
            OpenApiExample(
                "The comment",
                EXAMPLE["comments"][0],
                response_only=True,
                status_codes=["201"],
            ),
        ],
    )
    def post(self, request: Request, id: UUID) -> Response:
        """``{"text": …}``"""
        call = _call(request, id)
        asked = CommentSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        comment = comment_on(call, user_of(request), asked.validated_data["text"])
        return Response(CommentSerializer(comment).data, status.HTTP_201_CREATED)


def _call(request: Request, uid: UUID) -> Call:
    """The call at an address; Http404 where this user sees none."""
    call = call_for(user_of(request), uid)
    if call is None:
        raise Http404
    return call


def _as_json(calls: Sequence[Call], request: Request) -> Any:
    found = items(calls, user_of(request))
    return CallSerializer(found, many=True, context={"request": request}).data


urlpatterns = [
    path("calls/", Calls.as_view(), name="calls"),
    path("calls/<uuid:id>/", OneCall.as_view(), name="call"),
    path("calls/<uuid:id>/comments/", CallComments.as_view(), name="call-comments"),
]
