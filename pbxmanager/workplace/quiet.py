"""Who is not to be disturbed: the app that knows says it through a hook."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import ClassVar

from crmplus import hooks


@dataclass(frozen=True, kw_only=True)
class DoNotDisturb(hooks.Hook):
    """``among(users)`` gives those of some users (ids) who want no cards now; all who
    do for None. One query."""

    lasts: ClassVar[bool] = True
    among: Callable[[Collection[int] | None], set[int]]


def undisturbed(users: Collection[int] | None = None) -> set[int]:
    """Those of some users (ids), or of all, who are not to be disturbed."""
    found: set[int] = set()
    for hook in hooks.registered(DoNotDisturb):
        found |= hook.among(users)
    return found
