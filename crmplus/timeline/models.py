"""Comments on anything: a record, a call."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from crmplus.recyclebin.models import SoftDeleteModel

TEXT_LENGTH = 10_000


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
