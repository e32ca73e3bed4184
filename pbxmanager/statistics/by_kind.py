"""Tables of figures by direction, by result and by what people say came of calls."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from pbxmanager.figures import NONE_CHOSEN, Result, disposition_titles
from pbxmanager.models import Direction
from pbxmanager.statistics.lines import Line, Table, barred
from pbxmanager.statistics.readings import Readings
from pbxmanager.statistics.sums import Row
from pbxmanager.statistics.tallies import tallies, tally


def by_direction(read: Readings) -> Table:
    """By direction; each with rates of its own."""
    found: dict[str, list[Row]] = {}
    for row in read.chosen:
        found.setdefault(row.key.direction, []).append(row)
    base = read.base
    lines = [
        Line(
            str(way.label),
            tally(found[way], way),
            replace(base, direction=way.value) if base else None,
        )
        for way in Direction
        if way in found
    ]
    return Table("directions", _("Calls by direction"), _("Direction"), barred(lines))


def by_result(read: Readings) -> Table:
    """By what came of them, as phones tell it."""
    found = tallies(read.chosen, lambda row: row.key.result, read.side)
    base = read.base
    lines = [
        Line(
            str(one.label),
            found[one],
            replace(base, results=(one.value,)) if base else None,
        )
        for one in Result
        if one in found
    ]
    return Table("results", _("Calls by status"), _("Status"), barred(lines))


def by_disposition(read: Readings) -> Table:
    """By what people say came of them, last those of which nobody said it."""
    found = tallies(read.chosen, lambda row: row.key.disposition or 0, read.side)
    base, titles = read.base, disposition_titles()
    # None is lost that is on no list any more.
    unknown = {one: "–" for one in found if one not in titles}
    lines = [
        Line(title, found[one], replace(base, disposition=one) if base else None)
        for one, title in (unknown | titles).items()
        if one in found
    ]
    note = _("What people say came of a call, on its card or page.")
    if set(found) == {NONE_CHOSEN}:
        note = _("Nobody has said yet what came of these calls.")
    title = _("Calls by outcome")
    return Table("dispositions", title, _("Outcome"), barred(lines), note)
