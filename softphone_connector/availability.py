"""How calls announce themselves to a user: not at all, with a sound, on the desktop."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crmplus.live.bus import publish
from pbxmanager.workplace.told import teller

if TYPE_CHECKING:
    from crmplus.accounts.models import User

LOUDEST = 100


class Sound(models.TextChoices):
    """What a card sounds like; the browser makes the tones itself."""

    OFF = "", _("No sound")
    BELL = "bell", _("Bell")
    SOFT = "soft", _("Soft tones")
    PHONE = "phone", _("Telephone")


class Availability(models.Model):
    """How calls announce themselves to a user; without a row the defaults count.

    While ``do_not_disturb`` is set no card appears; calls are logged all the same.
    ``volume`` is in percent. ``desktop`` asks for a notification of the desktop where
    no tab of the CRM is looked at. ``version`` rises with each change.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="availability"
    )
    do_not_disturb = models.BooleanField(_("do not disturb"), default=False)
    sound = models.CharField(
        _("sound"), max_length=16, choices=Sound, default=Sound.OFF, blank=True
    )
    volume = models.PositiveSmallIntegerField(
        _("volume"), default=60, validators=[MaxValueValidator(LOUDEST)]
    )
    desktop = models.BooleanField(_("desktop notification"), default=False)
    version = models.BigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("availability")
        verbose_name_plural = _("availabilities")

    def __str__(self) -> str:
        return f"{self.user}"


def availability_of(user: int) -> Availability:
    """How calls announce themselves to a user (id)."""
    found = Availability.objects.filter(user=user).first()
    return found or Availability(user_id=user)


def disturbed(users: Collection[int] | None) -> set[int]:
    """Those of some users (ids), or of all, who are not to be disturbed; one query."""
    rows = Availability.objects.filter(do_not_disturb=True)
    if users is not None:
        rows = rows.filter(user__in=users)
    return set(rows.values_list("user_id", flat=True))


def save(availability: Availability) -> None:
    """Store it, and tell all open tabs of the user and who watches them."""
    availability.version = max(availability.version + 1, time.time_ns() // 1000)
    availability.save()
    publish([availability.user_id], message(availability))
    teller.people_changed([availability.user_id])


def set_disturb(user: User, on: bool) -> Availability:
    """Switch "do not disturb" of a user."""
    availability = availability_of(user.pk)
    availability.do_not_disturb = on
    save(availability)
    return availability


def message(availability: Availability) -> dict[str, Any]:
    """What a browser has to know of it."""
    return {
        "type": "availability",
        "key": "availability",
        "version": availability.version,
        "disturb": availability.do_not_disturb,
        "sound": availability.sound,
        "volume": availability.volume,
        "desktop": availability.desktop,
    }


def snapshot(user: int) -> list[dict[str, Any]]:
    """What a live stream of a user (id) starts with."""
    return [message(availability_of(user))]
