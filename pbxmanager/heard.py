"""Who listened to which recording."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from crmplus.accounts.models import User

# A player asks for a recording in many pieces: that is listening to it once.
ONCE: Final = timedelta(minutes=30)


class RecordingHeard(models.Model):
    """Somebody listened to a call's recording, at a time in UTC.

    The call is named by its address: that stays, also when it is joined into another.
    """

    call_uid = models.UUIDField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    user_name = models.CharField(max_length=255)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["call_uid", "-at"], name="recording_heard")
        ]

    def __str__(self) -> str:
        return f"{self.user_name} {self.call_uid}"


def note_heard(call_uid: UUID, user: User) -> None:
    """Keep that a user listens to a recording."""
    now = timezone.now()
    lately = RecordingHeard.objects.filter(
        call_uid=call_uid, user=user, at__gt=now - ONCE
    )
    if not lately.exists():
        RecordingHeard.objects.create(
            call_uid=call_uid, user=user, user_name=str(user)[:255], at=now
        )


def heard(call_uids: Collection[UUID]) -> list[RecordingHeard]:
    """Who listened to the recordings of calls (their addresses), newest first."""
    rows = RecordingHeard.objects.filter(call_uid__in=call_uids)
    return list(rows.order_by("-at")[:20])
