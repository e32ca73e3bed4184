"""What the events of one call say together. Pure: knows no Django."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

from crmplus.phonebook.normalise import Number, NumberKind
from pbxmanager.events import NO_NUMBER, CallEvent, Direction, EventKind


class Told(NamedTuple):
    """An event together with the report it belongs to."""

    report: Hashable
    event: CallEvent


NUMBER_RANK = {
    NumberKind.E164: 0,
    NumberKind.AMBIGUOUS: 1,
    NumberKind.INVALID: 1,
    NumberKind.INTERNAL: 2,
    NumberKind.FEATURE: 3,
}
UNNUMBERED = 4
KIND_RANK = {
    EventKind.DIALLED: 0,
    EventKind.RINGING: 1,
    EventKind.CONNECTED: 2,
    EventKind.ENDED: 3,
    EventKind.MISSED: 3,
}


def best_number(events: Iterable[CallEvent]) -> Number:
    """Stated beats empty, external beats internal, then the earlier kind counts."""
    ranked = sorted(
        (event for event in events if event.number_stated),
        key=lambda event: (
            NUMBER_RANK.get(event.number.kind, UNNUMBERED),
            KIND_RANK[event.kind],
            event.at,
            event.number.raw,
        ),
    )
    return ranked[0].number if ranked else NO_NUMBER


def best_text(events: Iterable[CallEvent], text: Callable[[CallEvent], str]) -> str:
    """Of a text that events state, the one told with the earlier kind of event."""
    told = [event for event in events if text(event)]
    told.sort(key=lambda event: (KIND_RANK[event.kind], event.at, text(event)))
    return text(told[0]) if told else ""


def report_directions(told: Sequence[Told]) -> dict[tuple[Hashable, str], Direction]:
    """What each report says of the direction of each extension's part."""
    parts: dict[tuple[Hashable, str], list[CallEvent]] = defaultdict(list)
    for report, event in told:
        parts[report, event.extension].append(event)
    return {
        part: Direction(best_text(events, lambda event: event.direction))
        for part, events in parts.items()
    }


def by_extension(told: Sequence[Told]) -> dict[str, list[Told]]:
    """The events of each leg.

    An event without an extension speaks of the whole call: it counts for every leg
    that its report knows of, else for every leg (see ``_meant``). A leg without
    extension there is only while no extension is known.
    """
    parts: dict[str, list[Told]] = defaultdict(list)
    known: dict[Hashable, set[str]] = defaultdict(set)
    for one in told:
        if one.event.extension and one.event.kind is not EventKind.DIALLED:
            parts[one.event.extension].append(one)
            known[one.report].add(one.event.extension)
    own = {extension: list(events) for extension, events in parts.items()}
    for one in told:
        if not own:
            parts[one.event.extension].append(one)
        elif one.event.kind is EventKind.DIALLED:
            for extension in _dialled(own, one.event):
                parts[extension].append(one)
        elif not one.event.extension:
            for extension in _meant(own, known[one.report] or set(own), one.event):
                parts[extension].append(one)
    return parts


def _dialled(own: Mapping[str, Sequence[Told]], click: CallEvent) -> set[str]:
    """The legs that a click dialled: those which have its number."""
    return {
        extension
        for extension, events in own.items()
        if any(one.event.number.key == click.number.key for one in events)
    }


def _meant(
    own: Mapping[str, Sequence[Told]], legs: set[str], event: CallEvent
) -> set[str]:
    """The legs that an event without extension means.

    A ringing means those that have none of their own, a connection the only one, an
    end those whose end was not told (all of them where every end was).
    """

    def has(extension: str, *kinds: EventKind) -> bool:
        return any(one.event.kind in kinds for one in own[extension])

    if event.kind is EventKind.RINGING:
        return {leg for leg in legs if not has(leg, EventKind.RINGING)}
    if event.kind is EventKind.CONNECTED:
        return legs if len(legs) == 1 else set()
    still_open = {
        leg
        for leg in legs
        if has(leg, EventKind.CONNECTED)
        or not has(leg, EventKind.ENDED, EventKind.MISSED)
    }
    return still_open or legs
