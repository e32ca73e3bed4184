"""How users may dial, and from which of their extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from pbxmanager.models import Extension
from softphone_connector.dial_templates import (
    APP_SCHEMES,
    STANDARD_SCHEMES,
    TemplateFault,
    check,
)

if TYPE_CHECKING:
    from crmplus.accounts.models import User

FAULTS = {
    "form": _(
        "Write a scheme, a colon and what follows, such as zoiper:{e164}; no blanks."
    ),
    "scheme": _("This scheme is not allowed. Allowed: %(schemes)s."),
    "placeholder": _(
        "Put the number in exactly once, as {e164}, {digits} or {national}."
    ),
}


def allowed_schemes() -> frozenset[str]:
    """URI schemes that a dial template may have."""
    more: object = getattr(settings, "SOFTPHONE_DIAL_SCHEMES", ())
    added = frozenset(more) if isinstance(more, (list, tuple, set, frozenset)) else ()
    return STANDARD_SCHEMES | APP_SCHEMES | frozenset(added)


def validate_template(value: str) -> None:
    """Refuse a dial template that can't be used, in words."""
    schemes = allowed_schemes()
    try:
        check(value, schemes)
    except TemplateFault as fault:
        params = {"schemes": ", ".join(sorted(schemes))}
        raise ValidationError(FAULTS[fault.code], fault.code, params) from fault


class DialPreference(models.Model):
    """Which of a user's extensions a click on a number dials from."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="dial_preference"
    )
    extension = models.ForeignKey(
        Extension,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("extension for click-to-dial"),
    )

    class Meta:
        verbose_name = _("line for click-to-dial")
        verbose_name_plural = _("lines for click-to-dial")

    def __str__(self) -> str:
        return str(self.extension or "")


def preference_of(user: User) -> DialPreference:
    """A user's dial preference, unsaved defaults where there is none."""
    found = DialPreference.objects.filter(user=user).first()
    return found or DialPreference(user=user)


def dialling_extension(preference: DialPreference) -> str:
    """The extension a click dials from: the chosen one, else the user's first."""
    own = list(preference.user.extensions.order_by("number"))
    own.sort(key=lambda extension: extension.pk != preference.extension_id)
    return own[0].number if own else ""
