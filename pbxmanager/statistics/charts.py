"""What the charts draw, as plain data; the tables beside them say the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from pbxmanager.figures import Result
from pbxmanager.statistics.lines import Line
from pbxmanager.statistics.report import Report

DRAWN: Final = ("days", "hours", "directions")
IN_VAIN: Final = (Result.MISSED, Result.BUSY, Result.NOT_REACHED)
OTHER: Final = (Result.LOST, Result.RUNNING)


def charts(report: Report) -> dict[str, Any]:
    """The data of all charts of a page, by the keys of their tables."""
    tables = [report.tables[key] for key in DRAWN if key in report.tables]
    found = {table.key: _stacked(table.lines) for table in tables}
    if report.before and report.before.calls and "days" in found:
        lines = report.tables["days"].lines
        before = [line.before.calls if line.before else 0 for line in lines]
        found["days"]["sets"].append(
            {"label": _("Before"), "tone": "before", "values": before, "line": True}
        )
    return found


def _stacked(lines: Sequence[Line]) -> dict[str, Any]:
    sets = [
        _set(_("Answered"), "talk", lines, (Result.ANSWERED,)),
        _set(_("Not answered"), "missed", lines, IN_VAIN),
        _set(_("Other"), "done", lines, OTHER),
    ]
    return {
        "labels": [line.label for line in lines],
        "sets": [one for one in sets if any(one["values"])],
    }


def _set(
    label: str, tone: str, lines: Sequence[Line], results: Sequence[str]
) -> dict[str, Any]:
    values = [line.tally.of(*results).calls for line in lines]
    return {"label": label, "tone": tone, "values": values}
