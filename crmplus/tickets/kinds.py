"""What a ticket and an activity may be."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    """Where a ticket stands. Who is to take it is said by its owner, not here."""

    OPEN = "open", pgettext_lazy("ticket", "Open")
    WAITING = "waiting", pgettext_lazy("ticket", "Waiting")
    CLOSED = "closed", pgettext_lazy("ticket", "Closed")


class Priority(models.IntegerChoices):
    LOW = 1, pgettext_lazy("priority", "Low")
    NORMAL = 2, pgettext_lazy("priority", "Normal")
    HIGH = 3, pgettext_lazy("priority", "High")


class Kind(models.TextChoices):
    """What somebody is to do."""

    CALL_BACK = "call_back", _("Call back")
    CALL = "call", pgettext_lazy("activity", "Call")
    TASK = "task", pgettext_lazy("activity", "Task")
    MEETING = "meeting", pgettext_lazy("activity", "Meeting")
