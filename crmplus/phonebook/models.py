"""Who has which number, the installation's number settings, and agents' choices."""

from __future__ import annotations

from typing import ClassVar, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxValueValidator,
    MinValueValidator,
    RegexValidator,
)
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

from crmplus.conf import env
from crmplus.phonebook import patterns
from crmplus.phonebook.normalise import MAX_TEXT, NumberPlan

SLOT_BITS: Final = 16
NUMBERS_LENGTH: Final = 10_000


class PhoneSlot(models.Model):
    """A field of a phone source as a small number, which stands for it in the index."""

    id = models.SmallAutoField(primary_key=True)
    source = models.CharField(max_length=64)
    field = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("source", "field", name="phonebook_slot_unique")
        ]

    def __str__(self) -> str:
        return f"{self.source}.{self.field}"


class RowIdField(models.BigIntegerField):  # type: ignore[type-arg]
    """A key of 64 bits that is given, not counted.

    Only as INTEGER it is SQLite's own row number and costs no second btree.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        if connection.vendor == "sqlite":
            return "integer"
        return super().db_type(connection)


class PhoneIndex(models.Model):
    """A number of a record: one row per record and field, and one per head number.

    ``ref`` is ``object_id << 16 | slot << 1 | trunk``: a record's rows lie side by
    side, and the index over ``e164`` names the record by itself. ``e164`` is the
    number without plus. What cannot be parsed has ``value`` instead. A trunk row
    holds the digits that all numbers behind a switchboard begin with.
    """

    ref = RowIdField(primary_key=True)
    e164 = models.BigIntegerField(null=True)
    # NULL, not "": a partial index holds only the few rows that have a value.
    value = models.CharField(max_length=MAX_TEXT, null=True)  # noqa: DJ001

    class Meta:
        indexes: ClassVar = [
            models.Index("e164", name="phonebook_e164"),
            models.Index(
                "value",
                name="phonebook_value",
                condition=models.Q(value__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref}: {self.e164 or self.value}"


def pack(object_id: int, slot: int, *, trunk: bool = False) -> int:
    """The ``ref`` of a record's field."""
    return object_id << SLOT_BITS | slot << 1 | trunk


def unpack(ref: int) -> tuple[int, int, bool]:
    """The object ID, the slot and the trunk flag of a ``ref``."""
    return ref >> SLOT_BITS, ref >> 1 & (1 << SLOT_BITS - 1) - 1, bool(ref & 1)


class NumberSettings(models.Model):
    """How numbers are written and dialled here: one row, all with defaults.

    ``index_due_at`` is when (UTC) a change made the phone index old, NULL while it is
    up to date.
    """

    region = models.CharField(
        _("region"),
        max_length=2,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{2}$")],
        help_text=_("Two letters such as DE. Empty: as the server is set."),
    )
    area_code = models.CharField(
        _("own area code"),
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^\+?[0-9 ]+$")],
        help_text=_("Completes numbers without area code: 030 or +4930."),
    )
    outside_prefix = models.CharField(
        _("outside-line prefix"),
        max_length=4,
        blank=True,
        validators=[RegexValidator(r"^[0-9]+$")],
        help_text=_("What is dialled before a number outside, such as 0."),
    )
    bare_international = models.BooleanField(
        _("country code without plus"),
        default=False,
        help_text=_("Numbers come as 493023125123, as sipgate sends them."),
    )
    own_numbers = models.TextField(
        _("own numbers"),
        blank=True,
        max_length=NUMBERS_LENGTH,
        help_text=_(
            "One per line; they never match a record. An end of -0 or * stands for "
            "all numbers that begin like it."
        ),
    )
    max_internal = models.PositiveSmallIntegerField(
        _("longest extension"),
        default=5,
        validators=[MaxValueValidator(9)],
        help_text=_("Numbers of up to so many digits are internal."),
    )
    min_internal = models.PositiveSmallIntegerField(
        _("shortest extension"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
        help_text=_("Shorter numbers are no extension."),
    )
    internal_prefixes = models.CharField(
        _("extensions begin with"),
        max_length=100,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{1,9}( *, *[0-9]{1,9})*$")],
        help_text=_("Digits with commas between them, such as 2, 30. Empty: any."),
    )
    ignored_numbers = models.TextField(
        _("ignored numbers"),
        blank=True,
        max_length=NUMBERS_LENGTH,
        help_text=_(
            "One per line, such as the door or the fax: their calls are not logged. "
            "An end of -0 or * stands for all numbers that begin like it."
        ),
    )
    index_due_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("number settings")
        verbose_name_plural = _("number settings")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def load(cls) -> NumberSettings:
        """The installation's row, or an unsaved one with the defaults."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    def clean(self) -> None:
        if self.region and patterns.home_of(self.region) is None:
            raise ValidationError({"region": _("No numbering plan is known for it.")})
        home = patterns.home_of(self.region or env.region)
        abroad = home is None or not self.area_code.startswith(f"+{home.code}")
        if self.area_code.startswith("+") and abroad:
            raise ValidationError(
                {"area_code": _("This area code belongs to another country.")}
            )
        if self.min_internal > self.max_internal > 0:
            raise ValidationError(
                {"min_internal": _("It is longer than the longest extension.")}
            )

    def plan(self) -> NumberPlan:
        """The settings as the pure rules take them."""
        prefixes = (part.strip() for part in self.internal_prefixes.split(","))
        return NumberPlan(
            region=self.region or env.region,
            area_code=self.area_code,
            outside_prefix=self.outside_prefix,
            bare_international=self.bare_international,
            own_numbers=_lines(self.own_numbers),
            max_internal=self.max_internal,
            min_internal=self.min_internal,
            internal_prefixes=tuple(part for part in prefixes if part),
            ignored_numbers=_lines(self.ignored_numbers),
        )


def _lines(text: str) -> tuple[str, ...]:
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line)


class Choice(models.Model):
    """The record that an agent chose among several matches of one number."""

    e164 = RowIdField(primary_key=True)
    source = models.CharField(max_length=64)
    object_id = models.BigIntegerField()
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    chosen_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes: ClassVar = [
            models.Index("source", "object_id", name="phonebook_choice_of")
        ]

    def __str__(self) -> str:
        return f"+{self.e164}: {self.source} {self.object_id}"
