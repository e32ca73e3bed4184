"""Writing the records of a list into a file: at once, or as a job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crmplus.accounts.visibility import records_scope
from crmplus.administration.audit import Subject, note_change
from crmplus.exchange.fields import Field, fields, fields_of_columns, written
from crmplus.jobs import services
from crmplus.keyset import following
from crmplus.records.columns import shown
from crmplus.records.filters import ListForm
from crmplus.records.models import Record
from crmplus.records.types import TYPES, RecordType
from crmplus.saved_filters.services import columns_of
from crmplus.spreadsheets import writer

if TYPE_CHECKING:
    from crmplus.accounts.models import User
    from crmplus.jobs.models import Job
    from crmplus.jobs.running import Progress

AREA, EXPORT = "exchange", "export"
AT_ONCE = 5_000
# Django looks related rows up by one OR for each: SQLite takes no 1,000 of them.
CHUNK = 500
MOST_COUNTED = 100_000
FORMS = ("xlsx", "csv")


def columns_for(kind: RecordType, user: User, every: bool) -> list[Field]:
    """The columns of an export: all, or those that the user's list shows."""
    if every:
        return written(kind)
    columns = shown(kind, columns_of(user, f"records:{kind.key}"))
    return fields_of_columns(kind, [column.key for column in columns])


def count(kind: RecordType, query: str, user: User, most: int) -> int:
    """How many records a list has, counted up to so many."""
    rows = ListForm(kind, QueryDict(query), user).all_rows()
    return rows.order_by()[:most].count()


def records(kind: RecordType, query: str, user: User) -> Iterator[Sequence[Record]]:
    """The records of a list in its order, a chunk at a time."""
    form = ListForm(kind, QueryDict(query), user)
    rows = form.rows().prefetch_related("owner", *kind.related)
    place = ""
    while True:
        found, place = following(rows, form.order, place, CHUNK)
        if found:
            yield found
        if not place:
            return


def write(
    path: Path,
    form: str,
    kind: RecordType,
    columns: Sequence[Field],
    chunks: Iterator[Sequence[Record]],
) -> Iterator[int]:
    """Write records into a file; gives how many it has, after each chunk."""
    done = 0
    with writer(path, form, str(kind.label_plural)) as table:
        table.row([column.head for column in columns])
        for chunk in chunks:
            for record in chunk:
                table.row([column.cell(record) for column in columns])
            done += len(chunk)
            yield done


def file_name(kind: RecordType, form: str) -> str:
    """A name for the file, with the day: "Contacts 2026-05-04.xlsx"."""
    return f"{kind.label_plural} {timezone.localdate():%Y-%m-%d}.{form}"


def note_export(
    user: User, kind: RecordType, rows: int, form: str, columns: int, query: str
) -> None:
    """Keep who took how many records out, for admins."""
    facts: dict[str, Any] = {"rows": rows, "format": form, "columns": columns}
    if query:
        facts["filters"] = query
    note_change(user, Subject(AREA, EXPORT, kind.key), {}, facts)


def start(user: User, kind: RecordType, query: str, form: str, keys: list[str]) -> Job:
    """Write a large export as a job."""
    parameters = {
        "kind": kind.key,
        "query": query,
        "format": form,
        "columns": keys,
        "scope": scope_of(user),
    }
    return services.start(
        user, EXPORT, about=file_name(kind, form), parameters=parameters
    )


def run(job: Job, progress: Progress) -> dict[str, Any]:
    """Write the file (a ``hooks.JobKind``)."""
    kind, query = TYPES[job.parameters["kind"]], job.parameters["query"]
    form, user = job.parameters["format"], job.user
    columns = [fields(kind)[key] for key in job.parameters["columns"]]
    total = count(kind, query, user, MOST_COUNTED)
    # Beyond what is counted nobody knows how much it is.
    total = 0 if total == MOST_COUNTED else total
    path = services.new_file(job, file_name(kind, form))
    rows = 0
    for rows in write(path, form, kind, columns, records(kind, query, user)):
        progress(rows, total)
    note_export(user, kind, rows, form, len(columns), query)
    return {"rows": rows}


def said(job: Job) -> str:
    """What came of an export, in a sentence."""
    rows = job.result.get("rows")
    if rows is None:
        return ""
    words = ngettext("%(count)s entry.", "%(count)s entries.", rows)
    return words % {"count": number_format(rows, force_grouping=True)}


def may_see(user: User, job: Job) -> bool:
    """Whether a user still sees all that was exported for them."""
    return bool(job.parameters.get("scope") == scope_of(user))


def scope_of(user: User) -> str:
    """How far a user sees records, as a text that changes with it."""
    scope = records_scope(user)
    return f"{scope}:{user.team_id}" if scope == "team" else str(scope)


def change_label(name: str) -> str | None:
    """The name of a fact about an export or import, for the log of changes."""
    labels = {
        "rows": _("Entries"),
        "format": _("Format"),
        "columns": _("Columns"),
        "filters": _("Filters"),
        "file": _("File"),
        "created": _("Created"),
        "updated": _("Updated"),
        "removed": _("Moved to the recycle bin"),
    }
    return labels.get(name)


def kind_words(name: str) -> str:
    """The kind of records that was exported or imported."""
    return str(TYPES[name].label_plural) if name in TYPES else name
