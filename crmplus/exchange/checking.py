"""Looking a file through before anything is written: what is new, known, faulty."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

from django.utils.translation import gettext as _

from crmplus.exchange.cleaning import Clean, Cleaner
from crmplus.exchange.matching import Match, Matcher
from crmplus.exchange.models import Import
from crmplus.exchange.reading import Row, rows
from crmplus.jobs.services import Stopped
from crmplus.records.types import TYPES
from crmplus.spreadsheets import CsvWriter

if TYPE_CHECKING:
    from crmplus.jobs.models import Job
    from crmplus.jobs.running import Progress

BATCH = 500
NEW, FAULTY = "new", "faulty"
SHOWN = 50
T = TypeVar("T")


def in_batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """So many of the items at a time."""
    there = iter(items)
    while batch := list(islice(there, size)):
        yield batch


@dataclass(frozen=True)
class Found:
    """A row whose record is there already, as the preview lists it.

    ``pk`` is the record's, 0 if ``row`` is an earlier row of the file.
    """

    number: int
    name: str
    likeness: str
    by: str
    pk: int
    row: int


def run(job: Job, progress: Progress) -> dict[str, Any]:
    """Look a file through (a ``hooks.JobKind``)."""
    one = Import.objects.get(uid=job.parameters["import"])
    drafts = [path.with_suffix(f".{job.uid}") for path in (one.known, one.faulty)]
    try:
        counts = check(one, progress, *drafts)
        _keep(one, counts, drafts)
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)
    return counts


def _keep(one: Import, counts: dict[str, int], drafts: list[Path]) -> None:
    """Show what was found, unless other columns were chosen meanwhile."""
    rows = Import.objects.filter(pk=one.pk, mapping=one.mapping)
    if not rows.exists():
        raise Stopped
    for draft, path in zip(drafts, (one.known, one.faulty), strict=True):
        draft.replace(path)
    rows.update(counts=counts, is_checked=True, choices={})


def check(
    one: Import, progress: Progress, known_path: Path, faulty_path: Path
) -> dict[str, int]:
    """Sort the rows; those that are known or faulty are kept in files of their own."""
    kind = TYPES[one.kind]
    matcher = Matcher(Cleaner(kind, one.mapping), one.user)
    counts: Counter[str] = Counter(new=0, same=0, similar=0, faulty=0)
    with (
        CsvWriter(faulty_path) as faulty,
        known_path.open("w", encoding="utf-8") as known,
    ):
        faulty.row([*one.columns, _("Row"), _("Reason")])
        for batch in in_batches(rows(one.table)):
            _check_batch(matcher, batch, counts, faulty, known, len(one.columns))
            progress(counts.total(), one.rows)
    return dict(counts)


def _check_batch(
    matcher: Matcher,
    batch: list[Row],
    counts: Counter[str],
    faulty: CsvWriter,
    known: IO[str],
    width: int,
) -> None:
    cleaned = [matcher.cleaner.clean(row) for row in batch]
    matcher.look_up([clean for clean in cleaned if not clean.problems])
    for row, clean in zip(batch, cleaned, strict=True):
        if clean.problems:
            counts[FAULTY] += 1
            cells = [*row.cells, *[""] * width][:width]
            faulty.row([*cells, clean.number, " ".join(clean.problems)])
        else:
            match = matcher.match(clean)
            counts[match.likeness if match else NEW] += 1
            if match:
                known.write(json.dumps(_told(clean, match)) + "\n")
            if match is None or match.likeness == "similar":
                matcher.rows.add(matcher.of_row(clean))


def _told(clean: Clean, match: Match) -> list[Any]:
    values = clean.values
    names = (values.get(key, "") for key in ("first_name", "last_name", "name"))
    name = " ".join(filter(None, names))
    found = match.known
    return [clean.number, name, match.likeness, match.by, found.pk, found.row]


def known_rows(one: Import, likeness: str, after: int = 0) -> tuple[list[Found], bool]:
    """The next rows of a likeness behind a row, and whether there are more."""
    found = (each for each in _known(one) if each.likeness == likeness)
    behind = list(islice((one for one in found if one.number > after), SHOWN + 1))
    return behind[:SHOWN], len(behind) > SHOWN


def _known(one: Import) -> Iterator[Found]:
    if one.known.exists():
        with one.known.open(encoding="utf-8") as file:
            for line in file:
                yield Found(*json.loads(line))
