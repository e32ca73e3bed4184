"""Taking the records of a list out into a file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.views.decorators.http import require_GET, require_http_methods

from crmplus.accounts.models import Role
from crmplus.accounts.rights import role_required
from crmplus.exchange import exporting
from crmplus.exchange.fields import Field, taken
from crmplus.exchange.forms import ExportForm
from crmplus.jobs.files import file_headers
from crmplus.records.filters import ListForm
from crmplus.records.types import RecordType
from crmplus.spreadsheets import writer
from crmplus.web import signed_in_user

if TYPE_CHECKING:
    from crmplus.accounts.models import User


@role_required(Role.AGENT)
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, kind: RecordType) -> HttpResponse:
    """Export what the filters in the address find: a small list at once, else a job."""
    user, query = signed_in_user(request), request.GET.urlencode()
    form = ExportForm(request.POST or None)
    rows = exporting.count(kind, query, user, exporting.AT_ONCE + 1)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        columns = exporting.columns_for(kind, user, wanted["columns"] == "all")
        if rows > exporting.AT_ONCE:
            keys = [column.key for column in columns]
            return redirect(exporting.start(user, kind, query, wanted["format"], keys))
        return _at_once(user, kind, query, wanted["format"], columns)
    context = {
        "kind": kind,
        "form": form,
        "chips": ListForm(kind, request.GET, user).chips(),
        "rows": number_format(min(rows, exporting.AT_ONCE), force_grouping=True),
        "count": rows,
        "is_large": rows > exporting.AT_ONCE,
        "back": f"{kind.list_url}?{query}" if query else kind.list_url,
    }
    return render(request, "exchange/export.html", context)


def _at_once(
    user: User, kind: RecordType, query: str, form: str, columns: list[Field]
) -> HttpResponse:
    """A small file as the answer."""
    name = exporting.file_name(kind, form)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        chunks = exporting.records(kind, query, user)
        written = exporting.write(path, form, kind, columns, chunks)
        rows = max(written, default=0)
        exporting.note_export(user, kind, rows, form, len(columns), query)
        return HttpResponse(path.read_bytes(), headers=file_headers(name))


@role_required(Role.AGENT)
@require_GET
def example(request: HttpRequest, kind: RecordType) -> HttpResponse:
    """An empty file with the heads of all columns that an import takes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "example"
        with writer(path, "xlsx", str(kind.label_plural)) as table:
            table.row([field.head for field in taken(kind) if field.written])
        name = f"{kind.label_plural}.xlsx"
        return HttpResponse(path.read_bytes(), headers=file_headers(name))
