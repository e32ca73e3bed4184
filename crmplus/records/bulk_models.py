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
    """One act on many records of a kind, and what they were before.

    ``value`` is what they were given: an owner's ID ("" for nobody) or a country.
    ``before`` lists pairs of a previous value and the IDs of the records that had it.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(max_length=32)
    act = models.CharField(max_length=16, choices=BulkAct)
    value = models.CharField(max_length=32, blank=True)
    before = models.JSONField(default=list)
    made_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.act} {self.kind}"
