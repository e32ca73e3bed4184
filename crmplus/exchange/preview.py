"""What the preview of an import shows, and what one chooses there."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from crmplus.accounts.visibility import visible_records
from crmplus.exchange.checking import FAULTY, SHOWN, Found, known_rows
from crmplus.exchange.models import Action, Import
from crmplus.records.models import Record
from crmplus.records.types import TYPES
from crmplus.spreadsheets import plain

SAME, SIMILAR = "same", "similar"
PARTS = (SAME, SIMILAR, FAULTY)
MOST_CHOICES = 10_000
ROW = re.compile(r"row-([0-9]{1,7})")


@dataclass(frozen=True)
class Line:
    """A row whose record is there already; ``record`` is None for a row of the file."""

    found: Found
    record: Record | None
    by: str
    choice: str


def choose(one: Import, params: QueryDict) -> None:
    """Keep what becomes of rows: ``on_same``, ``on_similar``, and ``row-7`` of one."""
    for name in ("on_same", "on_similar"):
        if params.get(name) in Action.values:
            setattr(one, name, params[name])
    choices = dict(one.choices)
    for name, action in params.items():
        row = ROW.fullmatch(name)
        if row and action in Action.values and len(choices) < MOST_CHOICES:
            choices[row[1]] = action
        elif row:
            choices.pop(row[1], None)
    one.choices = choices
    one.save(update_fields=["on_same", "on_similar", "choices"])


def place_in(text: str) -> str:
    """A place in the lists of the preview, as a query: "similar.70"."""
    part, _dot, after = text.partition(".")
    if part not in PARTS:
        return ""
    query = {"show": part}
    if after.isdecimal() and len(after) < 8:
        query["after"] = after
    return f"?{urlencode(query)}"


def context(one: Import, params: Mapping[str, str]) -> dict[str, Any]:
    """The counts, and the rows of the part that is shown."""
    parts = [part for part in PARTS if one.counts.get(part)]
    wanted = params.get("show", "")
    first = SIMILAR if SIMILAR in parts else next(iter(parts), "")
    shown = wanted if wanted in parts else first
    after = params.get("after", "")
    start = int(after) if after.isdecimal() and len(after) < 8 else 0
    found: dict[str, Any] = {
        "parts": [(part, _label(part), one.counts[part]) for part in parts],
        "shown": shown,
        "after": start,
        "to_do": one.rows - one.counts.get(FAULTY, 0),
    }
    if shown == FAULTY:
        return found | _faulty(one)
    return found | (_known(one, shown, start) if shown else {})


def _label(part: str) -> str:
    return {
        SAME: _("There already"),
        SIMILAR: _("Possible duplicates"),
        FAULTY: _("Faulty"),
    }[part]


def _known(one: Import, likeness: str, after: int) -> dict[str, Any]:
    rows, more = known_rows(one, likeness, after)
    kind = TYPES[one.kind]
    records = kind.model.objects.filter(pk__in={row.pk for row in rows if row.pk})
    seen = visible_records(one.user, records).prefetch_related(*kind.related)
    by_pk = {record.pk: record for record in seen}
    lines = [
        Line(
            found=row,
            record=by_pk.get(row.pk),
            by=_by(row.by),
            choice=one.choices.get(str(row.number), ""),
        )
        for row in rows
    ]
    return {
        "lines": lines,
        "actions": Action.choices,
        "next": f"{likeness}.{rows[-1].number}" if more else "",
    }


def _by(by: str) -> str:
    return {
        "number": _("same number"),
        "email": _("same e-mail address"),
        "name": _("same name"),
    }[by]


def _faulty(one: Import) -> dict[str, Any]:
    """The first faulty rows: number, what they say, why."""
    with one.faulty.open(encoding="utf-8-sig", newline="") as file:
        rows = islice(csv.reader(file, delimiter=";"), 1, SHOWN + 1)
        found = [(row[-2], _excerpt(row[:-2]), plain(row[-1])) for row in rows]
    return {"faulty": found, "more_faulty": one.counts[FAULTY] > SHOWN}


def _excerpt(cells: list[str]) -> str:
    text = ", ".join(plain(cell).strip() for cell in cells if cell.strip())
    return text if len(text) <= 120 else f"{text[:119]}…"
