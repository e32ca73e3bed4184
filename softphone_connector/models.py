"""The secrets that phones and PBXs report with, and who tried without one."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pbxmanager.models import EndpointSet, Extension
from softphone_connector.availability import Availability
from softphone_connector.lines import Line
from softphone_connector.preferences import DialPreference

__all__ = [
    "Availability",
    "DialPreference",
    "Line",
    "SoftphoneKey",
    "UnknownKeyAttempt",
]

PBX_NAME_LENGTH = 64
PREFIX_LENGTH = 7
PROFILE_LENGTH = 64
REMOTE_LENGTH = 64


class SoftphoneKey(models.Model):
    """A key (``sk_…``) of one user or of one PBX. Kept as its SHA-256 only.

    It is made by ``softphone_connector.keys.create``, which alone ever has the text.
    ``extension`` limits it to one line: a key does not outlive the line it is for, as
    it would have more rights then. ``ids_restart`` says that the client uses its call
    IDs again for other calls. ``profile`` names how the client fills in a URL, ""
    for no special way. ``signing_secret`` is what a service signs its requests with,
    sealed (``vault.py``). ``last_used_at`` is exact to a minute.
    """

    hash = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(_("key"), max_length=PREFIX_LENGTH, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="softphone_keys",
        verbose_name=_("user"),
    )
    pbx_name = models.CharField(_("PBX"), max_length=PBX_NAME_LENGTH, blank=True)
    extension = models.ForeignKey(
        Extension,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="softphone_keys",
        verbose_name=_("only for the extension"),
    )
    endpoint_set = models.ForeignKey(
        EndpointSet,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="softphone_keys",
        verbose_name=_("endpoint set"),
    )
    ids_restart = models.BooleanField(_("call IDs are used again"), default=False)
    profile = models.CharField(_("client"), max_length=PROFILE_LENGTH, blank=True)
    signing_secret = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("softphone key")
        verbose_name_plural = _("softphone keys")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=(
                    models.Q(user__isnull=False, pbx_name="")
                    | (models.Q(user__isnull=True) & ~models.Q(pbx_name=""))
                ),
                name="key_of_user_or_pbx",
                violation_error_message=_("A key belongs to one user or to one PBX."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.owner}"

    @property
    def owner(self) -> str:
        """Whose key it is, in words."""
        return str(self.user) if self.user else self.pbx_name

    @property
    def source(self) -> str:
        """The name of what reports with this key, in events and reports."""
        return f"key:{self.pk}"


class UnknownKeyAttempt(models.Model):
    """Requests without a valid key: counted, never with their parameters.

    A row stands for ``count`` requests; ``total`` is their number from the beginning
    up to and with this row. Rows are few: see ``endpoints.attempts``.
    """

    class Reason(models.TextChoices):
        MISSING = "missing", _("no key")
        UNKNOWN = "unknown", _("unknown key")
        REVOKED = "revoked", _("revoked key")
        SIGNATURE = "signature", _("wrong signature")

    at = models.DateTimeField(_("time"))
    remote = models.CharField(_("from"), max_length=REMOTE_LENGTH, blank=True)
    prefix = models.CharField(_("key"), max_length=PREFIX_LENGTH, blank=True)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason)
    count = models.PositiveIntegerField(_("requests"), default=1)
    total = models.PositiveBigIntegerField(_("requests in all"))

    class Meta:
        verbose_name = _("request without a valid key")
        verbose_name_plural = _("requests without a valid key")
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.remote} {self.reason}"
