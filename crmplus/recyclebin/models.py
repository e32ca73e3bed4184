"""Soft delete: what is deleted goes to the recycle bin and can come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crmplus.accounts.models import User

M = TypeVar("M", bound=models.Model)
BIN_FIELDS = ("deleted_at", "deleted_by", "deleted_by_job", "restored_at")


class AliveManager(models.Manager[M]):
    """Knows only what is not in the recycle bin."""

    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().filter(deleted_at=None)


class SoftDeleteModel(models.Model):
    """A model whose rows go to the recycle bin instead of being deleted.

    A subclass with a ``Meta`` of its own inherits from ``SoftDeleteModel.Meta`` and,
    if it names indexes, begins them with ``*SoftDeleteModel.Meta.indexes``.
    ``restored_at`` stays: clean-up jobs leave alone what a person once brought back.
    """

    deleted_at = models.DateTimeField(_("deleted at"), null=True, editable=False)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("deleted by"),
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    deleted_by_job = models.CharField(
        _("deleted by job"), max_length=64, blank=True, editable=False
    )
    restored_at = models.DateTimeField(_("restored at"), null=True, editable=False)

    objects: ClassVar[models.Manager[Self]] = AliveManager()
    all_objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        abstract = True
        indexes: ClassVar[list[models.Index]] = [
            # The recycle bin is small beside its table, and read newest first.
            models.Index(
                fields=["-deleted_at", "-id"],
                name="%(app_label)s_%(class)s_bin",
                condition=models.Q(deleted_at__isnull=False),
            )
        ]

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    def move_to_bin(self, *, by: User | None = None, job: str = "") -> None:
        """Delete it on behalf of a user or of the named job; twice changes nothing."""
        if self.deleted_at is None:
            self.deleted_at = timezone.now()
            self.deleted_by = by
            self.deleted_by_job = job
            self.save(update_fields=BIN_FIELDS)

    def restore(self, *, by: User | None = None) -> None:
        """Take it out of the recycle bin, as it was; twice changes nothing.

        ``by`` is who does it, for models that keep a history.
        """
        if self.deleted_at is not None:
            self.deleted_at = None
            self.deleted_by = None
            self.deleted_by_job = ""
            self.restored_at = timezone.now()
            self.save(update_fields=BIN_FIELDS)
