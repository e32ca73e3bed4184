"""Tokens: what a program signs in with."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

HASH_LENGTH = 64
PREFIX_LENGTH = 12


class ApiToken(models.Model):
    """A secret with which a program does what a user may.

    Only its SHA-256 is kept, and its beginning, to recognise it by.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="api_tokens",
        verbose_name=_("user"),
    )
    hash = models.CharField(max_length=HASH_LENGTH, unique=True, editable=False)
    prefix = models.CharField(_("token"), max_length=PREFIX_LENGTH, editable=False)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"{self.prefix}…"
