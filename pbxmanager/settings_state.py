"""Two admins at once: what a form was made from, and who changed it meanwhile."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from crmplus.administration.models import SettingsChange

if TYPE_CHECKING:
    from crmplus.hooks import Text

AREA: Final = "pbxmanager"
STATE: Final = "state"
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """A field that somebody else has changed, or that one wants to change oneself."""

    label: Text
    stored: str
    mine: str


@dataclass(frozen=True)
class Conflict:
    """Somebody has changed the settings since the form was made (UTC)."""

    by: str
    at: datetime | None
    differences: Sequence[Difference]


def state_of(values: Values) -> str:
    """A short text that stands for some settings: another one, other settings."""
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def conflict_of(
    where: tuple[str, str],
    stored: Values,
    mine: Values,
    label: Callable[[str], Text],
    shown: Callable[[str, Any], str],
) -> Conflict:
    """Who changed settings last (``where``: area and name), and both values.

    ``label`` names a field, ``shown`` its value in words.
    """
    area, what = where
    last = SettingsChange.objects.filter(area=area, what=what).first()
    names = dict.fromkeys([*stored, *mine])
    return Conflict(
        by=last.actor_name if last else "",
        at=last.at if last else None,
        differences=[
            Difference(
                label(name),
                shown(name, stored.get(name)),
                shown(name, mine.get(name)),
            )
            for name in names
            if stored.get(name) != mine.get(name)
        ],
    )
