"""Calls of numbers that are to be ignored: their events are kept and log nothing."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from crmplus.phonebook import plan
from pbxmanager import events
from pbxmanager.legs import TALK_LOST


class IgnoredReport(models.Model):
    """A call ID under which a source told of an ignored number.

    Later events under it may lack the number, and belong to no call all the same.
    """

    source = models.CharField(max_length=64)
    client_call_id = models.CharField(max_length=events.CALL_ID_LENGTH)
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["source", "client_call_id"], name="one_ignored_report"
            ),
        )

    def __str__(self) -> str:
        return f"{self.source} {self.client_call_id}"


def is_ignored(event: events.CallEvent) -> bool:
    """Whether an event is of a call that is to be left out of the log.

    Without ignored numbers it asks the database nothing. What somebody dialled in the
    CRM is logged in any case.
    """
    settings = plan.number_plan()
    if not settings.ignored_numbers or event.kind is events.EventKind.DIALLED:
        return False
    if not event.number.key:
        return _was_ignored(event)
    found = plan.is_ignored(event.number, settings)
    if found and event.call_id:
        IgnoredReport.objects.update_or_create(
            source=event.source,
            client_call_id=event.call_id,
            defaults={"last_at": event.at},
        )
    return found


def _was_ignored(event: events.CallEvent) -> bool:
    told = IgnoredReport.objects.filter(
        source=event.source,
        client_call_id=event.call_id,
        last_at__gte=event.at - TALK_LOST,
    )
    return bool(event.call_id) and told.exists()


def forget_ignored(before: datetime) -> int:
    """Delete what was last told before a time (UTC); gives how many went."""
    return IgnoredReport.objects.filter(last_at__lt=before).delete()[0]
