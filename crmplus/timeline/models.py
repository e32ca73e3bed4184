"""Comments on anything: a record, a call; and what was changed, by whom, when."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from crmplus.recyclebin.models import SoftDeleteModel

TEXT_LENGTH = 10_000
ABOUT_LENGTH = 200


class Comment(SoftDeleteModel):
    """What a user wrote about a target.

    A target is named by its kind, the key of a phone source ("contacts") or another
    word its owner chose ("call"), and its primary key.
    """

    target_kind = models.CharField(max_length=32)
    target_id = models.BigIntegerField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    text = models.TextField(_("comment"), max_length=TEXT_LENGTH)
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    edited_at = models.DateTimeField(_("edited at"), null=True, editable=False)

    class Meta(SoftDeleteModel.Meta):
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        indexes: ClassVar[list[models.Index]] = [
            *SoftDeleteModel.Meta.indexes,
            models.Index(
                fields=["target_kind", "target_id", "-created_at", "-id"],
                name="timeline_comment_target",
            ),
        ]

    def __str__(self) -> str:
        return Truncator(self.text).chars(80)


class Deed(models.TextChoices):
    """What was done to a thing."""

    CREATED = "created", _("Created")
    CHANGED = "changed", _("Changed")
    IMPORTED = "imported", _("Imported")
    MERGED = "merged", _("Merged")
    SPLIT = "split", _("Merge undone")
    CONVERTED = "converted", _("Converted")
    DELETED = "deleted", _("Deleted")
    RESTORED = "restored", _("Restored")


class Change(models.Model):
    """What was done to a target, named as a comment's (see ``timeline.changes``).

    ``fields`` holds [old, new] by field, ``about`` the name of another thing that had
    a part in it. ``at`` is in UTC.
    """

    target_kind = models.CharField(max_length=32)
    target_id = models.BigIntegerField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    deed = models.CharField(max_length=16, choices=Deed)
    about = models.CharField(max_length=ABOUT_LENGTH, blank=True)
    fields = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["target_kind", "target_id", "-at", "-id"],
                name="timeline_change_target",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_kind} {self.target_id}: {self.deed}"
