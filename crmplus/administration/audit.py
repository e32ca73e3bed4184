"""The audit log of settings: who changed what, when, from what to what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmplus.administration.models import WHAT_LENGTH, SettingsChange

if TYPE_CHECKING:
    from crmplus.accounts.models import User


@dataclass(frozen=True, slots=True)
class Subject:
    """What a change is about, in no language.

    ``area`` is a module's key ("pbxmanager"), ``kind`` that of a ``hooks.ChangeWords``
    of it ("endpoint_set"). ``name`` tells things of one kind apart, "" where there is
    only one.
    """

    area: str
    kind: str
    name: str = ""


def note_change(
    actor: User | None,
    subject: Subject,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> SettingsChange | None:
    """Keep what differs between two states of a setting; None where nothing does.

    ``before`` and ``after`` are plain values by the names of their fields: empty
    before what was made, empty after what was deleted. Never pass a secret. ``actor``
    is None for a command.
    """
    changes = _difference(before, after)
    if not changes:
        return None
    return SettingsChange.objects.create(
        actor=actor,
        actor_name=str(actor) if actor else "",
        area=subject.area,
        kind=subject.kind,
        what=subject.name[:WHAT_LENGTH],
        changes=changes,
    )


def note_again(
    change: int, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Say anew what a change is, by its ID: one that is long goes on growing."""
    rows = SettingsChange.objects.filter(pk=change)
    rows.update(changes=_difference(before, after))


def last_change(subject: Subject) -> SettingsChange | None:
    """The newest change of a thing, if it was ever changed."""
    about = SettingsChange.objects.filter(
        area=subject.area, kind=subject.kind, what=subject.name[:WHAT_LENGTH]
    )
    return about.first()


def _difference(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[dict[str, Any]]:
    return [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]
