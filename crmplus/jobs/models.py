"""A piece of long work: whose, of which kind, and how far it is."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

ABOUT_LENGTH = 200


class State(models.TextChoices):
    """How far a job is."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    UNDONE = "undone", _("Undone")


OPEN = (State.QUEUED, State.RUNNING)
ENDED = (State.DONE, State.FAILED, State.CANCELLED, State.UNDONE)


class Job(models.Model):
    """One piece of long work of a user's; all times are in UTC.

    ``kind`` is the key of a ``hooks.JobKind``, ``about`` names what it is about in the
    user's words (a file, a list). ``total`` is 0 while nobody knows it. ``message``
    says what it does now, or what went wrong. ``undoing`` is set while it is being
    taken back. ``attempt`` rises with each start, so that one that was given up can
    write no more. ``interrupted`` says that its process ended before it did.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=32)
    about = models.CharField(max_length=ABOUT_LENGTH, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
    )
    language = models.CharField(max_length=8)
    time_zone = models.CharField(max_length=64)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.QUEUED
    )
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    message = models.TextField(blank=True)
    parameters = models.JSONField(encoder=DjangoJSONEncoder, default=dict)
    result = models.JSONField(encoder=DjangoJSONEncoder, default=dict)
    file_name = models.CharField(max_length=ABOUT_LENGTH, blank=True)
    cancel_asked = models.BooleanField(default=False)
    undoing = models.BooleanField(default=False)
    interrupted = models.BooleanField(default=False)
    attempt = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(_("started"), auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("ended"), null=True)
    heartbeat_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-created_at", "-id"], name="jobs_of_user"),
            # The few that are not over; the server asks for them every second.
            models.Index(
                fields=["state", "id"],
                name="jobs_open",
                condition=models.Q(state__in=["queued", "running"]),
            ),
            models.Index(fields=["created_at"], name="jobs_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}".strip()

    def get_absolute_url(self) -> str:
        return reverse("jobs:job", args=[self.uid])

    @property
    def is_open(self) -> bool:
        """Is it still to be waited for?"""
        return self.state in OPEN

    @property
    def percent(self) -> int | None:
        """How much of it is done; None while nobody knows."""
        if not self.total:
            return None
        return min(100, 100 * self.done // self.total)
