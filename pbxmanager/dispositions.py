"""What people say came of a call: "Reached", "Wants a call-back", …

Admins choose the list. In code and in the API it is a *disposition*; people read
"Outcome". It has nothing to do with the ``Outcome`` of a leg, which phones tell.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

DISPOSITION: Final = "disposition"  # in the log of changes
NAME_LENGTH: Final = 40
# What there is at first, by key: these are shown in the reader's language until an
# admin gives them another name.
DEFAULTS: Final = {
    "reached": gettext_noop("Reached"),
    "call_back": gettext_noop("Wants a call-back"),
    "message": gettext_noop("Left a message"),
    "wrong_number": gettext_noop("Wrong number"),
    "sold": gettext_noop("Sold"),
    "not_interested": gettext_noop("Not interested"),
}


class Tone(models.TextChoices):
    """The colour of a disposition: one of the tokens that calls have."""

    TALK = "talk", _("Green")
    RINGING = "ringing", _("Amber")
    MISSED = "missed", _("Red")
    CHOSEN = "chosen", _("Blue")
    DONE = "done", _("Grey")


class Disposition(models.Model):
    """One of the outcomes that people choose from.

    ``key`` names a default ("" for one that an admin made), ``name`` is empty while a
    default has its own, translated name. ``position`` sorts them. ``wants_call_back``
    says that a call-back is to be offered when it is chosen. One that calls have is
    never deleted, only switched off.
    """

    key = models.CharField(max_length=32, blank=True, editable=False)
    name = models.CharField(_("name"), max_length=NAME_LENGTH, blank=True)
    tone = models.CharField(_("colour"), max_length=16, choices=Tone, default=Tone.DONE)
    for_inbound = models.BooleanField(_("for inbound calls"), default=True)
    for_outbound = models.BooleanField(_("for outbound calls"), default=True)
    needs_note = models.BooleanField(_("needs a note"), default=False)
    wants_call_back = models.BooleanField(_("offers a call-back"), default=False)
    is_active = models.BooleanField(_("can be chosen"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering: ClassVar[list[str]] = ["position", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~models.Q(key="", name=""), name="disposition_has_a_name"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """Its name in the active language."""
        return self.name or gettext(DEFAULTS.get(self.key, self.key))
