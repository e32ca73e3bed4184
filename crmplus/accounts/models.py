"""Users of the CRM."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    AGENT = "agent", _("Agent")
    SUPERVISOR = "supervisor", _("Supervisor")
    ADMIN = "admin", _("Administrator")


class Theme(models.TextChoices):
    AUTO = "auto", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class User(AbstractUser):
    """A person who works in the CRM.

    ``language`` and ``time_zone`` are empty for "as the browser says" and "as the
    installation is set". ``must_change_password`` is set while the password is one
    that somebody else gave.
    """

    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.AGENT)
    language = models.CharField(_("language"), max_length=8, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    theme = models.CharField(
        _("appearance"), max_length=8, choices=Theme, default=Theme.AUTO
    )

    must_change_password = models.BooleanField(
        _("must choose a new password"), default=False
    )

    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering: ClassVar[list[str]] = ["username"]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN or self.is_superuser

    @property
    def is_supervisor(self) -> bool:
        """Sees what all do: supervisors and admins."""
        return self.role == Role.SUPERVISOR or self.is_admin

    def has_role(self, role: str) -> bool:
        """May this user do what a role may? Supervisors are agents, admins are both."""
        if role == Role.ADMIN:
            return self.is_admin
        return role != Role.SUPERVISOR or self.is_supervisor
