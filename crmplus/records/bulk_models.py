"""What was done to many records at once, so that it can be undone."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class BulkAct(models.TextChoices):
    """What one can do to many records at once."""

    OWNER = "owner", _("Assign")
    COUNTRY = "country", _("Set country")
    DELETE = "delete", _("Move to recycle bin")


class BulkChange(models.Model):
    """One act on many records of a kind.

    ``value`` is what they were given: an owner's ID ("" for nobody), a country, or when
    they were deleted.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(max_length=32)
    act = models.CharField(max_length=16, choices=BulkAct)
    value = models.CharField(max_length=32, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.act} {self.kind}"


class BulkStep(models.Model):
    """Some of the records that an act is to reach, and what they were before.

    ``ids`` are those to reach, ``size`` is how many. ``before`` is None until it is
    done; then it lists pairs of a previous value and the IDs of the records that had
    it, ``count`` in all. ``undone`` is how many of them are as they were, None until it
    was taken back.
    """

    change = models.ForeignKey(
        BulkChange, on_delete=models.CASCADE, related_name="steps"
    )
    ids = models.JSONField()
    size = models.PositiveIntegerField()
    before = models.JSONField(null=True)
    count = models.PositiveIntegerField(default=0)
    undone = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.size} of {self.change_id}"
