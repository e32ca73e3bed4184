"""Lists: their parameters, and pages by key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from crmplus import keyset
from crmplus.api.fields import Text

LARGEST_PAGE = 200
CURSOR_LENGTH = 2_000
M = TypeVar("M", bound=Model)


class Params(serializers.Serializer[Any]):
    """The parameters of an address. One that is unknown or comes twice is an error:
    a filter with a typing error must not give everything.
    """

    @classmethod
    def of(cls, request: Request) -> dict[str, Any]:
        """The values that a request gives. Raises ValidationError."""
        given = request.query_params
        params = cls(data=given.dict())
        faults = {
            name: _("Give it only once.") for name in given if _twice(given, name)
        }
        for name in given.keys() - params.fields.keys():
            known = ", ".join(params.fields)
            faults[name] = _("There is no such parameter; there are: %s.") % known
        if faults:
            raise ValidationError(faults)
        params.is_valid(raise_exception=True)
        return cast("dict[str, Any]", params.validated_data)


class PageParams(Params):
    """Which part of a list is asked for."""

    cursor = Text(
        required=False,
        max_length=CURSOR_LENGTH,
        help_text="Where the page begins: as the `next` of the page before has it.",
    )
    limit = serializers.IntegerField(
        default=keyset.PAGE_SIZE,
        min_value=1,
        max_value=LARGEST_PAGE,
        help_text="How many items a page has at most.",
    )


class SearchParams(PageParams):
    """A list that can be searched."""

    q = Text(
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        max_length=200,
        help_text="What is searched for, as on the page.",
    )


def searched(asked: Mapping[str, Any]) -> str:
    """What is searched for, "" for nothing. A blank before a number may be a plus
    that was not encoded in the address, so it stays.
    """
    text: str = asked.get("q", "")
    return text if text.strip() else ""


def answer(
    request: Request,
    asked: Mapping[str, Any],
    rows: QuerySet[M],
    order: str,
    items: Callable[[Sequence[M]], Any],
) -> Response:
    """The page of ``rows`` that is asked for, in one query, and the address of the
    next one. ``order`` as for ``keyset.page``; ``items`` makes of rows what goes out.

    Raises ValidationError for a cursor that is none of this list.
    """
    try:
        found, following = keyset.following(
            rows, order, asked.get("cursor", ""), asked["limit"]
        )
    except keyset.NoPlaceError as error:
        text = _("This is no cursor of this list. Begin without one.")
        raise ValidationError({"cursor": text}) from error
    return Response({"next": _next_url(request, following), "results": items(found)})


def page_of(item: type[serializers.BaseSerializer[Any]]) -> type[Any]:
    """The description of a page of items."""
    name = item.__name__.removesuffix("Serializer")
    fields = {
        "next": serializers.URLField(
            allow_null=True, help_text="The address of the next page; null at the end."
        ),
        "results": item(many=True),
    }
    page = type(f"{name}Page", (serializers.Serializer,), fields)
    return extend_schema_serializer(many=False)(page)


def _next_url(request: Request, cursor: str) -> str | None:
    if not cursor:
        return None
    params = request.query_params.copy()
    params["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{params.urlencode()}")


def _twice(given: Any, name: str) -> bool:
    return len(given.getlist(name)) > 1
