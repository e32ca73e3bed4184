"""Two admins at once: what a form was made from, and who changed it meanwhile."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from crmplus.administration.audit import Subject, last_change
from crmplus.administration.change_words import Words

AREA: Final = "pbxmanager"
STATE: Final = "state"
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """A field that somebody else has changed, or that one wants to change oneself."""

    label: str
    stored: str | None
    mine: str | None


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


def conflict_of(subject: Subject, stored: Values, mine: Values) -> Conflict:
    """Who changed settings last, and both values, in the words of the log."""
    last = last_change(subject)
    words = Words.of(subject.area, subject.kind)
    names = dict.fromkeys([*stored, *mine])
    return Conflict(
        by=last.actor_name if last else "",
        at=last.at if last else None,
        differences=[
            Difference(
                words.label(name),
                words.value(name, stored.get(name)),
                words.value(name, mine.get(name)),
            )
            for name in names
            if stored.get(name) != mine.get(name)
        ],
    )
