"""Records that became part of others, and those that only look alike."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Way(models.TextChoices):
    """How one record became another."""

    MERGED = "merged", _("Merged")
    CONVERTED = "converted", _("Converted")


class Merge(models.Model):
    """A record that went into another: its page leads there from now on.

    ``old`` is in the recycle bin, ``new`` has what hung on it. ``undo`` holds what is
    needed to put everything back: ``fields`` as [before, after] by name, ``people`` as
    IDs of contacts, ``moved`` by the key of a ``hooks.Attached``, ``made`` as the
    [key, ID] of records that were made for it.
    """

    old_kind = models.CharField(max_length=32)
    old_id = models.BigIntegerField()
    new_kind = models.CharField(max_length=32)
    new_id = models.BigIntegerField()
    way = models.CharField(max_length=16, choices=Way)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    at = models.DateTimeField(auto_now_add=True)
    undo = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["old_kind", "old_id"], name="records_merge_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["new_kind", "new_id"], name="records_merge_new")
        ]

    def __str__(self) -> str:
        return f"{self.old_kind} {self.old_id} → {self.new_kind} {self.new_id}"


class Distinct(models.Model):
    """Two records of a kind that are not the same, as somebody said; low < high."""

    kind = models.CharField(max_length=32)
    low = models.BigIntegerField()
    high = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "low", "high"], name="records_distinct_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "high"], name="records_distinct_high")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.low} ≠ {self.high}"
