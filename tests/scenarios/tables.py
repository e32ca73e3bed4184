"""Reads event tables: what phones told, and what the log must say afterwards.

A table is a text file that a support engineer can write or cut from an export:

    First line: what happens, in one sentence.

    source     at      event      ext  number         call_id  direction  cause
    pbx        0.003   ringing    202  +491711234567  a1       inbound    -

    told by: pbx
    call  inbound  ended  202  +491711234567  wait 1  duration 1
    leg   202  answered

``-`` is a value that was not sent. ``source`` is ``pbx`` (``pbx-1``, ``pbx-2`` where
there are several), ``click:1`` (a click of the user with that id) or a phone's name;
``at`` is seconds since the start. Further columns, where a table needs them:
``stated`` (``no`` where only the arrival counts), ``duration`` (seconds of talk),
``ids_restart`` (``yes``). A line of the source
``clock`` with the event ``overdue`` gives up the calls that are overdue by then.

``told by`` names the sources whose events are played (``all`` for all of them); the
lines below it are the whole log. ``continues 1`` names the call (counted from 1) that a
call continues.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crmplus.phonebook.normalise import NumberPlan, normalise
from pbxmanager.events import CallEvent, Direction, EventKind, parse_cause

FOLDER = Path(__file__).parent
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PLAN = NumberPlan(region="DE", own_numbers=("+4930100020",))


@dataclass(frozen=True)
class Overdue:
    """The moment at which the server gives up what is overdue."""

    at: datetime
    source = "clock"


Line = CallEvent | Overdue


@dataclass
class View:
    """The log as it must be when only some sources told of the call."""

    told_by: str
    log: list[str] = field(default_factory=list)


@dataclass
class Scenario:
    """An event table."""

    name: str
    title: str
    events: list[Line]
    views: list[View]

    def told_by(self, names: str) -> list[Line]:
        """The events of some sources (separated by blanks), or of ``all``."""
        wanted = {*names.split(), Overdue.source}
        return [
            event
            for event in self.events
            if "all" in wanted or event.source.removeprefix("key:") in wanted
        ]


def words(line: str) -> str:
    return " ".join(line.split())


def _event(columns: list[str], line: str) -> Line:
    values = ["" if value == "-" else value for value in line.split()]
    row = dict(zip(columns, values, strict=True))
    at = START + timedelta(seconds=float(row["at"]))
    if row["source"] == Overdue.source:
        return Overdue(at)
    is_click = row["source"].startswith("click:")
    is_pbx = row["source"].partition("-")[0] == "pbx"
    return CallEvent(
        kind=EventKind(row["event"]),
        source=row["source"] if is_click else f"key:{row['source']}",
        scope="" if is_click or is_pbx else row["ext"],
        call_id=row["call_id"],
        extension=row["ext"],
        number=normalise(row["number"], PLAN),
        number_stated=bool(row["number"]),
        direction=Direction(row["direction"]),
        cause=parse_cause(row.get("cause", "")),
        received_at=at,
        stated_at=None if row.get("stated") == "no" else at,
        duration=int(row["duration"]) if row.get("duration") else None,
        ids_restart=row.get("ids_restart") == "yes",
    )


def read(path: Path) -> Scenario:
    """Read one table; ValueError names a line that can't be read."""
    lines = path.read_text(encoding="utf-8").splitlines()
    scenario = Scenario(path.stem, lines[0], [], [])
    columns: list[str] = []
    for line in lines[1:]:
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("source "):
            columns = line.split()
        elif line.startswith("told by:"):
            scenario.views.append(View(words(line.removeprefix("told by:"))))
        elif scenario.views:
            scenario.views[-1].log.append(words(line))
        else:
            scenario.events.append(_event(columns, line))
    return scenario


def all_tables() -> Iterator[Scenario]:
    """Every table of this folder."""
    for path in sorted(FOLDER.glob("*.txt")):
        yield read(path)


def _in_words(log: list[str]) -> str:
    """A log for people: one line a call, with who had what part in it."""
    calls: list[str] = []
    for line in log:
        kind, *values = line.split()
        if kind == "leg":
            extension, outcome = values
            who = "unknown" if extension == "-" else extension
            calls[-1] += f" · {who} {outcome.replace('_', ' ')}"
        else:
            calls.append(_call_in_words(values))
    return "<br>".join(calls)


def _call_in_words(values: list[str]) -> str:
    direction, status, _, party, _, wait, _, duration, *rest = values
    times = (("wait", wait), ("talk", duration))
    parts = [
        f"**{direction} {status.replace('_', ' ')}**",
        "anonymous" if party == "-" else party,
        *(f"{name} {value} s" for name, value in times if value != "-"),
        *([f"continues call {rest[1]}"] if rest else []),
    ]
    return ", ".join(parts)


def rows() -> Iterator[str]:
    """The tables as the rows of one in Markdown, for ``docs/call-rules.md``."""
    for scenario in all_tables():
        for place, view in enumerate(scenario.views):
            title = f"{scenario.title} (`{scenario.name}`)" if place == 0 else ""
            yield f"| {title} | {view.told_by} | {_in_words(view.log)} |"


if __name__ == "__main__":
    print("\n".join(rows()))  # noqa: T201
