"""``/api/dial/``: click-to-dial."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from crmplus.api.views import Endpoint, user_of
from crmplus.phonebook.api import NumberField
from softphone_connector.dial import NotDiallable, dial


class DialSerializer(serializers.Serializer[Any]):
    """What to dial."""

    number = NumberField()


class DiallingSerializer(serializers.Serializer[Any]):
    """What a click began."""

    href = serializers.CharField(help_text="The URI that dials, by your dial method.")
    call = serializers.UUIDField(
        source="call.uid", help_text="The call's entry: see /api/calls/{id}/."
    )


class Dial(Endpoint):
    """Click-to-dial."""

    @extend_schema(
        operation_id="dial",
        summary="Begin an outbound call",
        description=(
            "Makes the call's entry, which your phone's events then fill, and gives "
            "the URI that hands the number to your phone. The same number again "
            "within 5 s is the same entry."
        ),
        request=DialSerializer,
        responses={201: DiallingSerializer},
        examples=[
            OpenApiExample("A number", {"number": "030 1234567"}, request_only=True),
            OpenApiExample(
                "The entry",
                {
                    "href": "tel:+49301234567",
                    "call": "5c7ae5ba-4d4b-4a5e-9a3b-8d1d0a4f7c11",
                },
                response_only=True,
                status_codes=["201"],
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """``{"number": …}``"""
        asked = DialSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            dialling = dial(user_of(request), asked.validated_data["number"])
        except NotDiallable as error:
            text = _("This is not a number that can be dialled.")
            raise ValidationError({"number": text}) from error
        return Response(
            DiallingSerializer(dialling).data, status=status.HTTP_201_CREATED
        )


urlpatterns = [path("dial/", Dial.as_view(), name="dial")]
