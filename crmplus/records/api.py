"""``/api/leads/``, ``/api/contacts/``, …: the records."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ModelViewSet

from crmplus.accounts.visibility import visible_records
from crmplus.api.paging import SearchParams, answer, page_of, searched
from crmplus.api.views import Endpoint, user_of
from crmplus.records.api_items import RecordSerializer, serializer_class
from crmplus.records.history import note_created, note_saved, values_of
from crmplus.records.models import Record
from crmplus.records.search import search
from crmplus.records.types import TYPES, RecordType
from crmplus.records.visible import visible_to

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
        asked = SearchParams.of(request)
        user, text = user_of(request), searched(asked)
        rows = visible_to(self.kind, user, "" if text else "name_key")
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
            parameters=[SearchParams],
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
