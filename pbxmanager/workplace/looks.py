"""How a presence looks: a shape, a colour and a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from pbxmanager.workplace.models import Status
from pbxmanager.workplace.rules import State


@dataclass(frozen=True)
class Look:
    """``tone`` is the class ``is-…`` that colours it, ``rank`` its place in a list
    that is sorted by state: who can be called comes first."""

    key: str
    icon: str
    tone: str
    word: hooks.Text
    rank: int = 0


LOOKS: Final = {
    State.FREE: Look("free", "check", "talk", _("Free"), 0),
    State.RINGING: Look("ringing", "bell-ringing", "ringing", _("Ringing"), 1),
    State.TALKING: Look("talking", "phone", "missed", _("On the phone"), 2),
    State.WRAP_UP: Look("wrap_up", "pencil", "ringing", _("Wrap-up"), 3),
    State.PAUSE: Look("pause", "player-pause", "ringing", _("Break"), 4),
    State.UNAVAILABLE: Look(
        "unavailable", "clock-pause", "ringing", _("Not available"), 5
    ),
    State.DISTURB: Look("disturb", "minus", "missed", _("Do not disturb"), 6),
    State.AWAY: Look("away", "moon", "done", _("Away"), 7),
}
# What one says of oneself, in the look of what colleagues then see.
OWN: Final = {
    Status.AVAILABLE: State.FREE,
    Status.SIGNED_IN: State.UNAVAILABLE,
    Status.NOT_AVAILABLE: State.UNAVAILABLE,
    Status.WRAP_UP: State.WRAP_UP,
    Status.PAUSE: State.PAUSE,
    Status.SIGNED_OUT: State.AWAY,
}


def own_look(status: str) -> Look:
    """How a status of one's own looks, with its own word."""
    chosen = Status(status)
    look = LOOKS[OWN[chosen]]
    return Look(f"own-{status}", look.icon, look.tone, chosen.label)


def all_looks() -> Sequence[Look]:
    """Every look there is, for scripts to take."""
    return [*LOOKS.values(), *(own_look(status) for status in Status)]
