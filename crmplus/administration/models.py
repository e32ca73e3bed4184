"""What administration remembers."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

WHAT_LENGTH = 200


class CronRun(models.Model):
    """One run of a cron job: when (UTC), what it did, and how it ended.

    ``ok`` is NULL while it runs. ``counts`` is what the job counted ({"deleted": 3}).
    ``started_by`` is who started it by hand.
    """

    class Trigger(models.TextChoices):
        CRON = "cron", _("System's cron")
        BEAT = "beat", _("Celery beat")
        HAND = "hand", _("By hand")

    command = models.CharField(_("command"), max_length=64)
    trigger = models.CharField(_("started by"), max_length=8, choices=Trigger)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("user"),
    )
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


class SettingsChange(models.Model):
    """One change of a setting: who, when (UTC), what, and each field from … to.

    Written by ``administration.audit`` alone. ``actor_name`` outlives the
    user; both are empty for a command. ``kind`` and ``what`` are those of its
    ``Subject``; entries from before there were kinds have all in words in ``what``.
    ``changes`` is a list of {"field", "before", "after"} with plain values.
    """

    at = models.DateTimeField(_("time"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("changed by"),
    )
    actor_name = models.CharField(max_length=WHAT_LENGTH, blank=True)
    area = models.CharField(_("area"), max_length=64)
    kind = models.CharField(max_length=64, blank=True)
    what = models.CharField(_("what"), max_length=WHAT_LENGTH, blank=True)
    changes = models.JSONField(_("changes"), encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("change of settings")
        verbose_name_plural = _("changes of settings")
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["area", "-id"], name="settingschange_area"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind} {self.what}"


class Activation(models.Model):
    """What was decided about an add-on: the last code pasted, and whether it is on.

    The code is checked each time it is read: the row alone activates nothing.
    """

    add_on = models.CharField(_("add-on"), max_length=40, unique=True)
    code = models.TextField(_("activation code"))
    is_on = models.BooleanField(_("active"), default=True)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("changed by"),
    )

    class Meta:
        verbose_name = _("activation")
        verbose_name_plural = _("activations")

    def __str__(self) -> str:
        return self.add_on


class BeatSign(models.Model):
    """When Celery beat last gave a sign of life (UTC): one row at most."""

    at = models.DateTimeField()

    class Meta:
        verbose_name = _("sign of Celery beat")
        verbose_name_plural = _("signs of Celery beat")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
