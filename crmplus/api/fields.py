"""Fields of what comes in and goes out, as strict as the API's description."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

DAY = timedelta(days=1)
# Before and after lies nothing; and every database and time zone can reckon with them.
FIRST = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime(2200, 1, 1, tzinfo=UTC)


class Text(serializers.CharField):
    """A text: a JSON string and nothing else, whose length counts as it was sent."""

    def run_validation(self, data: Any = empty) -> Any:
        """Called with what was sent. Raises ValidationError."""
        if data is not empty and data is not None and not isinstance(data, str):
            self.fail("invalid")
        self.too_long(data)
        return super().run_validation(data)

    def too_long(self, data: Any) -> None:
        """Raise ValidationError for a text beyond the limit, before it is trimmed."""
        if isinstance(data, str) and self.max_length and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)


class Flag(serializers.BooleanField):
    """True or false, and nothing that may stand for it, as the schema says."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Key(serializers.IntegerField):
    """The key of a row: a whole number in JSON, not one written as a text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=2**63 - 1, **options)

    def to_internal_value(self, data: Any) -> int:
        """Called with what was sent. Raises ValidationError."""
        whole = isinstance(data, int) or (isinstance(data, float) and data.is_integer())
        if isinstance(data, bool) or not whole:
            self.fail("invalid")
        return int(data)


class Time(serializers.DateTimeField):
    """A time that goes out: ISO 8601 in UTC ("2026-03-04T11:00:00Z")."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, read_only=True, **options)


@extend_schema_field(str)
class UserName(serializers.Field[Any, Any, str, Any]):
    """A user by name, as one signs in; null for nobody."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **options)

    def to_representation(self, value: Any) -> str:
        """The user's name."""
        return str(value.get_username())


@extend_schema_field({"type": "string"})
class PageUrl(serializers.Field[Any, Any, str, Any]):
    """The address of a page, with scheme and host; "" for none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Any) -> str:
        """The address as the caller of the API can open it."""
        return str(self.context["request"].build_absolute_uri(value)) if value else ""


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "format": "date-time"},
            {"type": "string", "format": "date"},
        ]
    }
)
class Moment(serializers.Field[datetime, str, Any, Any]):
    """A time that narrows a list: ISO 8601, a moment or a whole day.

    What has no offset, and each day, is of the user's time zone. With ``ends`` a day
    stands for its end.
    """

    default_error_messages = {  # noqa: RUF012  (as the base class declares it)
        "invalid": _(
            "Write a time such as 2026-03-04T12:00:00+01:00, or a day such as "
            "2026-03-04."
        )
    }

    def __init__(self, *, ends: bool = False, **options: Any) -> None:
        self.ends = ends
        super().__init__(**options)

    def to_internal_value(self, data: str) -> datetime:
        """The moment, aware. Raises ValidationError."""
        try:
            day = parse_date(data)
            at = self._of_day(day) if day else parse_datetime(data)
            if at is None:
                self.fail("invalid")
            if timezone.is_naive(at):
                at = timezone.make_aware(at)
            return min(max(at, FIRST), LAST)
        except OverflowError:
            return FIRST if data < "1970" else LAST
        except ValueError:
            self.fail("invalid")

    def _of_day(self, day: date) -> datetime:
        return datetime.combine(day + DAY if self.ends else day, time.min)
