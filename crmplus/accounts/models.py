"""Users of the CRM."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    STATISTICS = "statistics", _("Call statistics only")
    AGENT = "agent", _("Agent")
    SUPERVISOR = "supervisor", _("Supervisor")
    ADMIN = "admin", _("Administrator")


class Theme(models.TextChoices):
    AUTO = "auto", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Scope(models.TextChoices):
    """How far a user sees: what is theirs, what is their team's, everything."""

    OWN = "own", _("Own")
    TEAM = "team", _("Of the team")
    ALL = "all", _("All")


def full_name(first: str, last: str, username: str) -> str:
    """What people call a user: first and last name, else the user name."""
    return f"{first} {last}".strip() or username


class Team(models.Model):
    """People who work together and see each other's work where their scope says so."""

    name = models.CharField(_("name"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person who works in the CRM.

    ``language`` and ``time_zone`` are empty for "as the browser says" and "as the
    installation is set". ``must_change_password`` is set while the password is one
    that somebody else gave. ``sees_records`` and ``sees_calls`` say how far the user
    sees (ask ``accounts.visibility``, never these); ``sees_calls`` is empty for what
    the role says. ``sign_out_after`` is in minutes without a request, 0 for never.
    """

    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.AGENT)
    language = models.CharField(_("language"), max_length=8, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    theme = models.CharField(
        _("appearance"), max_length=8, choices=Theme, default=Theme.AUTO
    )
    team = models.ForeignKey(
        Team,
        verbose_name=_("team"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="members",
    )
    sees_records = models.CharField(
        _("sees records"), max_length=8, choices=Scope, default=Scope.ALL
    )
    sees_calls = models.CharField(
        _("sees calls"), max_length=8, choices=Scope, blank=True
    )
    sign_out_after = models.PositiveSmallIntegerField(_("sign out after"), default=0)
    must_change_password = models.BooleanField(
        _("must choose a new password"), default=False
    )

    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering: ClassVar[list[str]] = ["username"]

    def __str__(self) -> str:
        return full_name(self.first_name, self.last_name, self.username)

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN or self.is_superuser

    @property
    def is_agent(self) -> bool:
        """Works with records and calls: everybody but who sees figures alone."""
        return self.role != Role.STATISTICS or self.is_superuser

    @property
    def is_supervisor(self) -> bool:
        """Sees what all do: supervisors and admins."""
        return self.role == Role.SUPERVISOR or self.is_admin

    def has_role(self, role: str) -> bool:
        """May this user do what a role may? Each may what those before it may: call
        statistics only, agent, supervisor, administrator."""
        if role == Role.ADMIN:
            return self.is_admin
        if role == Role.SUPERVISOR:
            return self.is_supervisor
        return role == Role.STATISTICS or self.is_agent
