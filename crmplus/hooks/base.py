"""What all hooks are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise


@dataclass(frozen=True, kw_only=True)
class Hook:
    """Base of all hooks; ``order`` sorts them (low first, then by registration).

    ``origin`` is the app that registered it, filled in by ``discover``. A class that
    ``lasts`` counts also while the add-on of that app is not active.
    """

    lasts: ClassVar[bool] = False
    order: int = 100
    origin: str = ""


@dataclass(frozen=True, kw_only=True)
class ShownHook(Hook):
    """A hook that only some users see: ask ``seen_by``.

    ``roles`` names the roles that see it; empty are all who work with records and
    calls. Who may see call statistics alone (role "statistics") sees nothing of it
    unless that role is named, for hooks show customers, numbers or calls.
    """

    roles: Sequence[str] = ()
