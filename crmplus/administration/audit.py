"""The audit log of settings: who changed what, when, from what to what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crmplus.administration.models import WHAT_LENGTH, SettingsChange

if TYPE_CHECKING:
    from crmplus.accounts.models import User


def note_change(
    actor: User | None,
    area: str,
    what: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> SettingsChange | None:
    """Keep what differs between two states of a setting; None where nothing does.

    ``area`` is a module's key ("pbxmanager"), ``what`` the name of the thing changed
    in words ("Endpoint set Default"), ``before`` and ``after`` are plain values by
    the names of their fields: empty before what was made, empty after what was
    deleted. Never pass a secret. ``actor`` is None for a command.
    """
    changes = [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]
    if not changes:
        return None
    return SettingsChange.objects.create(
        actor=actor,
        actor_name=str(actor) if actor else "",
        area=area,
        what=what[:WHAT_LENGTH],
        changes=changes,
    )
