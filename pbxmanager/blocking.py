"""Numbers whose calls are logged and marked, but show no popup."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crmplus.phonebook.normalise import MAX_TEXT
from pbxmanager.kept import Kept

NOTE_LENGTH: Final = 200


class BlockedNumber(models.Model):
    """A number on the block list.

    ``party`` is what all notations of it share (``Number.key``): what calls and legs
    have as theirs. ``number`` is as it was written.
    """

    party = models.CharField(max_length=MAX_TEXT, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=MAX_TEXT)
    note = models.CharField(_("note"), max_length=NOTE_LENGTH, blank=True)
    created_at = models.DateTimeField(_("blocked"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("blocked by"),
    )

    class Meta:
        verbose_name = _("blocked number")
        verbose_name_plural = _("block list")
        indexes: ClassVar = [
            models.Index(fields=["-created_at", "-id"], name="blocked_newest")
        ]

    def __str__(self) -> str:
        return self.number

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        any_blocked.forget()


# Most installations block nobody: their popups ask the database nothing.
any_blocked: Kept[bool] = Kept(BlockedNumber.objects.exists)


def blocked(parties: Iterable[str]) -> set[str]:
    """Those of some parties (``Call.party``) that are on the block list.

    At most one query; none while the list is empty. A number blocked in another
    server process counts there within seconds.
    """
    asked = {party for party in parties if party}
    if not asked or not any_blocked():
        return set()
    rows = BlockedNumber.objects.filter(party__in=asked)
    return set(rows.values_list("party", flat=True))
