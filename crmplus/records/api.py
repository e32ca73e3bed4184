"""``/api/leads/``, ``/api/contacts/``, …: the records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ModelViewSet

from crmplus.accounts.visibility import visible_records
from crmplus.api.fields import Text
from crmplus.api.paging import SearchParams, answer, page_of, searched
from crmplus.api.views import Endpoint, user_of
from crmplus.records.api_items import RecordSerializer, serializer_class
from crmplus.records.history import note_created, note_saved, values_of
from crmplus.records.models import Record
from crmplus.records.narrowing import in_order
from crmplus.records.parts import NOBODY, parts
from crmplus.records.search import search
from crmplus.records.types import TYPES, RecordType

if TYPE_CHECKING:
    from crmplus.accounts.models import User

NAME_LENGTH = 150

PERSON = {
    "first_name": "Julia",
    "last_name": "Weber",
    "phone": "030 1234567",
    "mobile": "0171 2345678",
    "email": "julia.weber@example.com",
    "country": "DE",
}
COMPANY = {
    "name": "Weber Druck GmbH",
    "phone": "030 1234567-0",
    "email": "info@example.com",
    "country": "DE",
}


class RecordParams(SearchParams):
    """What a list of records is narrowed to; all that is given must hold."""

    owner = Text(
        required=False,
        allow_blank=True,
        max_length=NAME_LENGTH,
        help_text="Whose: a user's name; empty: nobody's.",
    )
    country = serializers.RegexField(
        r"^[A-Z]{2}\Z", required=False, help_text="ISO 3166-1: `DE`."
    )
    city = Text(required=False, max_length=100, help_text="Begins so.")


def _passing(
    kind: RecordType, user: User, asked: Mapping[str, Any], order: str
) -> QuerySet[Record]:
    """The records that a user sees and that pass all filters, to be read by ``order``
    (a column), or by the index of what they are then filtered by.
    """
    chosen = {name: asked[name] for name in ("country", "city") if name in asked}
    if "owner" in asked:
        owner = get_user_model().objects.filter(username=asked["owner"]).first()
        if asked["owner"] and owner is None:
            return kind.model.objects.none()
        chosen["owner"] = str(owner.pk) if owner else NOBODY
    return in_order(kind.model.objects.all(), parts(kind, user, chosen), order)


class RecordViewSet(Endpoint, ModelViewSet[Record]):
    """The records of a kind, as on its pages: those that the user sees."""

    kind: ClassVar[RecordType]
    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> QuerySet[Record]:
        """All that the user sees and that are not in the recycle bin."""
        rows = self.kind.model.objects.select_related("owner")
        return visible_records(user_of(self.request), rows)

    def list(self, request: Request, *args: Any, **options: Any) -> Response:
        """A page of records, by name."""
        asked = RecordParams.of(request)
        user, text = user_of(request), searched(asked)
        rows = _passing(self.kind, user, asked, "" if text else "name_key")
        rows = rows.select_related("owner")
        if text:
            rows = search(self.kind, rows, text, user)
        return answer(
            request,
            asked,
            rows,
            "name_key",
            lambda found: self.get_serializer(found, many=True).data,
        )

    def perform_create(self, serializer: BaseSerializer[Record]) -> None:
        """Make it, and note who did."""
        with transaction.atomic():
            note_created(serializer.save(), user_of(self.request))

    def perform_update(self, serializer: BaseSerializer[Record]) -> None:
        """Change it, and note what became of it."""
        assert serializer.instance is not None  # noqa: S101
        before = values_of(serializer.instance)
        with transaction.atomic():
            note_saved(serializer.save(), user_of(self.request), before)

    def perform_destroy(self, instance: Record) -> None:
        """Move it to the recycle bin, from where it can be restored."""
        instance.move_to_bin(by=user_of(self.request))

    def get_success_headers(self, data: Any) -> dict[str, str]:
        """Where a new record is (RFC 9110, section 10.2.2)."""
        return {"Location": reverse(f"api:{self.kind.key}-detail", args=[data["id"]])}


def viewset(kind: RecordType) -> type[RecordViewSet]:
    """The views of a kind of records."""
    serializer = serializer_class(kind)
    made = type(
        f"{kind.model.__name__}ViewSet",
        (RecordViewSet,),
        {"kind": kind, "serializer_class": serializer},
    )
    return cast("type[RecordViewSet]", _described(kind, serializer)(made))


def _described(kind: RecordType, serializer: type[RecordSerializer]) -> Any:
    """Words for the API's description."""
    one, many = kind.model.__name__.lower(), kind.key
    sent = OpenApiExample(
        "Example", PERSON if kind.is_person else COMPANY, request_only=True
    )
    return extend_schema_view(
        list=extend_schema(
            summary=f"List {many}",
            description="By name, page by page.",
            parameters=[RecordParams],
            responses=page_of(serializer),
        ),
        create=extend_schema(summary=f"Create: {one}", examples=[sent]),
        retrieve=extend_schema(summary=f"Read: {one}"),
        update=extend_schema(
            summary=f"Change: {one}",
            description="What is not sent stays as it is.",
            examples=[sent],
        ),
        partial_update=extend_schema(
            summary=f"Change some fields: {one}",
            examples=[OpenApiExample("Example", {"phone": ""}, request_only=True)],
        ),
        destroy=extend_schema(
            summary=f"Delete: {one}", description="It goes to the recycle bin."
        ),
    )


router = SimpleRouter()
for _kind in TYPES.values():
    router.register(_kind.key, viewset(_kind), basename=_kind.key)
urlpatterns = router.urls
