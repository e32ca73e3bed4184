"""What a ticket and an activity are in the JSON API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.fields import empty

from crmplus.accounts.models import User
from crmplus.api.fields import FIRST, LAST, Flag, Key, PageUrl, Text, Time, UserName
from crmplus.phonebook.records import resolve
from crmplus.tickets import texts
from crmplus.tickets.fields import parse_target, users_who_work
from crmplus.tickets.models import (
    NUMBER_LENGTH,
    Activity,
    Kind,
    Priority,
    Status,
    Ticket,
)

TARGET_HELP = "The record it is about: `contacts:7`; empty for none."
PRIORITIES = {"low": Priority.LOW, "normal": Priority.NORMAL, "high": Priority.HIGH}
PRIORITY_WORDS = {value: word for word, value in PRIORITIES.items()}


class Line(Text):
    """One line of text, taken in as it will be stored: without unseen characters."""

    def run_validation(self, data: Any = empty) -> Any:
        """Called with what was sent. Raises ValidationError."""
        self.too_long(data)
        # NUL is none of the characters to forgive: it is refused.
        if isinstance(data, str) and "\x00" not in data:
            data = texts.line(data)
        return super().run_validation(data)


@extend_schema_field({"type": "string", "nullable": True})
class OwnerField(serializers.Field[Any, Any, Any, Any]):
    """Who does it, by name; null for nobody."""

    def __init__(self, **options: Any) -> None:
        options = {"help_text": "A user's name; null for nobody.", **options}
        super().__init__(required=False, allow_null=True, **options)

    def to_representation(self, value: User) -> str:
        """The user's name."""
        return value.username

    def to_internal_value(self, data: Any) -> User:
        """The user. Raises ValidationError."""
        name = Text().run_validation(data)
        found = users_who_work().filter(username=name).first()
        if found is None:
            raise ValidationError("No user who works here has this name.")
        return found


@extend_schema_field({"type": "string", "example": "contacts:7"})
class TargetField(serializers.Field[Any, Any, Any, Any]):
    """The record it is about."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, help_text=TARGET_HELP, **options)

    def get_attribute(self, instance: Any) -> Any:
        """Never None: what is about nobody is an empty text."""
        return instance.target or ("", None)

    def to_representation(self, value: Any) -> str:
        """The reference as a text."""
        return f"{value[0]}:{value[1]}" if value[0] else ""

    def to_internal_value(self, data: Any) -> Any:
        """The reference, None for nobody. Raises ValidationError."""
        text = Text(allow_blank=True).run_validation(data)
        if not text:
            return None
        reference = parse_target(text)
        user = self.context["request"].user
        if reference is None or not resolve(*reference, user):
            raise ValidationError("There is no such record.")
        return reference


class DueField(serializers.DateTimeField):
    """When it is due: ISO 8601; what has no offset is of the user's time zone.

    It goes out in UTC, as all times do.
    """

    def to_internal_value(self, value: Any) -> datetime:
        """The moment. Raises ValidationError."""
        at = super().to_internal_value(value)
        if not FIRST <= at <= LAST:
            raise ValidationError("The time is too far away.")
        return at

    def to_representation(self, value: Any) -> str:
        """The moment in UTC: "2026-03-04T15:00:00Z"."""
        return str(Time().to_representation(value))


class PriorityField(serializers.ChoiceField):
    """A priority by its word."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=list(PRIORITIES), required=False, **options)

    def to_representation(self, value: Any) -> str:
        """The word."""
        return PRIORITY_WORDS[Priority(value)]

    def to_internal_value(self, data: Any) -> Any:
        """The number that stands for it. Raises ValidationError."""
        return PRIORITIES[super().to_internal_value(data)]


class TicketSerializer(serializers.ModelSerializer[Ticket]):
    """Something a customer wants."""

    number = serializers.CharField(read_only=True, help_text="T-1042")
    subject = Line(max_length=texts.SUBJECT_LENGTH)
    description = Text(required=False, allow_blank=True, max_length=texts.TEXT_LENGTH)
    status = serializers.ChoiceField(choices=Status.choices, required=False)
    priority = PriorityField()
    owner = OwnerField()
    target = TargetField()
    due_at = DueField(required=False, allow_null=True)
    created_by = UserName()
    created_at = Time()
    changed_at = Time()
    closed_at = Time(allow_null=True)
    url = PageUrl(source="get_absolute_url", help_text="The ticket's page.")

    class Meta:
        model = Ticket
        fields = (
            "id",
            "number",
            "subject",
            "description",
            "status",
            "priority",
            "owner",
            "target",
            "due_at",
            "created_by",
            "created_at",
            "changed_at",
            "closed_at",
            "url",
        )


class ActivitySerializer(serializers.ModelSerializer[Activity]):
    """Something somebody is to do at a time."""

    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    subject = Line(required=False, allow_blank=True, max_length=texts.SUBJECT_LENGTH)
    note = Text(required=False, allow_blank=True, max_length=texts.TEXT_LENGTH)
    number = Line(
        required=False,
        allow_blank=True,
        max_length=NUMBER_LENGTH,
        help_text="The number to call, in any notation.",
    )
    e164 = serializers.CharField(
        read_only=True, help_text="The number as E.164; empty if it has none."
    )
    owner = OwnerField()
    target = TargetField()
    ticket = Key(
        source="ticket_id",
        required=False,
        allow_null=True,
        help_text="The ID of the ticket that it belongs to.",
    )
    due_at = DueField()
    done = Flag(source="is_done", required=False, help_text="True once it is done.")
    done_at = Time(allow_null=True)
    done_by = UserName()
    created_by = UserName()
    created_at = Time()
    changed_at = Time()
    url = PageUrl(source="get_absolute_url", help_text="The activity's page.")

    class Meta:
        model = Activity
        fields = (
            "id",
            "kind",
            "subject",
            "note",
            "number",
            "e164",
            "owner",
            "target",
            "ticket",
            "due_at",
            "done",
            "done_at",
            "done_by",
            "created_by",
            "created_at",
            "changed_at",
            "url",
        )
