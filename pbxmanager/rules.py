"""The admin's rules about calls: which ones pop up, for how long, what is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from pbxmanager.kept import Kept

RULES: Final = "rules"  # in the log of changes
MAX_POPUP_STAYS: Final = 3600
# 12 h of talk, and 24 h in which its call ID may be told of again.
MIN_KEEP_EVENTS_DAYS: Final = 2
MAX_KEEP_EVENTS_DAYS: Final = 366
MAX_CALL_BACK_WITHIN: Final = 7 * 24 * 60


MAX_INSIDE: Final = 10_000
HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?")


def validate_hosts(text: str) -> None:
    """Refuse lines that are no host name, in lower case, with or without a port."""
    for line in text.split():
        if not HOST.fullmatch(line):
            raise ValidationError(
                _("“%(line)s” is not the name of a host."), params={"line": line[:80]}
            )


class MissedShared(models.TextChoices):
    """Whose list of missed calls shows a call that somebody else took."""

    NOBODY = "nobody", _("In nobody's list")
    RUNG = "rung", _("In the lists of all whose phone rang")


class RuleSettings(models.Model):
    """The rules as an admin sets them: one row, all with defaults."""

    popup_internal = models.BooleanField(
        _("popup for internal calls"),
        default=True,
        help_text=_("Calls between two extensions show a card as well."),
    )
    popup_answered_elsewhere = models.BooleanField(
        _("popup when already answered elsewhere"),
        default=True,
        help_text=_(
            "The card stays with everybody whose phone rang when a colleague takes "
            "the call. Off: it goes away there."
        ),
    )
    missed_shared = models.CharField(
        _("missed calls that somebody else took"),
        max_length=16,
        choices=MissedShared,
        default=MissedShared.NOBODY,
        help_text=_("Calls of a group that a colleague took: in whose list they are."),
    )
    call_back_within = models.PositiveIntegerField(
        _("missed callers are called back within"),
        default=0,
        validators=[MaxValueValidator(MAX_CALL_BACK_WITHIN)],
        help_text=_(
            "Minutes after the first try, for the missed list. 0: no time is set."
        ),
    )
    recordings_inside = models.TextField(
        _("recordings inside your network"),
        blank=True,
        max_length=MAX_INSIDE,
        validators=[validate_hosts],
        help_text=_(
            "Hosts of recordings with an address inside your network, one per line, "
            "with the port where it is not 443: pbx.example.lan:8443. They must also "
            "stand among the hosts of recordings of an endpoint set."
        ),
    )
    popup_stays = models.PositiveIntegerField(
        _("popup stays after the end"),
        default=60,
        validators=[MaxValueValidator(MAX_POPUP_STAYS)],
        help_text=_("Seconds for which the card stays after a call has ended."),
    )
    keep_events_days = models.PositiveIntegerField(
        _("raw events are kept"),
        default=14,
        validators=[
            MinValueValidator(MIN_KEEP_EVENTS_DAYS),
            MaxValueValidator(MAX_KEEP_EVENTS_DAYS),
        ],
        help_text=_(
            "Days for which you can look up what a phone sent. A call itself stays."
        ),
    )

    class Meta:
        verbose_name = _("rules")
        verbose_name_plural = _("rules")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        rules.forget()

    @classmethod
    def load(cls) -> RuleSettings:
        """The installation's row, or an unsaved one with the defaults."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules as the code takes them.

    ``popup_stays`` is in seconds, ``call_back_within`` in minutes. ``missed_shared``
    says whose list of missed calls shows a call that somebody else took: a matter of
    lists, not of outcomes.
    """

    popup_internal: bool = True
    popup_answered_elsewhere: bool = True
    missed_shared: str = MissedShared.NOBODY.value
    call_back_within: int = 0
    recordings_inside: frozenset[str] = frozenset()
    popup_stays: int = 60
    keep_events_days: int = 14


def _read() -> Rules:
    row = RuleSettings.load()
    return Rules(
        popup_internal=row.popup_internal,
        popup_answered_elsewhere=row.popup_answered_elsewhere,
        missed_shared=row.missed_shared,
        call_back_within=row.call_back_within,
        recordings_inside=frozenset(row.recordings_inside.split()),
        popup_stays=row.popup_stays,
        keep_events_days=row.keep_events_days,
    )


rules: Kept[Rules] = Kept(_read)


def keep_events_for() -> timedelta:
    """How long raw events are kept: at least as long as a call can still change."""
    return timedelta(days=max(rules().keep_events_days, MIN_KEEP_EVENTS_DAYS))


def call_back_within() -> timedelta | None:
    """How soon a missed caller is to be called back; None where no time is set."""
    minutes = rules().call_back_within
    return timedelta(minutes=minutes) if minutes else None


def recordings_inside() -> frozenset[str]:
    """Hosts, or hosts with ports, inside the network that recordings may come from."""
    return rules().recordings_inside
