"""Imports: the file, what its columns mean, and what each part of it changed."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crmplus.conf import env

NAME_LENGTH = 200


class Action(models.TextChoices):
    """What becomes of a row whose person or company is there already."""

    FILL = "fill", _("Fill in empty fields")
    OVERWRITE = "overwrite", _("Overwrite")
    SKIP = "skip", _("Skip")
    CREATE = "create", _("Create anyway")


class Import(models.Model):
    """One file that a user imports as records of a kind.

    ``columns`` are the heads of its columns, ``mapping`` the key of a field for each
    ("" for none). ``encoding`` and ``delimiter`` are "" for a workbook. ``choices``
    holds the action of single rows by their number, ``counts`` what the check found.
    ``position`` counts the rows that are done: an import that was interrupted goes on
    there.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(max_length=32)
    file_name = models.CharField(max_length=NAME_LENGTH)
    encoding = models.CharField(max_length=16, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    columns = models.JSONField(default=list)
    rows = models.PositiveIntegerField(default=0)
    mapping = models.JSONField(default=list)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )
    on_same = models.CharField(max_length=10, choices=Action, default=Action.FILL)
    on_similar = models.CharField(max_length=10, choices=Action, default=Action.CREATE)
    choices = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    is_checked = models.BooleanField(default=False)
    job = models.UUIDField(null=True)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        name = "exchange:preview" if self.is_checked else "exchange:mapping"
        return reverse(name, args=[self.uid])

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return env.data_dir / "imports" / str(self.uid)

    @property
    def original(self) -> Path:
        """The file as it was sent."""
        return self.folder / "original"

    @property
    def table(self) -> Path:
        """Its rows as CSV in UTF-8, each with its number in the file in front."""
        return self.folder / "table.csv"

    @property
    def faulty(self) -> Path:
        """The rows that can't be imported, with the reasons."""
        return self.folder / "faulty.csv"

    @property
    def known(self) -> Path:
        """The rows whose records are there already, one JSON object a line."""
        return self.folder / "known.jsonl"

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        """Delete it with its files."""
        shutil.rmtree(self.folder, ignore_errors=True)
        return super().delete(*args, **options)


class ImportBatch(models.Model):
    """What one part of an import wrote, in one transaction with it.

    ``created`` and ``organisations`` are IDs of new records; ``changed`` lists ID,
    values before and values after, by field. ``made_at`` is later than what it wrote.
    """

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="batches")
    created = models.JSONField(default=list)
    organisations = models.JSONField(default=list)
    changed = models.JSONField(default=list)
    made_at = models.DateTimeField()
    is_undone = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("part of an import")
        verbose_name_plural = _("parts of an import")

    def __str__(self) -> str:
        return f"{self.of_id}: {self.made_at}"


class RememberedMapping(models.Model):
    """What a user took columns with the same heads for the last time."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
    )
    kind = models.CharField(max_length=32)
    heads = models.CharField(max_length=64)
    mapping = models.JSONField(default=list)

    class Meta:
        verbose_name = _("remembered columns")
        verbose_name_plural = _("remembered columns")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "kind", "heads"], name="exchange_mapping_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"
