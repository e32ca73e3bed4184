"""``/api/phonebook/``: who has a number."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crmplus.api.fields import PageUrl, Text
from crmplus.api.paging import Params
from crmplus.api.views import Endpoint, user_of
from crmplus.phonebook.find import COLLEAGUE, COMPANY, EXACT, Match, find
from crmplus.phonebook.normalise import MAX_RAW

EXAMPLE: dict[str, Any] = {
    "type": "contacts",
    "id": 7,
    "name": "Julia Weber",
    "organisation": "Weber Druck GmbH",
    "kind": EXACT,
    "field": "mobile",
    "url": "https://crm.example.com/contacts/7/",
}


class MatchSerializer(serializers.Serializer[Any]):
    """A record that has a number, or a colleague."""

    type = serializers.CharField(
        source="source", help_text="The kind of record, as in its address: contacts."
    )
    id = serializers.SerializerMethodField(help_text="Null for a colleague.")
    name = serializers.CharField(source="title")
    organisation = serializers.CharField(help_text="Empty for none.")
    kind = serializers.ChoiceField(
        choices=[EXACT, COMPANY, COLLEAGUE],
        help_text="`company`: behind the same switchboard, so only a guess.",
    )
    field = serializers.CharField(help_text="The field that has the number: mobile.")
    url = PageUrl(help_text="The record's page.")

    def get_id(self, match: Match) -> int | None:
        """The record's key."""
        return match.object_id or None


class NumberField(Text):
    """A phone number in any notation.

    A blank before it may be a plus that was not encoded in an address, so it stays.
    """

    def __init__(self, **options: Any) -> None:
        words = {"help_text": "A phone number in any notation.", **options}
        super().__init__(max_length=MAX_RAW, trim_whitespace=False, **words)


class NumberParams(Params):
    """What is looked up."""

    number = NumberField()


class Phonebook(Endpoint):
    """Who has a number."""

    @extend_schema(
        operation_id="phonebook_find",
        summary="Find who has a number",
        description="All matches that you may see, the best first, at most 50.",
        parameters=[NumberParams],
        responses=MatchSerializer(many=True),
        examples=[OpenApiExample("An exact match", EXAMPLE, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        """``?number=``"""
        asked = NumberParams.of(request)
        found = find(asked["number"], user_of(request))
        serializer = MatchSerializer(found, many=True, context={"request": request})
        return Response(serializer.data)


urlpatterns = [path("phonebook/", Phonebook.as_view(), name="phonebook")]
