"""How a call looks at a glance: a shape, a colour and a word for what came of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from crmplus import hooks, icons
from pbxmanager.models import Call, Direction, Outcome, Status

TALK, RINGING, MISSED, DONE = "talk", "ringing", "missed", "done"
RUNNING: Final = frozenset({Status.INITIAL, Status.RINGING, Status.CONNECTED})
UNANSWERED: Final = frozenset({Status.MISSED, Status.NOT_REACHED})
# Of an unanswered call these say more than its status does.
TELLING: Final = (Outcome.BUSY, Outcome.REJECTED)

TITLES: Final[dict[str, hooks.Text]] = {
    Direction.INBOUND: _("Inbound call"),
    Direction.OUTBOUND: _("Outbound call"),
    Direction.INTERNAL: _("Internal call"),
}
# The six shapes, and two arrows for internal calls: the arrow says which way, a bar
# that nobody answered, a cross that somebody did not want to.
SHAPES: Final = {
    "inbound": "M17 7l-10 10M16 17h-9v-9",
    "inbound-bar": "M17 4l-9 9M16 13h-8v-8M5 19h14",
    "inbound-cross": "M16 4l-10 10M14 14h-8v-8M15 15l5 5M20 15l-5 5",
    "outbound": "M7 17l10 -10M8 7h9v9",
    "outbound-bar": "M7 20l9 -9M8 11h8v8M5 5h14",
    "outbound-cross": "M4 16l10 -10M6 6h8v8M15 15l5 5M20 15l-5 5",
    "internal": "M4 8h15M16 5l3 3l-3 3M20 16h-15M8 13l-3 3l3 3",
    "internal-bar": "M4 6h15M16 3l3 3l-3 3M20 13h-15M8 10l-3 3l3 3M5 20h14",
    "internal-cross": (
        "M4 6h15M16 3l3 3l-3 3M14 13h-9M8 10l-3 3l3 3M15 15l5 5M20 15l-5 5"
    ),
}


@dataclass(frozen=True)
class Look:
    """How to show a call.

    ``icon`` is a name for ``{% icon %}``, ``tone`` the class ``is-…`` that colours
    it, ``word`` what came of the call, ``title`` which kind of call it is.
    """

    icon: str
    tone: str
    word: str
    title: str
    is_running: bool


def look(call: Call) -> Look:
    """How a call is shown; reads its legs (prefetch them for a list)."""
    outcomes = {leg.outcome for leg in call.legs.all()}
    return look_of(call.direction, call.status, outcomes)


def look_of(direction: str, status: str, outcomes: Collection[str]) -> Look:
    """The same, from the outcomes of its legs."""
    result = result_of(status, outcomes)
    mark = ""
    if status in UNANSWERED:
        mark = "-cross" if result in TELLING else "-bar"
    return Look(
        icon=f"call-{direction}{mark}",
        tone=_tone(direction, status),
        word=str(_word(result)),
        title=str(TITLES.get(direction, "")),
        is_running=status in RUNNING,
    )


def result_of(status: str, outcomes: Collection[str]) -> str:
    """What came of a call: busy or rejected where no phone rang in vain, else its
    status."""
    if status in UNANSWERED and Outcome.MISSED not in outcomes:
        for outcome in TELLING:
            if outcome in outcomes:
                return outcome
    return status


def _word(result: str) -> hooks.Text:
    return Outcome(result).label if result in TELLING else Status(result).label


def _tone(direction: str, status: str) -> str:
    if status == Status.CONNECTED:
        return TALK
    if status in RUNNING:
        return RINGING
    if status in UNANSWERED and direction != Direction.OUTBOUND:
        return MISSED
    return DONE


def bring_icons() -> None:
    """Let templates know the shapes."""
    for name, path in SHAPES.items():
        icons.add(f"call-{name}", f'<path d="{path}" />')
