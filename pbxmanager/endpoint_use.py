"""Which phones still use an address or parameter that a change takes away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.db.models import Max
from django.db.models.fields.json import KT

from pbxmanager.endpoint_spec import EndpointSpec, Role, SetSpec
from pbxmanager.models import Event
from pbxmanager.sources import Reporter

LOOK_BACK: Final = timedelta(days=7)
# So that the question costs the same however much phones report.
NEWEST: Final = 100_000
KINDS_OF_USE: Final = 2_000


@dataclass(frozen=True)
class Use:
    """How a source last reported for an extension at one address (UTC)."""

    source: str
    extension: str
    at: datetime
    path: str
    method: str
    params: Mapping[str, str]


class Damage(StrEnum):
    """What a change does to a phone."""

    REFUSED = "refused"
    MISREAD = "misread"
    UNREAD = "unread"


@dataclass(frozen=True)
class Break:
    """A phone that a change breaks.

    ``segment`` is the last segment it uses; ``roles`` are those it states under a
    name that is not read any more.
    """

    damage: Damage
    use: Use
    segment: str
    reporter: Reporter
    roles: tuple[Role, ...] = ()

    @property
    def key(self) -> list[str]:
        """What makes it this one, whenever it was last seen."""
        use = self.use
        return [self.damage, use.source, use.extension, self.segment, *self.roles]


def recent_uses(sources: Collection[str], now: datetime) -> list[Use]:
    """How some sources reported lately, newest first; one entry per kind of use.

    Three queries, over the newest events of a week (``now`` is in UTC).
    """
    if not sources:
        return []
    newest = (
        Event.objects.filter(
            received_at__gt=_since(now), source__in=sources, refused=""
        )
        .order_by()
        .values("source", "extension", "kind", path=KT("raw__path"))
        .annotate(last=Max("pk"))
        .order_by("-last")[:KINDS_OF_USE]
    )
    events = Event.objects.filter(pk__in=[row["last"] for row in newest])
    rows = events.order_by("-received_at").values_list(
        "source", "extension", "received_at", "raw"
    )
    return [_use(*row) for row in rows]


def _since(now: datetime) -> datetime:
    events = Event.objects.filter(received_at__gt=now - LOOK_BACK)
    times = events.order_by("-received_at").values_list("received_at", flat=True)
    return next(iter(times[NEWEST : NEWEST + 1]), now - LOOK_BACK)


def _use(source: str, extension: str, at: datetime, raw: Mapping[str, Any]) -> Use:
    return Use(
        source=source,
        extension=extension,
        at=at,
        path=str(raw.get("path", "")),
        method=str(raw.get("method", "")),
        params=raw.get("params") or {},
    )


def breaks(
    uses: Iterable[Use],
    before: SetSpec,
    after: SetSpec,
    reporters: Mapping[str, Reporter],
) -> list[Break]:
    """The uses that worked with the settings before and do not with those after."""
    found: dict[tuple[str, ...], Break] = {}
    for use in uses:
        for one in _broken(use, before, after, reporters):
            found.setdefault(tuple(one.key), one)
    return list(found.values())


def _broken(
    use: Use, before: SetSpec, after: SetSpec, reporters: Mapping[str, Reporter]
) -> Iterator[Break]:
    segment, was = endpoint_at(use, before)
    if was is None:
        return
    _segment, now = endpoint_at(use, after)
    reporter = reporters.get(use.source, Reporter(use.source))
    if now is None:
        yield Break(Damage.REFUSED, use, segment, reporter)
    elif now.kind is not was.kind:
        yield Break(Damage.MISREAD, use, segment, reporter)
    elif roles := _unread(use, was, now):
        yield Break(Damage.UNREAD, use, segment, reporter, roles)


def endpoint_at(use: Use, spec: SetSpec) -> tuple[str, EndpointSpec | None]:
    """The last segment that a use means, and the endpoint that takes it, if any."""
    by_parameter = use.path in {"", spec.common_slug}
    stated = use.params.get(spec.event_parameter, "") if by_parameter else use.path
    slug = str(stated).strip().lower()
    found = spec.endpoints.get(slug)
    fits = found and found.enabled and found.method in {"", use.method}
    return use.path or slug, found if fits else None


def _unread(use: Use, was: EndpointSpec, now: EndpointSpec) -> tuple[Role, ...]:
    return tuple(
        role
        for role, name in was.names.items()
        if name in use.params
        and now.names.get(role) not in use.params
        and role not in was.fixed
        and role not in now.fixed
    )
