"""Who stands behind a source of events ("key:5"): add-ons say it through a hook."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from crmplus import hooks


@dataclass(frozen=True)
class Reporter:
    """Who reports under a source: the owner's name, and the client, "" if unknown."""

    owner: str
    client: str = ""

    def __str__(self) -> str:
        return f"{self.owner}, {self.client}" if self.client else self.owner


@dataclass(frozen=True, kw_only=True)
class SourceKind(hooks.Hook):
    """A kind of source, named before the colon ("key").

    ``reporters(sources)`` says who stands behind those of some sources that it knows.
    ``using(set_id)`` gives the sources whose endpoint set is one of a number; None
    for those that have none of their own and take the default. ``door`` is the path
    before an endpoint's last segment, with ``{key}`` where the secret goes.
    """

    lasts: ClassVar[bool] = True
    prefix: str
    reporters: Callable[[Collection[str]], Mapping[str, Reporter]]
    using: Callable[[int | None], Mapping[str, Reporter]]
    door: str = ""


def reporters(sources: Iterable[str]) -> dict[str, Reporter]:
    """Who stands behind some sources; those that nobody knows are left out."""
    asked = set(sources)
    found: dict[str, Reporter] = {}
    for kind in hooks.registered(SourceKind):
        mine = {one for one in asked if one.partition(":")[0] == kind.prefix}
        if mine:
            found.update(kind.reporters(mine))
    return found


def using(set_id: int | None) -> dict[str, Reporter]:
    """The sources that use an endpoint set; None: that take the default."""
    found: dict[str, Reporter] = {}
    for kind in hooks.registered(SourceKind):
        found.update(kind.using(set_id))
    return found


def doors() -> list[str]:
    """The paths of the event endpoints, without the last segment."""
    return [kind.door for kind in hooks.registered(SourceKind) if kind.door]
