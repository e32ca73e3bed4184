"""Filters under a name, and columns, as users keep them for a list."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crmplus.recyclebin.models import SoftDeleteModel

NAME_LENGTH = 60
KEY_LENGTH = 64
QUERY_LENGTH = 2_000


class Sharing(models.TextChoices):
    """Who else sees a saved filter."""

    NOBODY = "", _("Only me")
    TEAM = "team", _("My team")
    ALL = "all", _("Everybody")


class SavedFilter(SoftDeleteModel):
    """The filters of a list under a name; ``query`` is a query string, put in order.

    ``place`` orders a user's own filters of one list.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
    )
    list_key = models.CharField(max_length=KEY_LENGTH)
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    query = models.CharField(max_length=QUERY_LENGTH, blank=True)
    shared = models.CharField(
        _("shared with"), max_length=8, choices=Sharing, blank=True
    )
    place = models.PositiveIntegerField(default=0)

    class Meta(SoftDeleteModel.Meta):
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        indexes: ClassVar[list[models.Index]] = [
            *SoftDeleteModel.Meta.indexes,
            models.Index(
                fields=["list_key", "user", "place"], name="saved_filters_of_user"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ListLayout(models.Model):
    """How a user wants one list: the saved filter it opens with, and its columns.

    ``columns`` lists keys of columns in their order; empty for those that the list
    itself proposes.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    list_key = models.CharField(max_length=KEY_LENGTH)
    default = models.ForeignKey(
        SavedFilter, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    columns = models.JSONField(default=list, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "list_key"], name="saved_filters_one_layout"
            )
        ]

    def __str__(self) -> str:
        return self.list_key
