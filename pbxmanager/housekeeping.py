"""What has to happen to calls without anyone reporting: giving up, expiry."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from pbxmanager.ignoring import forget_ignored
from pbxmanager.models import Call, Event
from pbxmanager.recorder import recompute
from pbxmanager.rules import keep_events_for

BATCH = 500


def give_up_overdue(now: datetime | None = None) -> int:
    """Let calls whose end is overdue become ``lost``; gives how many changed.

    ``now`` is in UTC; it is the present time where it is not given.
    """
    now = now or timezone.now()
    overdue = Call.all_objects.filter(overdue_at__lte=now).order_by("overdue_at")
    return recompute(list(overdue.values_list("pk", flat=True)[:BATCH]), now)


def expire_events(now: datetime | None = None) -> int:
    """Delete raw events that were kept long enough; gives how many went.

    Overdue calls are given up first: that takes their events.
    """
    now = now or timezone.now()
    while give_up_overdue(now):
        pass
    before = now - keep_events_for()
    forget_ignored(before)
    expired = Event.objects.filter(received_at__lt=before).order_by("received_at")
    gone = 0
    while ids := list(expired.values_list("pk", flat=True)[:BATCH]):
        gone += Event.objects.filter(pk__in=ids).delete()[0]
    return gone
