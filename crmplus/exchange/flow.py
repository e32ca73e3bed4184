"""The steps of an import: the file, its columns, the check, the run."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from crmplus.exchange.fields import FULL_NAME, taken
from crmplus.exchange.heads import digest, guess
from crmplus.exchange.models import NAME_LENGTH, Import, RememberedMapping
from crmplus.exchange.reading import (
    MOST_BYTES,
    Table,
    TooLargeError,
    UnreadableError,
    read_file,
    rows,
)
from crmplus.exchange.workbook import MOST, QUICK, Bounds
from crmplus.jobs import services
from crmplus.jobs.models import Job
from crmplus.jobs.running import run_job
from crmplus.jobs.services import JobError
from crmplus.records.types import TYPES, RecordType

if TYPE_CHECKING:
    from crmplus.accounts.models import User
    from crmplus.jobs.running import Progress

READ, CHECK, IMPORT = "import-read", "import-check", "import"
KEPT = timedelta(days=7)
# What takes less than about a second is done while one waits for the page.
QUICK_BYTES, QUICK_ROWS = 1024**2, 300
SAMPLES = 3


class WrongColumnsError(ValueError):
    """Why columns can't be taken as they were chosen, in a sentence."""


def receive(user: User, kind: RecordType, file: UploadedFile) -> Import:
    """Keep the file that somebody sent. Raises UnreadableError for one too large."""
    if (file.size or 0) > MOST_BYTES:
        most = number_format(MOST_BYTES // 1024**2)
        text = _("The file has more than %(most)s MB. Split it into smaller ones.")
        raise UnreadableError(text % {"most": most})
    name = (file.name or "?").replace("\x00", "")[-NAME_LENGTH:]
    one = Import.objects.create(user=user, kind=kind.key, file_name=name, owner=user)
    one.folder.mkdir(mode=0o700, parents=True)
    with one.original.open("wb") as kept:
        for piece in file.chunks():
            kept.write(piece)
    return one


def read_or_start(one: Import, encoding: str = "", delimiter: str = "") -> Job | None:
    """Read the file at once if it is small; else the job that does it.

    Raises UnreadableError.
    """
    if one.original.stat().st_size <= QUICK_BYTES:
        # A small workbook may unpack to a large one, which takes its time.
        with suppress(TooLargeError):
            read(one, encoding, delimiter, QUICK)
            return None
    parameters = {
        "import": str(one.uid),
        "encoding": encoding,
        "delimiter": delimiter,
    }
    return services.start(one.user, READ, about=one.file_name, parameters=parameters)


def run_read(job: Job, progress: Progress) -> None:
    """Read a large file (a ``hooks.JobKind``)."""
    one = import_of(job)
    progress(0, message=_("The file is being read."))
    try:
        read(one, job.parameters["encoding"], job.parameters["delimiter"])
    except UnreadableError as error:
        raise JobError(str(error)) from None


def read(
    one: Import, encoding: str = "", delimiter: str = "", bounds: Bounds = MOST
) -> None:
    """Make the table of an import from its file. Raises UnreadableError."""
    table = read_file(one.original, one.table, encoding, delimiter, bounds)
    _take(one, table)
    one.save()


def _take(one: Import, table: Table) -> None:
    known = remembered(one.user, TYPES[one.kind], table.columns)
    one.columns, one.rows = table.columns, table.rows
    one.encoding, one.delimiter = table.encoding, table.delimiter
    one.mapping = known or guess(TYPES[one.kind], table.columns)
    one.is_checked = False


def remembered(user: User, kind: RecordType, columns: Sequence[str]) -> list[str]:
    """What the user took columns with these heads for the last time."""
    rows = RememberedMapping.objects.filter(
        user=user, kind=kind.key, heads=digest(columns)
    )
    mapping: list[str] = rows.values_list("mapping", flat=True).first() or []
    known = {"", *(field.key for field in taken(kind))}
    return mapping if len(mapping) == len(columns) and known >= set(mapping) else []


def samples(one: Import) -> list[list[str]]:
    """The first values of each column."""
    first = [row.cells for row in islice(rows(one.table), SAMPLES)]
    return [
        [cells[place] for cells in first if place < len(cells) and cells[place].strip()]
        for place in range(len(one.columns))
    ]


def choose_columns(one: Import, mapping: Sequence[str], owner: User | None) -> None:
    """Take columns for fields, and remember it. Raises WrongColumnsError."""
    kind = TYPES[one.kind]
    _check_columns(kind, [key for key in mapping if key])
    one.mapping, one.owner, one.is_checked = list(mapping), owner, False
    one.save(update_fields=["mapping", "owner", "is_checked"])
    RememberedMapping.objects.update_or_create(
        user=one.user,
        kind=one.kind,
        heads=digest(one.columns),
        defaults={"mapping": one.mapping},
    )


def _check_columns(kind: RecordType, keys: list[str]) -> None:
    known = {field.key: field for field in taken(kind)}
    for key in keys:
        if key not in known:
            raise WrongColumnsError(_("Choose the fields from the lists."))
        if keys.count(key) > 1:
            text = _("“%(field)s” is chosen for more than one column.")
            raise WrongColumnsError(text % {"field": known[key].head})
    if kind.is_person and not {"first_name", "last_name", FULL_NAME} & set(keys):
        raise WrongColumnsError(
            _("Choose the column with the first name, the last name, or both.")
        )
    if not kind.is_person and "name" not in keys:
        raise WrongColumnsError(_("Choose the column with the name."))


def start_check(one: Import) -> Job:
    """Look the file through: at once if it is small, else as a job."""
    job = services.start(
        one.user, CHECK, about=one.file_name, parameters={"import": str(one.uid)}
    )
    if one.rows <= QUICK_ROWS:
        run_job(job.pk)
        job.refresh_from_db()
    return job


@transaction.atomic
def start_import(one: Import) -> Job:
    """Write the rows, as a job; an import runs once, however often it is asked for."""
    # The lock lets a second click wait for the first, and find its job.
    kept = Import.objects.select_for_update().get(pk=one.pk)
    if kept.job:
        return Job.objects.get(uid=kept.job)
    job = services.start(
        one.user, IMPORT, about=one.file_name, parameters={"import": str(one.uid)}
    )
    one.job = job.uid
    one.save(update_fields=["job"])
    return job


def import_of(job: Job) -> Import:
    """The import that a job works on. Raises JobError if it is not kept any more."""
    one = Import.objects.filter(uid=job.parameters["import"]).first()
    if one is None:
        raise JobError(_("The file is not kept any more. Choose it again."))
    return one


def then(job: Job) -> str:
    """Where one goes on after a step, "" if there is nothing any more."""
    one = Import.objects.filter(uid=job.parameters["import"]).first()
    return one.get_absolute_url() if one else ""


def result_context(request: Any, job: Job) -> dict[str, Any]:
    """What the page of an import shows when it has ended."""
    one = Import.objects.filter(uid=job.parameters["import"]).first()
    kind = TYPES[one.kind] if one else None
    return {
        "one": one,
        "kind": kind,
        "has_faulty": bool(one and job.result.get("faulty") and one.faulty.exists()),
        "left": job.result.get("left", []),
        "left_more": job.result.get("left_alone", 0) - len(job.result.get("left", [])),
    }


def clean_up() -> None:
    """Delete imports with their files after seven days."""
    for one in Import.objects.filter(created_at__lt=timezone.now() - KEPT):
        one.delete()
