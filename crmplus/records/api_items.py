"""What a record is in the JSON API: built from the fields of its model."""

from __future__ import annotations

import copy
from typing import Any, ClassVar, cast

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.fields import empty

from crmplus.accounts.visibility import visible_records
from crmplus.api.fields import Key, PageUrl, Text, Time
from crmplus.api.views import user_of
from crmplus.records.keys import one_line
from crmplus.records.models import PHONE_FIELDS, Organisation, Record
from crmplus.records.types import RecordType

ADDRESS = ("website", "street", "postcode", "city", "country")


class Line(Text):
    """One line of text, taken in as it will be stored: without unseen characters."""

    def run_validation(self, data: Any = empty) -> Any:
        """Called with what was sent. Raises ValidationError."""
        self.too_long(data)
        # NUL is none of the characters to forgive: it is refused.
        if isinstance(data, str) and "\x00" not in data:
            data = one_line(data)
        return super().run_validation(data)


class _OfRecord:
    """A related row: one that is on offer, or that the record has already."""

    offered: ClassVar[Q]

    def run_validation(self, data: Any = empty) -> Any:
        """Called with what was sent; an empty text is no word for nobody."""
        field = cast("Any", self)
        if data == "":
            return field.to_internal_value(data)
        return super().run_validation(data)  # type: ignore[misc]

    def get_queryset(self) -> QuerySet[Any]:
        """What is on offer."""
        field = cast("Any", self)
        kept = getattr(field.parent.instance, f"{field.source}_id", None)
        return cast("QuerySet[Any]", field.queryset.filter(self.offered | Q(pk=kept)))


class OwnerField(_OfRecord, serializers.SlugRelatedField[Any]):
    """The user in charge, by name."""

    offered = Q(is_active=True)

    def to_internal_value(self, data: Any) -> Any:
        """The user. Raises ValidationError, also for a text that no column can hold."""
        return super().to_internal_value(Text().run_validation(data))


class OrganisationField(_OfRecord, serializers.PrimaryKeyRelatedField[Organisation]):
    """The organisation of a contact, by its key: one that the user sees."""

    offered = Q(deleted_at=None)

    def get_queryset(self) -> QuerySet[Any]:
        """What is on offer to who asks."""
        field = cast("Any", self)
        kept = getattr(field.parent.instance, f"{field.source}_id", None)
        seen = visible_records(user_of(self.context["request"]), super().get_queryset())
        return super().get_queryset().filter(Q(pk__in=seen.values("pk")) | Q(pk=kept))


class RecordSerializer(serializers.ModelSerializer[Record]):
    """What all kinds have in common; ``serializer_class`` fits it to one."""

    serializer_field_mapping = {  # noqa: RUF012  (as the base class declares it)
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: Line,
    }

    url = PageUrl(source="get_absolute_url", help_text="The record's page.")
    owner = OwnerField(
        slug_field="username",
        queryset=get_user_model()._default_manager.all(),
        required=False,
        allow_null=True,
        help_text="The name of the user in charge; null for nobody.",
    )
    created_at = Time()
    changed_at = Time()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Hold what was sent to the model's own rules."""
        model = cast("type[Record]", self.Meta.model)
        record = copy.copy(self.instance) if self.instance else model()
        for name, value in attrs.items():
            setattr(record, name, value)
        record.clean()
        return attrs

    def update(self, instance: Record, validated_data: dict[str, Any]) -> Record:
        """Write what was sent and nothing else: people change records meanwhile."""
        for name, value in validated_data.items():
            setattr(instance, name, value)
        instance.save(update_fields=[*validated_data, "changed_at"])
        return instance


def serializer_class(kind: RecordType) -> type[RecordSerializer]:
    """The serializer of a kind of records."""
    names = [name for name in kind.name_fields if name != "organisation_name"]
    own: dict[str, Any] = {}
    if "organisation_name" in kind.name_fields:
        names.append("organisation")
        own["organisation"] = OrganisationField(
            queryset=Organisation.all_objects.all(),
            pk_field=Key(),
            required=False,
            allow_null=True,
            help_text="The ID of its organisation; null for none.",
        )
    fields = ("id", *names, *PHONE_FIELDS, "email", *ADDRESS, "owner")
    times = ("created_at", "changed_at", "url")
    meta = type("Meta", (), {"model": kind.model, "fields": (*fields, *times)})
    name = kind.model.__name__
    members = {**own, "Meta": meta, "__doc__": f"A record of the kind {name.lower()}."}
    made = type(f"{name}Serializer", (RecordSerializer,), members)
    return cast("type[RecordSerializer]", made)
