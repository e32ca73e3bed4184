"""What administration remembers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CronRun(models.Model):
    """One run of a cron job: when (UTC), what it did, and how it ended.

    ``ok`` is NULL while it runs. ``counts`` is what the job counted ({"deleted": 3}).
    """

    class Trigger(models.TextChoices):
        CRON = "cron", _("System's cron")
        BEAT = "beat", _("Celery beat")
        HAND = "hand", _("By hand")

    command = models.CharField(_("command"), max_length=64)
    trigger = models.CharField(_("started by"), max_length=8, choices=Trigger)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ok = models.BooleanField(_("ended well"), null=True, blank=True)
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("cron run")
        verbose_name_plural = _("cron runs")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["command", "-id"], name="cronrun_command_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.command} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it runs."""
        if self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()
